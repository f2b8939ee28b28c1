/** A hotspot with which the router has a session. */
import type { Address, Cell, RegionPlan, SessionKey } from "@katydid/protocol";
import { RECEPTIONS_KNOWN_MAX } from "../limits.ts";
import type { ChannelBook } from "../payment/channel-book.ts";

/** What the ledger says of a hotspot, as far as a device's owner wants to know. */
export interface HotspotFacts {
  readonly address: Address;
  readonly name: string;
  readonly cell: Cell | undefined;
}

export interface HotspotLink {
  readonly address: Address;
  /** 33 bytes, as in store keys. */
  readonly addressBytes: Uint8Array;
  facts: HotspotFacts;
  /** Where its downlinks follow the rules of. */
  readonly plan: RegionPlan;
  /** Hears decisions, vouchers and downlinks; see hotspot-sessions.ts. */
  readonly topic: string;
  readonly key: SessionKey;
  /** SHA-256 of the hello that began the session; the same hello gets the same welcome. */
  readonly helloHash: Uint8Array;
  readonly helloSentAt: number;
  readonly welcome: Uint8Array;
  /** The channel that welcome named; what is bought is owed on it as long as it lasts. */
  readonly book: ChannelBook | undefined;
  /** Of the last envelope accepted, and of the last sent. */
  sequenceIn: number;
  sequenceOut: number;
  /** Receptions that were decided lately, so that none is decided twice. */
  readonly receptions: RecentReceptions;
  lastHeardAt: number;
}

/** The last receptions of a session: a ring, since a hotspot numbers them as they come. */
export class RecentReceptions {
  readonly #ring = new Float64Array(RECEPTIONS_KNOWN_MAX).fill(-1);
  #at = 0;

  /** false: it was there already. */
  add(reception: number): boolean {
    if (this.#ring.includes(reception)) return false;
    this.#ring[this.#at] = reception;
    this.#at = (this.#at + 1) % RECEPTIONS_KNOWN_MAX;
    return true;
  }
}
