/**
 * What a router is known for, over restarts: how much it may owe without a voucher, what it owes,
 * and what share it buys. A hotspot that forgot that when it is killed would carry another credit
 * limit for a router that does not pay.
 *
 * Not each packet is written down. On disk is a ceiling, raised ahead of need and lowered when there
 * is time; no packet goes on credit past it, and after a kill all of it counts as owed until
 * vouchers or time say otherwise.
 *
 *   standing/<router 33>   owed in DC u32 | ceiling u32 | trust earned u32
 *                          | present channel: id 32, bought u48, vouched u48 (optional)
 *                          | bought u16 | refused u16 | declined in a row u16
 */
import type { Log, Store } from "@katydid/platform";
import {
  type Address,
  addressBytes,
  type Bytes32,
  codec,
  equalBytes,
  fields,
  fromHex,
  toHex,
} from "@katydid/protocol";
import { BuyShare, type BuyVerdict } from "./buy-share.ts";
import { type ChannelDebt, Credit } from "./credit.ts";

export interface StandingOptions {
  readonly router: Address;
  /** Of the protocol, and of policy for a router that has paid nothing yet, DC. */
  readonly limitDc: number;
  readonly startDc: number;
  readonly buyShareMin: number;
  /** By so much the ceiling is ahead; the dearest frame at least, DC. */
  readonly aheadDc: number;
  readonly store: Store;
  readonly log: Log;
  /** Checks vouchers of this router that are here unchecked: they may cover what it owes. */
  readonly checkVouchers: () => void;
}

/** Why a router is only offered frames. */
export type OffersReason =
  | Exclude<BuyVerdict, "acceptable">
  /** It has no channel, or nothing is left of the deposit for what it owes. */
  | "deposit"
  /** It owes without vouchers as much as it is trusted with. */
  | "credit"
  /** Its vouchers are not redeemed yet. */
  | "redemption";

interface ChannelRow {
  readonly id: Bytes32;
  readonly boughtDc: number;
  readonly vouchedDc: number;
}
interface Row {
  /** Without what was bought on the channel. */
  readonly owedDc: number;
  readonly ceilingDc: number;
  readonly earnedDc: number;
  readonly channel: ChannelRow | undefined;
  readonly bought: number;
  readonly refused: number;
  readonly barren: number;
}
const rowCodec = codec.struct<Row>({
  owedDc: codec.u32,
  ceilingDc: codec.u32,
  earnedDc: codec.u32,
  channel: codec.optional(
    codec.struct<ChannelRow>({
      id: fields.bytes32Field,
      boughtDc: codec.u48,
      vouchedDc: codec.u48,
    }),
  ),
  bought: codec.u16,
  refused: codec.u16,
  barren: codec.u16,
});

export class Standing {
  readonly credit: Credit;
  readonly share: BuyShare;
  readonly #options: StandingOptions;
  readonly #key: Uint8Array;
  /** On disk. */
  #ceilingDc: number;
  #written: Uint8Array | undefined;
  #writing = false;

  constructor(options: StandingOptions) {
    this.#options = options;
    const { router, limitDc, startDc, buyShareMin, store } = options;
    this.#key = addressBytes(router);
    this.#written = store.get(this.#key);
    const row = this.#written && codec.decode(rowCodec, this.#written);
    const { owedDc = 0, ceilingDc = 0, earnedDc = 0, channel: debt, ...counts } = row ?? {};
    this.#ceilingDc = ceilingDc;
    const channel = debt && { ...debt, id: toHex(debt.id) };
    const unsureDc = Math.max(0, ceilingDc - owedDc - unpaidDc(channel));
    this.credit = new Credit({ limitDc, startDc, earnedDc, owedDc, unsureDc, channel });
    this.share = new BuyShare({ least: buyShareMin, ...counts });
  }

  /** Frames for it are about to come. */
  prepare(): void {
    this.#raise();
  }

  /** May a packet of this cost go before it is bought? */
  admits(costDc: number): boolean {
    if (this.share.verdict !== "acceptable") return false;
    return this.#isCovered(() => this.credit.admits(costDc)) && this.#secures(costDc);
  }

  /** As `admits`, of one that the router has asked for. */
  admitsWanted(costDc: number): boolean {
    return this.#isCovered(() => this.credit.admitsWanted(costDc)) && this.#secures(costDc);
  }

  /** Why the next frame would only be offered; undefined: it would not. */
  get offersReason(): OffersReason | undefined {
    const { verdict } = this.share;
    if (verdict !== "acceptable") return verdict;
    const { credit } = this;
    if (credit.admits(1)) return undefined;
    const exposure = credit.exposure();
    if (exposure + 1 > credit.leftDc) return "deposit";
    return exposure + 1 > credit.exposureMaxDc && credit.unsecuredDc + 1 <= credit.limitDc
      ? "redemption"
      : "credit";
  }

  /** Now and then: lets losses fade, and the disk know. */
  async chores(nowMs: number): Promise<void> {
    this.credit.fade(nowMs);
    await this.#write(Math.ceil(this.credit.unsecuredDc) + this.#options.aheadDc);
  }

  /** At the end: exactly what is owed. */
  async close(): Promise<void> {
    await this.#write(Math.ceil(this.credit.unsecuredDc));
  }

  #isCovered(admits: () => boolean): boolean {
    if (admits()) return true;
    this.#options.checkVouchers();
    return admits();
  }

  #secures(costDc: number): boolean {
    if (costDc === 0) return true;
    const needed = this.credit.unsecuredDc + costDc;
    if (needed > this.#ceilingDc - this.#options.aheadDc / 2) this.#raise();
    return needed <= this.#ceilingDc;
  }

  #raise(): void {
    void this.#write(Math.ceil(this.credit.unsecuredDc) + 2 * this.#options.aheadDc);
  }

  async #write(ceilingDc: number): Promise<void> {
    if (this.#writing) return;
    const { store, log } = this.#options;
    const { earnedDc, debts } = this.credit;
    const value = codec.encode(rowCodec, {
      owedDc: Math.ceil(debts.owedDc),
      ceilingDc,
      earnedDc: Math.floor(earnedDc),
      channel: debts.channel && { ...debts.channel, id: fromHex(debts.channel.id) },
      ...this.share.counts,
    });
    if (this.#written !== undefined && equalBytes(this.#written, value)) return;
    this.#writing = true;
    // While it is written the lower of both holds.
    this.#ceilingDc = Math.min(this.#ceilingDc, ceilingDc);
    try {
      await store.commit([{ key: this.#key, value }]);
      this.#ceilingDc = ceilingDc;
      this.#written = value;
    } catch (cause) {
      // What is on disk now nobody knows.
      this.#written = undefined;
      log.error({ cause: String(cause) }, "frames are only offered: the disk refuses, check it");
    } finally {
      this.#writing = false;
    }
  }
}

function unpaidDc(channel: ChannelDebt | undefined): number {
  return channel === undefined ? 0 : Math.max(0, channel.boughtDc - channel.vouchedDc);
}
