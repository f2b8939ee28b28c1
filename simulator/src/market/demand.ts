/**
 * Demand for data: devices stand where people live, and what they want to send is paid if a hotspot
 * hears it. One copy is bought, of whoever is first: hotspots that hear a place share it evenly.
 * Simplified: carried data is settled on the day that it is carried, and burned at its price.
 */
import { type Dc, dc } from "@katydid/protocol";
import type { Point } from "../air/geometry.ts";
import type { Hearing } from "./hearing.ts";
import type { MappedSite } from "./reward-model.ts";

/** A device is heard by a hotspot that reads half of its frames. */
const HEARD = 0.5;

interface Spot<T> extends Point {
  readonly field: number;
  readonly carriers: Set<T>;
}

/** Demand of one metropolitan area, at so many places of equal weight. */
export class Demand<T extends MappedSite> {
  readonly metro: number;
  readonly #hearing: Hearing;
  readonly #spots: readonly Spot<T>[];

  constructor(from: { metro: number; hearing: Hearing; places: readonly Point[] }) {
    this.metro = from.metro;
    this.#hearing = from.hearing;
    this.#spots = from.places.map((place) => ({
      ...place,
      field: from.hearing.propagation.fieldAt(place),
      carriers: new Set(),
    }));
  }

  add(site: T): void {
    for (const spot of this.#spots) {
      if (this.#hearing.deviceChance(spot, site) >= HEARD) spot.carriers.add(site);
    }
  }

  remove(site: T): void {
    for (const { carriers } of this.#spots) carriers.delete(site);
  }

  /** Part of the places that somebody hears, 0 to 1. */
  get covered(): number {
    const heard = this.#spots.filter(({ carriers }) => carriers.size > 0);
    return heard.length / this.#spots.length;
  }

  /** Adds to `carried` what hotspots carry of `wanted` DC; returns what found a hotspot. */
  carry(wanted: bigint, carried: Map<T, Dc>): bigint {
    const each = wanted / BigInt(this.#spots.length);
    let served = 0n;
    for (const { carriers } of this.#spots) {
      if (carriers.size === 0 || each === 0n) continue;
      const share = each / BigInt(carriers.size);
      for (const site of carriers) carried.set(site, dc((carried.get(site) ?? 0n) + share));
      served += share * BigInt(carriers.size);
    }
    return served;
  }
}
