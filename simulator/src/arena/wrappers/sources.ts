/**
 * Whose beacon it is that a cheat hears. A beacon does not say; but the gang knows its own by their
 * bytes, and of strangers the ledger says which were drawn just now, so the one that fits the signal
 * best is it.
 */
import type { HotspotView, LedgerClient } from "@katydid/ledger/client";
import {
  type Address,
  BoundedMap,
  cellCenter,
  type Milliseconds,
  PARTS_PER_DEGREE,
} from "@katydid/protocol";
import type { Plane } from "../../air/geometry.ts";
import type { Gang, Member } from "../strategy.ts";
import { beaconName } from "./beacon-frames.ts";
import type { Claim, Forger } from "./forger.ts";

/** A target that is drawn transmits at once, or at the latest when it is asked again, ms. */
const DRAWN_FRESH_MS = 40_000;
const DRAWN_MAX = 256;
const OWN_MAX = 1024;

/** What it asks of a ledger. */
export type LedgerFacts = Pick<LedgerClient, "watch" | "hotspot">;

interface Drawn {
  readonly target: Address;
  readonly atMs: Milliseconds;
  readonly claim: Claim;
}

export class Sources {
  readonly #gang: Pick<Gang, "world" | "air" | "members">;
  readonly #forger: Forger;
  readonly #own = new BoundedMap<string, Member>(OWN_MAX);
  #drawn: Drawn[] = [];
  #watching = false;

  constructor(gang: Pick<Gang, "world" | "air" | "members">, forger: Forger) {
    this.#gang = gang;
    this.#forger = forger;
  }

  /** Follows the ledger's draws; the first ledger that is handed in does. */
  follow(ledger: LedgerFacts): void {
    if (this.#watching) return;
    this.#watching = true;
    ledger.watch({ kinds: ["target-drawn"] }, (event) => {
      if (event.kind === "target-drawn") void this.#learn(ledger, event.target);
    });
  }

  /** A member is about to transmit this beacon. */
  own(frame: Uint8Array, member: Member): void {
    this.#own.set(beaconName(frame), member);
  }

  isOwn(frame: Uint8Array): boolean {
    return this.#own.get(beaconName(frame)) !== undefined;
  }

  /**
   * The claim of the hotspot whose beacon was heard `at` a true place with this power; undefined:
   * nobody who was drawn.
   */
  of(frame: { readonly payload: Uint8Array; readonly rssiDbm: number }, at: Claim) {
    const member = this.#own.get(beaconName(frame.payload));
    if (member !== undefined) return member.placement.claim;
    const oldestMs = this.#gang.world.clock.now() - DRAWN_FRESH_MS;
    let best: { readonly claim: Claim; readonly missDb: number } | undefined;
    for (const { claim, atMs } of this.#drawn) {
      if (atMs < oldestMs) continue;
      const missDb = Math.abs(this.#forger.expectedDbm(claim, at) - frame.rssiDbm);
      if (best === undefined || missDb < best.missDb) best = { claim, missDb };
    }
    return best?.claim;
  }

  async #learn(ledger: LedgerFacts, target: Address): Promise<void> {
    const { members, air, world } = this.#gang;
    if (members.some(({ key }) => key.address === target)) return;
    const claim = claimOf(air.plane, await ledger.hotspot(target));
    if (claim === undefined) return;
    this.#drawn.push({ target, atMs: world.clock.now(), claim });
    if (this.#drawn.length > DRAWN_MAX) this.#drawn.shift();
  }
}

/** What the ledger shows of a hotspot's place, on the city's map; undefined: it has none. */
export function claimOf(plane: Plane, view: HotspotView | undefined): Claim | undefined {
  if (view?.cell === undefined) return undefined;
  const { latE7, lngE7 } = cellCenter(view.cell);
  const point = plane.pointOf({
    latDegrees: latE7 / PARTS_PER_DEGREE,
    lngDegrees: lngE7 / PARTS_PER_DEGREE,
  });
  return { point, gainDbi: view.gainDbi ?? 0 };
}
