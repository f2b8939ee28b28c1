/**
 * What is usual: by claimed distance, how often a near, active hotspot hears a beacon. The network
 * measures itself, so there is no constant of terrain: where few hear each other, few are expected to.
 */
import type { EdgeCounts } from "./classification.ts";
import type { Network } from "./network.ts";
import { CURVE_TRIALS_MIN } from "./thresholds.ts";

/** First bound, metres: below it rule 12 leaves nobody. Then octaves up to rule 11's 100 km. */
const FIRST_BIN_METERS = 400;
const BINS = 8;

/** Thousandths of beacons that a near, active hotspot hears; by bin, 0 where too few were tried. */
export type Curve = readonly number[];

/** The octave that a distance lies in: 0 is up to 800 m, 7 beyond 51 km. */
export function binOf(squareMeters: number): number {
  let bin = 0;
  let bound = 4 * FIRST_BIN_METERS * FIRST_BIN_METERS;
  while (bin < BINS - 1 && squareMeters >= bound) {
    bin += 1;
    bound *= 4;
  }
  return bin;
}

export function curveOf(network: Network): Curve {
  const tried = new Array<number>(BINS).fill(0);
  const heard = new Array<number>(BINS).fill(0);
  const add = (bin: number, edge: EdgeCounts | undefined) => {
    if (edge?.near !== true) return;
    tried[bin] = (tried[bin] ?? 0) + edge.tried;
    heard[bin] = (heard[bin] ?? 0) + edge.heard;
  };
  network.links.forEach((links, number) => {
    for (const link of links) {
      if (link.a !== number) continue;
      const bin = binOf(link.squareMeters);
      add(bin, link.ab);
      add(bin, link.ba);
    }
  });
  return tried.map((count, bin) =>
    count < CURVE_TRIALS_MIN ? 0 : Math.floor((1000 * (heard[bin] ?? 0)) / count),
  );
}

/** Hears to be expected on an edge, thousandths. */
export function expectedOn(
  curve: Curve,
  input: { edge: EdgeCounts; squareMeters: number },
): number {
  return input.edge.near ? (curve[binOf(input.squareMeters)] ?? 0) * input.edge.tried : 0;
}
