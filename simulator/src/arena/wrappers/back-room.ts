/**
 * What a gang's members tell each other over the internet: beacons. Each that is told hands its agent
 * the frame that it would have heard at its claimed place.
 */
import { BoundedMap, beaconPayloadOf } from "@katydid/protocol";
import type { Gang, Member } from "../strategy.ts";
import { beaconName, madeUpFrame } from "./beacon-frames.ts";
import type { Claim, Forger } from "./forger.ts";
import type { WrappedConcentrator } from "./wrapped-concentrator.ts";

/** Between two homes, ms: well within the lag that rule 6 allows. */
const INTERNET_MS = 50;
const TOLD_MAX = 4096;

/** A beacon, and where its sender says that it stands. */
export interface Told {
  /** With its MHDR. */
  readonly frame: Uint8Array;
  readonly from: Claim;
}

interface Seat {
  readonly member: Member;
  readonly radio: WrappedConcentrator;
}

export class BackRoom {
  readonly #gang: Pick<Gang, "world" | "air">;
  readonly #forger: Forger;
  /** By the member's index. */
  readonly #seats = new Map<number, Seat>();
  readonly #told = new BoundedMap<string, true>(TOLD_MAX);

  constructor(gang: Pick<Gang, "world" | "air">, forger: Forger) {
    this.#gang = gang;
    this.#forger = forger;
  }

  /** A member's new identity takes the seat of the one before. */
  enter(member: Member, radio: WrappedConcentrator): void {
    this.#seats.set(member.index, { member, radio });
  }

  /** Tells all the others of a beacon, once. */
  tell({ frame, from }: Told, by: Member): void {
    const name = beaconName(frame);
    if (this.#told.get(name) === true) return;
    this.#told.set(name, true);
    this.#gang.world.clock.after(INTERNET_MS, () => this.#hand(frame, from, by));
  }

  #hand(frame: Uint8Array, from: Claim, by: Member): void {
    const payload = beaconPayloadOf(frame);
    if (payload === undefined) return;
    const { world, air } = this.#gang;
    for (const { member, radio } of this.#seats.values()) {
      if (member.index === by.index) continue;
      const signal = this.#forger.signal(from, member.placement.claim);
      if (signal === undefined) continue;
      const nowMs = world.clock.now();
      radio.inject(madeUpFrame({ payload, plan: air.plan, signal, nowMs }));
    }
  }
}
