/**
 * What a router is known for, over restarts: how much it may owe without a voucher, and what share
 * it buys. A hotspot that forgot that when it is killed would carry another credit limit for a
 * router that does not pay.
 *
 * Not each packet is written down. On disk is a ceiling, raised ahead of need and lowered when there
 * is time; no packet goes on credit past it, and after a kill all of it counts as owed until
 * vouchers or time say otherwise.
 *
 *   standing/<router 33>   ceiling in DC u32 | bought u16 | refused u16
 */
import type { Log, Store } from "@katydid/platform";
import { type Address, addressBytes, codec } from "@katydid/protocol";
import { BuyShare } from "./buy-share.ts";
import { Credit } from "./credit.ts";

export interface StandingOptions {
  readonly router: Address;
  readonly limitDc: number;
  readonly buyShareMin: number;
  /** By so much the ceiling is ahead, DC. */
  readonly stepDc: number;
  readonly store: Store;
  readonly log: Log;
}

const rowCodec = codec.struct<{ ceilingDc: number; bought: number; refused: number }>({
  ceilingDc: codec.u32,
  bought: codec.u16,
  refused: codec.u16,
});

export class Standing {
  readonly credit: Credit;
  readonly share: BuyShare;
  readonly #options: StandingOptions;
  readonly #key: Uint8Array;
  /** On disk. */
  #ceilingDc = 0;
  #writing = false;

  constructor(options: StandingOptions) {
    this.#options = options;
    const { router, limitDc, buyShareMin, store } = options;
    this.#key = addressBytes(router);
    const row = store.get(this.#key);
    const known = row === undefined ? undefined : codec.decode(rowCodec, row);
    this.#ceilingDc = known?.ceilingDc ?? 0;
    this.credit = new Credit({ limitDc, carriedDc: this.#ceilingDc });
    this.share = new BuyShare({ least: buyShareMin, ...known });
    this.#raise();
  }

  /** May a packet of this cost go before it is bought? */
  admits(costDc: number): boolean {
    if (!this.credit.admits(costDc) || !this.share.acceptable) return false;
    return this.#secures(costDc);
  }

  /** As `admits`, of one that the router has asked for. */
  admitsWanted(costDc: number): boolean {
    return this.credit.admitsWanted(costDc) && this.#secures(costDc);
  }

  /** Now and then: lets losses fade, and the disk know. */
  async chores(nowMs: number): Promise<void> {
    this.credit.fade(nowMs);
    const wanted = Math.ceil(this.credit.unsecuredDc) + this.#options.stepDc;
    if (this.#ceilingDc !== wanted) await this.#write(wanted);
  }

  /** At the end: exactly what is owed. */
  async close(): Promise<void> {
    await this.#write(Math.ceil(this.credit.unsecuredDc));
  }

  #secures(costDc: number): boolean {
    if (costDc === 0) return true;
    const needed = this.credit.unsecuredDc + costDc;
    if (needed > this.#ceilingDc - this.#options.stepDc / 2) this.#raise();
    return needed <= this.#ceilingDc;
  }

  #raise(): void {
    void this.#write(Math.ceil(this.credit.unsecuredDc) + 2 * this.#options.stepDc);
  }

  async #write(ceilingDc: number): Promise<void> {
    if (this.#writing) return;
    this.#writing = true;
    const { store, log } = this.#options;
    const { bought, refused } = this.share.counts;
    const value = codec.encode(rowCodec, { ceilingDc, bought, refused });
    // While it is written the lower of both holds.
    const before = this.#ceilingDc;
    this.#ceilingDc = Math.min(before, ceilingDc);
    try {
      await store.commit([{ key: this.#key, value }]);
      this.#ceilingDc = ceilingDc;
    } catch (cause) {
      log.error({ cause: String(cause) }, "frames are only offered: the disk refuses, check it");
    } finally {
      this.#writing = false;
    }
  }
}
