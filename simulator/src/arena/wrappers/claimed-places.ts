/** Who would hear a beacon, as anybody can guess it from what the ledger shows: the nearest. */
import type { HotspotView, LedgerClient } from "@katydid/ledger/client";
import { type Address, cellCenter, PARTS_PER_DEGREE } from "@katydid/protocol";
import { distanceMeters, type Point } from "../../air/geometry.ts";
import type { Gang } from "../strategy.ts";

/** Hotspots that hear a beacon in the arena's city, on average. */
const HEARERS = 11;
/** Pages that are read at most. */
const PAGES_MAX = 100;

export class ClaimedPlaces {
  readonly #gang: Pick<Gang, "air">;
  readonly #points = new Map<Address, Point>();
  #asked = false;

  constructor(gang: Pick<Gang, "air">) {
    this.#gang = gang;
  }

  /** Reads where everybody claims to stand, once. */
  async learn(ledger: LedgerClient): Promise<void> {
    if (this.#asked) return;
    this.#asked = true;
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page++) {
      const { items, cursor: next } = await ledger.hotspots(cursor === undefined ? {} : { cursor });
      for (const view of items) this.#place(view);
      if (next === undefined) return;
      cursor = next;
    }
  }

  /** The likely witnesses of a target's beacon, but for `challenger`, who may not be one. */
  hearersOf(target: Address, challenger: Address): readonly Address[] {
    const from = this.#points.get(target);
    if (from === undefined) return [];
    return [...this.#points]
      .filter(([address]) => address !== target && address !== challenger)
      .map(([address, to]) => ({ address, meters: distanceMeters(from, to) }))
      .sort((one, other) => one.meters - other.meters)
      .slice(0, HEARERS)
      .map(({ address }) => address);
  }

  #place({ address, cell }: HotspotView): void {
    if (cell === undefined) return;
    const { latE7, lngE7 } = cellCenter(cell);
    const place = { latDegrees: latE7 / PARTS_PER_DEGREE, lngDegrees: lngE7 / PARTS_PER_DEGREE };
    this.#points.set(address, this.#gang.air.plane.pointOf(place));
  }
}
