/**
 * What a router owes or may come to owe (protocol.md section 4): "what is unpaid, plus declines
 * without a valid reason, plus vouchers not yet redeemed or reserved, may not exceed
 * creditLimitDc per router, nor what the ledger shows to be left of the deposit".
 *
 * Within that, trust is earned: an unknown router has credit for its first packets, and more as the
 * ledger pays what it vouched for; what it fails to pay takes as much away again. So what it makes
 * off with without a voucher is never more than it has paid, the start, and what was forgiven. (The
 * arena's routers that never pay had everything for nothing while each hotspot gave them 10,000 DC.)
 * A voucher is its signed word against a deposit and a stake, and so is trusted with more.
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
 * Vouchers that are not redeemed yet may come to so many times the trust: see above. More, and one
 * that vouches beyond its deposit has more of many hotspots before they look (measured in the arena:
 * at 10 it had 69 % more than its deposit, at 4 36 %); less, and early redemptions cost their fees.
 */
const VOUCHED_TIMES = 4;
/**
 * Debts without a voucher that are forgotten a day: as much as the router has earned in trust, since
 * one that crashed now and then is not to be shut out for ever, and a share of the start.
 */
const START_FORGIVEN = 1 / 4;
const DAY_MS = 24 * 3600 * 1000;
/** What it may owe only because a restart cannot know better is forgotten at that rate, ms. */
const UNSURE_MS = 3600 * 1000;

/** Bought and vouched on the present channel, DC, cumulative. `id`: hex. */
export interface ChannelDebt {
  readonly id: string;
  readonly boughtDc: number;
  readonly vouchedDc: number;
}

export interface CreditOptions {
  /** Of the protocol: never more than this, DC. */
  readonly limitDc: number;
  /** Trust in a router that has paid nothing yet, DC. */
  readonly startDc: number;
  /** From before a restart: trust beyond the start, DC. */
  readonly earnedDc?: number;
  /** The same: owed without a voucher, but for what was bought on that channel, DC. */
  readonly owedDc?: number;
  readonly channel?: ChannelDebt | undefined;
  /** The same: what may have come to be owed just before the end, DC. */
  readonly unsureDc?: number;
}

export class Credit {
  readonly #limit: number;
  readonly #start: number;
  readonly #channels = new Map<string, ChannelCredit>();
  #currentId: string | undefined;
  #current: ChannelCredit | undefined;
  #awaiting = 0;
  #earned: number;
  #lost: number;
  #unsure: number;
  #fadedAt = 0;

  constructor(options: CreditOptions) {
    const { limitDc, startDc, earnedDc = 0, owedDc = 0, unsureDc = 0, channel } = options;
    this.#limit = limitDc;
    this.#start = Math.min(startDc, limitDc);
    this.#earned = Math.min(earnedDc, limitDc - this.#start);
    this.#lost = owedDc;
    this.#unsure = unsureDc;
    if (channel === undefined) return;
    const { boughtDc: bought, vouchedDc: vouched } = channel;
    // What is vouched for the book knows, and tells (restore).
    this.#channels.set(channel.id, { bought, vouched, reserved: vouched, left: 0 });
  }

  /** Purchases from now on are on this channel (hex id); undefined: the router has none. */
  useChannel(id: string | undefined): void {
    this.#currentId = id;
    this.#current = id === undefined ? undefined : this.#channel(id);
  }

  /** What the book has of a channel, after a restart. */
  restore(id: string, { vouched, reserved }: { vouched: number; reserved: number }): void {
    const channel = this.#channel(id);
    const bought = Math.max(channel.bought, vouched);
    Object.assign(channel, { bought, vouched, reserved });
  }

