/** Where radios of cheats stand and what they claim. Metres on the city's map. */
import type { Random } from "@katydid/platform";
import { distanceMeters, type Point } from "../../air/geometry.ts";
import type { Placement, Radio, Strategy } from "../strategy.ts";

export type PlaceInput = Parameters<NonNullable<Strategy["place"]>>[0];

/** Within this distance honest radios mostly hear each other (scenario.ts's walls, SF9, 27 dBm). */
const EARSHOT_METERS = 3000;
/** A Faraday cage is as good as a place that nothing reaches. */
const CAGE: Point = { x: 1_000_000, y: 1_000_000 };
/** Between radios in one flat. */
const SHELF_METERS = 1;
/** Between claimed cells: one in each cell of H3 resolution 8, which density counts in full. */
export const ROOMY_METERS = 1000;
/** Just outside each other's exclusion (rule 12: 8 cells of resolution 11, some 400 m). */
export const TIGHT_METERS = 500;

/** The site that has most honest neighbours in earshot. */
export function busiest({ sites, neighbours }: PlaceInput): Point {
  let best = { site: sites[0] ?? { x: 0, y: 0 }, count: -1 };
  for (const site of sites) {
    const near = neighbours.filter((point) => distanceMeters(site, point) < EARSHOT_METERS);
    if (near.length > best.count) best = { site, count: near.length };
  }
  return best.site;
}

/** Radios side by side on a shelf. */
export function shelf(input: PlaceInput, at: Point): readonly Radio[] {
  return input.sites.map((_, index) => ({
    ...input.honest,
    point: { x: at.x + (index % 4) * SHELF_METERS, y: at.y + Math.floor(index / 4) * SHELF_METERS },
  }));
}

/** Radios side by side where nothing of the world is heard, nor hears them. */
export function cage(input: PlaceInput): readonly Radio[] {
  return shelf(input, CAGE);
}

/** Each radio with a claimed place, and the gain that is true. */
export function claiming(
  radios: readonly (Radio | undefined)[],
  points: readonly Point[],
  gainDbi: number,
): readonly Placement[] {
  return points.map((point, index) => ({ radio: radios[index], claim: { point, gainDbi } }));
}

/** Claims of identities that have no radio. */
export function ghosts(input: PlaceInput, points: readonly Point[]): readonly Placement[] {
  return claiming([], points, input.honest.gainDbi);
}

/** A hexagonal patch: the `count` points nearest to its middle. */
export function clump(from: {
  readonly middle: Point;
  readonly count: number;
  readonly spacingMeters: number;
}): readonly Point[] {
  const { middle, count, spacingMeters } = from;
  const reach = Math.ceil(Math.sqrt(count)) + 1;
  const points: Point[] = [];
  for (let row = -reach; row <= reach; row += 1) {
    for (let column = -reach; column <= reach; column += 1) {
      points.push({
        x: middle.x + (column + (Math.abs(row) % 2) / 2) * spacingMeters,
        y: middle.y + row * (Math.sqrt(3) / 2) * spacingMeters,
      });
    }
  }
  points.sort((one, other) => distanceMeters(one, middle) - distanceMeters(other, middle));
  return points.slice(0, count);
}

/** The middle of a town so far from the outermost honest hotspot, in any direction. */
export function emptyTown(
  { neighbours, random }: Pick<PlaceInput, "neighbours" | "random">,
  awayMeters: number,
): Point {
  const angle = 2 * Math.PI * random.unit();
  const direction = { x: Math.cos(angle), y: Math.sin(angle) };
  const outermost = Math.max(0, ...neighbours.map(({ x, y }) => x * direction.x + y * direction.y));
  const out = outermost + awayMeters;
  return { x: direction.x * out, y: direction.y * out };
}

/** A random point between two distances, within a sector of a third of the circle. */
export function farOut(from: {
  readonly origin: Point;
  readonly random: Random;
  readonly nearMeters: number;
  readonly farMeters: number;
  readonly headingRadians: number;
}): Point {
  const { origin, random, nearMeters, farMeters, headingRadians } = from;
  const out = nearMeters + (farMeters - nearMeters) * random.unit();
  const angle = headingRadians + (random.unit() - 0.5) * ((2 * Math.PI) / 6);
  return { x: origin.x + out * Math.cos(angle), y: origin.y + out * Math.sin(angle) };
}
