/**
 * What one beacon of a hotspot pays on average: who hears it and in which order the witnesses stand
 * is drawn DRAWS times, and units are the shipped beaconerUnits and witnessUnits of each draw.
 */
import type { Random } from "@katydid/platform";
import { beaconerUnits, type Params, witnessUnits } from "@katydid/protocol";

/** Beacons that stand for all of a hotspot's, until its neighbourhood changes. */
export const DRAWS = 8;
/** A chance above this is sure. */
const SURE = 0.995;

/** Sums over `draws` beacons, in parts of UNITS_ONE and before the density scale. */
export interface BeaconUnits<T> {
  readonly draws: number;
  readonly beaconer: number;
  readonly witnesses: ReadonlyMap<T, number>;
  /** Of the draws, those with a selected witness: the challenger's unit. */
  readonly heard: number;
  /** Mean number of selected witnesses. */
  readonly selected: number;
}

export interface Audience<T> {
  /** Who may witness, with the chance of hearing. */
  readonly heardBy: ReadonlyMap<T, number>;
  /** Who is passed over once this one is selected. */
  readonly closeTo: (site: T) => ReadonlySet<T>;
  /** Active hotspots: one of the others is the challenger, who does not witness. */
  readonly hotspots: number;
  readonly params: Params;
  readonly random: Random;
}

export function beaconUnits<T>(audience: Audience<T>): BeaconUnits<T> {
  const { heardBy, closeTo, hotspots, params, random } = audience;
  const listeners = [...heardBy];
  const draws = isCertain(audience) ? 1 : DRAWS;
  const notChallenger = hotspots < 2 ? 0 : 1 - 1 / (hotspots - 1);
  const witnesses = new Map<T, number>();
  let beaconer = 0;
  let heard = 0;
  let selectedSum = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    const hears = ({ 1: chance }: readonly [T, number]) =>
      draws === 1 || random.unit() < chance * notChallenger;
    const reports = shuffled(listeners.filter(hears), random).slice(0, params.reportsMax);
    const selected = select({ reports, closeTo, max: params.selectedMax });
    beaconer += unitsOf(selected.length).beaconer;
    const each = unitsOf(selected.length).witness;
    for (const witness of selected) witnesses.set(witness, (witnesses.get(witness) ?? 0) + each);
    if (selected.length > 0) heard += 1;
    selectedSum += selected.length;
  }
  return { draws, beaconer, witnesses, heard, selected: selectedSum / draws };
}

/** Every draw would be the same but for the challenger, who is one in very many. */
function isCertain<T>({ heardBy, closeTo, hotspots, params }: Audience<T>): boolean {
  if (heardBy.size > params.selectedMax || hotspots < 1000) return false;
  for (const [site, chance] of heardBy) {
    if (chance < SURE) return false;
    for (const other of closeTo(site)) if (heardBy.has(other)) return false;
  }
  return true;
}

/** The first of the reports, passing over whoever is too close to one selected before. */
function select<T>(from: {
  reports: readonly (readonly [T, number])[];
  closeTo: (site: T) => ReadonlySet<T>;
  max: number;
}): T[] {
  const selected: T[] = [];
  for (const [site] of from.reports) {
    if (selected.length === from.max) break;
    const close = from.closeTo(site);
    if (close.size === 0 || !selected.some((before) => close.has(before))) selected.push(site);
  }
  return selected;
}

/** Fisher-Yates, in place. */
function shuffled<T>(items: T[], random: Random): T[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const at = random.below(last + 1);
    const moved = items[at] as T;
    items[at] = items[last] as T;
    items[last] = moved;
  }
  return items;
}

interface Units {
  readonly beaconer: number;
  readonly witness: number;
}
const table: Units[] = [];

/** The shipped units as numbers: at most 2 x 10^12, exact. */
export function unitsOf(selected: number): Units {
  for (let count = table.length; count <= selected; count += 1) {
    table.push({ beaconer: Number(beaconerUnits(count)), witness: Number(witnessUnits(count)) });
  }
  return table[selected] as Units;
}
