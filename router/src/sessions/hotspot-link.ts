/** A hotspot with which the router has a session. */
import type { Address, Cell, RegionPlan } from "@katydid/protocol";

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
  readonly key: Uint8Array;
  /** SHA-256 of the hello that began the session; the same hello gets the same welcome. */
  readonly helloHash: Uint8Array;
  readonly helloSentAt: number;
  readonly welcome: Uint8Array;
  /** Whether that welcome named a channel. */
  readonly funded: boolean;
  /** Of the last envelope accepted, and of the last sent. */
  sequenceIn: number;
  sequenceOut: number;
  /** The last receptions that were decided; a ring. */
  readonly receptions: Float64Array;
  receptionAt: number;
  lastHeardAt: number;
}
