/**
 * What an owner can reckon from the public map: where hotspots stand, their density scales, what a
 * unit and what data paid yesterday. Distance only: nobody knows the walls and hills of a link.
 */
import { type Cell, parentOf, SCALE_ONE, UNITS_ONE } from "@katydid/protocol";
import type { Point } from "../air/geometry.ts";
import { unitsOf } from "./beacon-units.ts";
import { squareMeters } from "./hearing.ts";
import { type Hotspot, MOTES } from "./hotspot.ts";
import type { MappedSite, RewardModel } from "./reward-model.ts";

/** Cells over which data pay is averaged: 3.7 km wide, about what a hotspot hears. */
const DATA_RESOLUTION = 6;
/** Neighbours beyond this are not worth a look, metres. */
const LOOK_METERS = 6000;
/** Nearer than this is too close to witness (rule 12), about. */
const CLOSE_METERS = 400;

/** What yesterday paid. */
export interface Rates {
  readonly priceUsd: number;
  /** All coverage pay of a day, motes. */
  readonly coverageMotes: number;
  /** Motes for one unit (UNITS_ONE). */
  readonly beaconerUnit: number;
  readonly witnessUnit: number;
  /** Of each hotspot for its challenges. */
  readonly challengerMotes: number;
  /** Beacons of each hotspot. */
  readonly beacons: number;
}

/** What the ledger showed of a hotspot at the end of yesterday. */
export interface Shown {
  /** Density scale, 0 to 1. */
  readonly scale: number;
  /** Mean number of paid witnesses of its beacons. */
  readonly selected: number;
}
/** Of a hotspot that was not there yet. */
const NOT_SHOWN: Shown = { scale: 1, selected: 0 };

interface DataCell {
  motes: number;
  hotspots: number;
}

export class Planner {
  readonly #model: RewardModel<Hotspot>;
  readonly #selectedMax: number;
  readonly #pioneers: number;
  #rates: Rates | undefined;
  #shown: ReadonlyMap<Hotspot, Shown> = new Map();
  #data = new Map<Cell, DataCell>();

  /** A network of fewer than `pioneers` is reckoned as so many: the first will not stay alone. */
  constructor(model: RewardModel<Hotspot>, of: { selectedMax: number; pioneers: number }) {
    this.#model = model;
    this.#selectedMax = of.selectedMax;
    this.#pioneers = of.pioneers;
  }

  /** A new day on the ledger. */
  update(rates: Rates, shown: ReadonlyMap<Hotspot, Shown>): void {
    this.#rates = rates;
    this.#shown = shown;
    this.#data = new Map();
    for (const { cell, dataMotes } of shown.keys()) {
      const key = parentOf(cell, DATA_RESOLUTION);
      const known = this.#data.get(key);
      if (known === undefined) this.#data.set(key, { motes: dataMotes, hotspots: 1 });
      else {
        known.motes += dataMotes;
        known.hotspots += 1;
      }
    }
  }

  /** A hotspot's income a day if coverage pay were shared evenly, USD. */
  averageUsd(): number {
    if (this.#rates === undefined) return 0;
    const { coverageMotes, priceUsd } = this.#rates;
    return ((coverageMotes / MOTES) * priceUsd) / Math.max(this.#shown.size, this.#pioneers);
  }

  /** Income a day of one more hotspot there, USD. Exact: with what it does to the density there. */
  incomeUsd(site: MappedSite, look: "rough" | "exact"): number {
    if (this.#rates === undefined) return 0;
    const { priceUsd, beaconerUnit, witnessUnit, challengerMotes, beacons } = this.#rates;
    const one = Number(UNITS_ONE);
    let heardBy = 0;
    let witnessed = 0;
    for (const [other, chance] of this.#neighbours(site)) {
      heardBy += chance;
      const { scale, selected: before } = this.#shown.get(other) ?? NOT_SHOWN;
      const selected = Math.min(before + 1, this.#selectedMax);
      const luck = Math.min(1, this.#selectedMax / (before + 1));
      witnessed += (chance * luck * scale * unitsOf(Math.round(selected)).witness) / one;
    }
    const scale =
      look === "exact"
        ? this.#model.scaleIfAdded(site)
        : Number(this.#model.scaleOf(site)) / Number(SCALE_ONE);
    const selected = Math.round(Math.min(heardBy, this.#selectedMax));
    const beaconer = (scale * unitsOf(selected).beaconer) / one;
    const challenger = heardBy > 0 ? challengerMotes : 0;
    const motes =
      beacons * (beaconer * beaconerUnit + witnessed * witnessUnit) +
      challenger +
      this.#dataMotes(site.cell);
    return (motes / MOTES) * priceUsd;
  }

  #neighbours(site: MappedSite): (readonly [Hotspot, number])[] {
    const { hearing } = this.#model;
    const near: Hotspot[] = this.#model.mapOf(site.metro).around(site, LOOK_METERS);
    const isApart = (other: Point) => squareMeters(site, other) >= CLOSE_METERS ** 2;
    return near.filter(isApart).map((other) => [other, hearing.mappedChance(site, other)] as const);
  }

  /** What data pay a hotspot there, shared with one more. */
  #dataMotes(cell: Cell): number {
    const known = this.#data.get(parentOf(cell, DATA_RESOLUTION));
    return known === undefined ? 0 : known.motes / (known.hotspots + 1);
  }
}
