/**
 * What a router owes or may come to owe (protocol.md section 4): "what is unpaid, plus declines
 * without a valid reason, plus vouchers not yet redeemed or reserved, may not exceed
 * creditLimitDc per router, nor what the ledger shows to be left of the deposit".
 *
 * Amounts are plain numbers: they stay far below 2^53 and are touched for every packet.
 */
import { CHANNELS_PER_ROUTER_MAX } from "../limits.ts";

/** One channel's figures for this hotspot, DC, all cumulative but `left`. */
interface ChannelCredit {
  /** What the router said it bought. */
  bought: number;
  /** What its latest good voucher covers. */
  vouched: number;
  /** What of it the ledger has reserved for us. */
  reserved: number;
  /** What is left of the deposit, on the ledger. */
  left: number;
}

/**
 * Debts without a voucher that are forgotten per day, as a share of the limit: a router that
 * crashed now and then is not shut out for ever, and one that cheats gets one limit a day at most.
 */
const FORGIVEN_PER_MS = 1 / (24 * 3600 * 1000);

export class Credit {
  readonly #limit: number;
  readonly #channels = new Map<string, ChannelCredit>();
  #current: ChannelCredit | undefined;
  #awaiting = 0;
  #lost = 0;
  #lostAt = 0;

  /** `carriedDc`: what it may owe from before a restart, DC. */
  constructor({ limitDc, carriedDc = 0 }: { limitDc: number; carriedDc?: number }) {
    this.#limit = limitDc;
    this.#lost = carriedDc;
  }

  /** Purchases from now on are on this channel (hex id); undefined: the router has none. */
  useChannel(id: string | undefined): void {
    this.#current = id === undefined ? undefined : this.#channel(id);
  }

  /** From the store, after a restart. */
  restore(id: string, { vouched, reserved }: { vouched: number; reserved: number }): void {
    Object.assign(this.#channel(id), { bought: vouched, vouched, reserved });
  }

  /** What a voucher or the ledger says about a channel. Figures not given stay. */
  learn(id: string, figures: Partial<Omit<ChannelCredit, "bought">>): void {
    const channel = this.#channel(id);
    if (figures.vouched !== undefined) channel.vouched = figures.vouched;
    if (figures.reserved !== undefined) channel.reserved = figures.reserved;
    if (figures.left !== undefined) channel.left = figures.left;
    const more = channel.vouched - channel.bought;
    if (more <= 0) return;
    // It vouches for what we were not told that it bought: that settles older debts.
    channel.bought = channel.vouched;
    this.#repaid(more);
  }

  /** It is settled and has paid so much of it. The rest it owes: debts do not end with a channel. */
  settled(id: string, paidDc: number): void {
    const channel = this.#channels.get(id);
    if (channel === undefined) return;
    this.#lost += Math.max(0, Math.max(channel.bought, channel.vouched) - paidDc);
    this.#channels.delete(id);
    if (channel === this.#current) this.#current = undefined;
  }

  /** DC that the router has had the use of and that the ledger does not yet secure. */
  exposure(): number {
    let total = this.#awaiting + this.#lost;
    for (const channel of this.#channels.values()) {
      // max(0, bought - vouched) is unpaid; vouched - reserved is not redeemed.
      total += Math.max(channel.bought, channel.vouched) - channel.reserved;
    }
    return total;
  }

  /** May a packet of this cost go out before it is bought? */
  admits(costDc: number): boolean {
    const left = this.#current?.left ?? 0;
    return this.exposure() + costDc <= Math.min(this.#limit, left);
  }

  sent(costDc: number): void {
    this.#awaiting += costDc;
  }

  /** A decision (or its absence) ends the wait of a packet that was sent. */
  bought({ costDc, paidDc }: { costDc: number; paidDc: number }): void {
    this.#awaiting -= costDc;
    const paid = Math.min(costDc, Math.max(0, paidDc));
    if (this.#current === undefined) this.#lost += paid;
    else this.#current.bought += paid;
    this.#lost += costDc - paid;
  }

  declined({ costDc, valid }: { costDc: number; valid: boolean }): void {
    this.#awaiting -= costDc;
    if (!valid) this.#lost += costDc;
  }

  /** It will be sent again and is counted anew then. */
  withdrawn(costDc: number): void {
    this.#awaiting -= costDc;
  }

  /** Lets old losses fade. Called now and then with the present time, ms. */
  fade(nowMs: number): void {
    const elapsed = this.#lostAt === 0 ? 0 : nowMs - this.#lostAt;
    this.#lostAt = nowMs;
    this.#lost = Math.max(0, this.#lost - elapsed * FORGIVEN_PER_MS * this.#limit);
  }

  /**
   * May a packet go out that the router has asked for, past the limit? Its word counts for as long
   * as it vouches for what it buys, and while the deposit has something to reserve.
   */
  admitsWanted(costDc: number): boolean {
    if (costDc === 0) return true;
    const current = this.#current;
    if (current === undefined) return false;
    const claimed = Math.max(current.bought, current.vouched) - current.reserved;
    if (claimed + this.#awaiting + costDc > current.left) return false;
    return this.unpaidDc + this.#awaiting + this.#lost + costDc <= this.#limit;
  }

  /** Owed, or about to be, without a voucher that is on disk. */
  get unsecuredDc(): number {
    return this.#awaiting + this.#lost + this.unpaidDc;
  }
  get lostDc(): number {
    return this.#lost;
  }
  get leftDc(): number {
    return this.#current?.left ?? 0;
  }
  get unpaidDc(): number {
    let total = 0;
    for (const channel of this.#channels.values()) {
      total += Math.max(0, channel.bought - channel.vouched);
    }
    return total;
  }

  #repaid(dc: number): void {
    const ofLost = Math.min(this.#lost, dc);
    this.#lost -= ofLost;
    let left = dc - ofLost;
    for (const channel of this.#channels.values()) {
      const part = Math.min(left, Math.max(0, channel.bought - channel.vouched));
      channel.bought -= part;
      left -= part;
    }
  }

  #channel(id: string): ChannelCredit {
    let channel = this.#channels.get(id);
    if (channel === undefined) {
      channel = { bought: 0, vouched: 0, reserved: 0, left: 0 };
      this.#channels.set(id, channel);
      this.#dropOldest();
    }
    return channel;
  }

  /** What an old channel still owed is a loss: a router must not shed debts by opening channels. */
  #dropOldest(): void {
    for (const [id, channel] of this.#channels) {
      if (this.#channels.size <= CHANNELS_PER_ROUTER_MAX) return;
      if (channel === this.#current) continue;
      this.#lost += Math.max(channel.bought, channel.vouched) - channel.reserved;
      this.#channels.delete(id);
    }
  }
}
