/**
 * The shipped reward function over hotspots in places: DensityIndex for scales, beaconerUnits,
 * witnessUnits and scaleUnits for units, challengesPerSlot for how often, payoutEpoch for motes.
 *
 * Simplified: challenges are expected and not drawn (every hotspot is challenger and target equally
 * often); who hears a beacon follows from distance and shadowing (hearing.ts); all are online and
 * honest, so reciprocity holds wherever two hear each other, since links are reciprocal.
 */
import type { Random } from "@katydid/platform";
import {
  challengesPerSlot,
  DensityIndex,
  type DensityTable,
  type Params,
  SCALE_ONE,
  scaleUnits,
  UNITS_ONE,
} from "@katydid/protocol";
import { type BeaconUnits, beaconUnits } from "./beacon-units.ts";
import type { Hearing, Site } from "./hearing.ts";
import { RadioMap } from "./radio-map.ts";

/** A site of one of several maps: hotspots of different maps never hear each other. */
export interface MappedSite extends Site {
  readonly metro: number;
}

export interface Units<T> {
  readonly challengers: ReadonlyMap<T, bigint>;
  readonly beaconers: ReadonlyMap<T, bigint>;
  readonly witnesses: ReadonlyMap<T, bigint>;
  /** Challenges that the units are of. */
  readonly challenges: number;
  /** Of each site: its density scale (0 to 1) and the mean number of its selected witnesses. */
  readonly shown: ReadonlyMap<T, { readonly scale: number; readonly selected: number }>;
}

interface Standing<T> {
  readonly site: T;
  /** Undefined: the neighbourhood has changed since. */
  beacon: BeaconUnits<T> | undefined;
}

export class RewardModel<T extends MappedSite> {
  readonly hearing: Hearing;
  readonly #params: Params;
  readonly #random: Random;
  readonly #density: DensityIndex;
  readonly #maps = new Map<number, RadioMap<T>>();
  /** In the order of adding. */
  readonly #standings = new Map<T, Standing<T>>();

  constructor(from: { params: Params; density: DensityTable; hearing: Hearing; random: Random }) {
    this.#params = from.params;
    this.#random = from.random;
    this.hearing = from.hearing;
    this.#density = new DensityIndex(from.density);
  }

  get hotspots(): number {
    return this.#standings.size;
  }

  add(site: T): void {
    this.#density.add(site.cell);
    const map = this.mapOf(site.metro);
    map.add(site);
    this.#standings.set(site, { site, beacon: undefined });
    this.#touchAround(site);
  }

  remove(site: T): void {
    this.#density.remove(site.cell);
    this.#touchAround(site);
    this.mapOf(site.metro).remove(site);
    this.#standings.delete(site);
  }

  /** In parts of SCALE_ONE. */
  scaleOf(site: Site): bigint {
    return this.#density.scaleOf(site.cell);
  }

  /** The scale that one more hotspot there would have, as a number from 0 to 1. */
  scaleIfAdded(site: Site): number {
    this.#density.add(site.cell);
    const scale = this.#density.scaleOf(site.cell);
    this.#density.remove(site.cell);
    return Number(scale) / Number(SCALE_ONE);
  }

  mapOf(metro: number): RadioMap<T> {
    const known = this.#maps.get(metro);
    if (known !== undefined) return known;
    const made = new RadioMap<T>(this.hearing);
    this.#maps.set(metro, made);
    return made;
  }

  /** What one beacon of the site pays on average, before the scale. */
  beaconOf(site: T): BeaconUnits<T> {
    const standing = this.#standings.get(site);
    if (standing === undefined) throw new Error("the site is not on the map");
    standing.beacon ??= this.#drawBeacon(site);
    return standing.beacon;
  }

  /** Challenges that the network makes in `seconds`. */
  challengesIn(seconds: number): number {
    const active = this.#standings.size;
    if (active < 2) return 0;
    const perSlot = Math.min(active, challengesPerSlot({ params: this.#params, active }));
    return Math.floor(seconds / this.#params.slotSeconds) * perSlot;
  }

  /** Units that everyone books in `seconds`, each floored to 10^-12. */
  unitsIn(seconds: number): Units<T> {
    const challenges = this.challengesIn(seconds);
    const beaconers = new Map<T, bigint>();
    const witnesses = new Map<T, bigint>();
    const hotspots = this.#standings.size;
    const shown = new Map<T, { scale: number; selected: number }>();
    let heard = 0;
    for (const { site } of this.#standings.values()) {
      const beacon = this.beaconOf(site);
      const scale = this.scaleOf(site);
      shown.set(site, { scale: Number(scale) / Number(SCALE_ONE), selected: beacon.selected });
      if (beacon.heard === 0) continue;
      heard += beacon.heard / beacon.draws;
      const each = { scale, challenges, of: hotspots * beacon.draws };
      add(beaconers, site, unitsOver({ ...each, sum: beacon.beaconer }));
      for (const [witness, sum] of beacon.witnesses) {
        add(witnesses, witness, unitsOver({ ...each, sum }));
      }
    }
    const forChallenger = hotspots === 0 ? 0 : (challenges * heard) / hotspots / hotspots;
    const units = BigInt(Math.floor(forChallenger * Number(UNITS_ONE)));
    const challengers = new Map([...this.#standings.keys()].map((site) => [site, units]));
    return { challengers, beaconers, witnesses, challenges, shown };
  }

  #drawBeacon(site: T): BeaconUnits<T> {
    const map = this.mapOf(site.metro);
    return beaconUnits({
      heardBy: map.heardBy(site),
      closeTo: (other) => map.closeTo(other),
      hotspots: this.#standings.size,
      params: this.#params,
      random: this.#random,
    });
  }

  #touchAround(site: T): void {
    for (const other of this.mapOf(site.metro).heardBy(site).keys()) {
      const standing = this.#standings.get(other);
      if (standing !== undefined) standing.beacon = undefined;
    }
  }
}

/** The scaled units of `challenges` beacons spread over `of` draws. */
function unitsOver(from: { sum: number; scale: bigint; challenges: number; of: number }): bigint {
  const units = scaleUnits({ units: BigInt(from.sum), scale: from.scale });
  return (units * BigInt(from.challenges)) / BigInt(from.of);
}

function add<T>(units: Map<T, bigint>, site: T, more: bigint): void {
  units.set(site, (units.get(site) ?? 0n) + more);
}