  /** What a voucher or the ledger says about a channel. Figures not given stay. */
  learn(id: string, figures: Partial<Omit<ChannelCredit, "bought">>): void {
    const isKnown = this.#channels.has(id);
    const channel = this.#channel(id);
    if (figures.vouched !== undefined) channel.vouched = figures.vouched;
    if (figures.reserved !== undefined) {
      // Of one that was dropped it has been counted before.
      if (isKnown) this.#reserved(channel, figures.reserved);
      else channel.reserved = figures.reserved;
    }
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
    this.#reserved(channel, Math.max(channel.reserved, paidDc));
    this.#lose(Math.max(0, Math.max(channel.bought, channel.vouched) - paidDc));
    this.#channels.delete(id);
    if (channel === this.#current) this.#current = undefined;
  }

  /** Its newest voucher is here: what it owes from before the restart is known. */
  told(): void {
    this.#unsure = 0;
  }

  /** DC that the router has had the use of and that the ledger does not yet secure. */
  exposure(): number {
    let total = this.#awaiting + this.#lost + this.#unsure;
    for (const channel of this.#channels.values()) {
      // max(0, bought - vouched) is unpaid; vouched - reserved is not redeemed.
      total += Math.max(channel.bought, channel.vouched) - channel.reserved;
    }
    return total;
  }

  /** May a packet of this cost go out before it is bought? */
  admits(costDc: number): boolean {
    if (this.unsecuredDc + costDc > this.limitDc) return false;
    return this.exposure() + costDc <= Math.min(this.exposureMaxDc, this.leftDc);
  }

  /** Trust: what it may owe without a voucher, DC. */
  get limitDc(): number {
    return this.#start + this.#earned;
  }
  /** What it may owe with vouchers that are not redeemed, DC. */
  get exposureMaxDc(): number {
    return Math.min(this.#limit, VOUCHED_TIMES * this.limitDc);
  }
  /** Trust beyond the start, to be kept, DC. */
  get earnedDc(): number {
    return this.#earned;
  }

  sent(costDc: number): void {
    this.#awaiting += costDc;
  }

  /** A decision (or its absence) ends the wait of a packet that was sent. */
  bought({ costDc, paidDc }: { costDc: number; paidDc: number }): void {
    this.#awaiting -= costDc;
    const paid = Math.min(costDc, Math.max(0, paidDc));
    if (this.#current === undefined) this.#lose(paid);
    else this.#current.bought += paid;
    this.#lose(costDc - paid);
  }

  declined({ costDc, valid }: { costDc: number; valid: boolean }): void {
    this.#awaiting -= costDc;
    if (!valid) this.#lose(costDc);
  }

  /** It will be sent again and is counted anew then. */
  withdrawn(costDc: number): void {
    this.#awaiting -= costDc;
  }

  /** Lets old losses fade. Called now and then with the present time, ms. */
  fade(nowMs: number): void {
    const elapsed = this.#fadedAt === 0 ? 0 : nowMs - this.#fadedAt;
    this.#fadedAt = nowMs;
    const perDay = this.#earned + this.#start * START_FORGIVEN;
    this.#lost = Math.max(0, this.#lost - (elapsed / DAY_MS) * perDay);
    this.#unsure = Math.max(0, this.#unsure - (elapsed / UNSURE_MS) * this.#start);
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
    return this.unsecuredDc + costDc <= this.limitDc;
  }

  /** Owed, or about to be, without a voucher that is on disk. */
  get unsecuredDc(): number {
    return this.#awaiting + this.#lost + this.#unsure + this.unpaidDc;
  }
  /** What `owedDc` and `channel` of the next run are to be. */
  get debts(): { readonly owedDc: number; readonly channel: ChannelDebt | undefined } {
    const known = this.unsecuredDc - this.#unsure;
    const { bought = 0, vouched = 0 } = this.#current ?? {};
    const id = this.#currentId;
    if (this.#current === undefined || id === undefined)
      return { owedDc: known, channel: undefined };
    const channel = { id, boughtDc: bought, vouchedDc: vouched };
    return { owedDc: known - Math.max(0, bought - vouched), channel };
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

  /** The ledger has so much of it for us: trust grows by what is new. */
  #reserved(channel: ChannelCredit, reserved: number): void {
    const more = reserved - channel.reserved;
    channel.reserved = reserved;
    this.#earned = Math.min(this.#limit - this.#start, this.#earned + Math.max(0, more));
  }

  /** It had the use of it and does not pay. */
  #lose(dc: number): void {
    this.#lost += dc;
    this.#earned = Math.max(0, this.#earned - dc);
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
