/** Means with percentile bootstrap intervals (Efron and Tibshirani 1993, chapter 13). */
import type { Random } from "@katydid/platform";
import { SeededRandom } from "../world/seeded-random.ts";

const RESAMPLES = 2000;
const CONFIDENCE = 0.95;

export interface Estimate {
  readonly mean: number;
  /** Ends of the 95 % interval; both the mean where there is one sample. */
  readonly low: number;
  readonly high: number;
  readonly samples: number;
}

/** undefined: no sample. The same samples in the same order give the same interval. */
export function estimate(
  samples: readonly number[],
  random: Random = new SeededRandom("bootstrap"),
): Estimate | undefined {
  if (samples.length === 0) return undefined;
  const means = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let at = 0; at < samples.length; at += 1)
      sum += samples[random.below(samples.length)] ?? 0;
    return sum / samples.length;
  }).sort((one, other) => one - other);
  const tail = (1 - CONFIDENCE) / 2;
  return {
    mean: mean(samples),
    low: quantile(means, tail),
    high: quantile(means, 1 - tail),
    samples: samples.length,
  };
}

/** Of an empty list: NaN. */
export function mean(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0) / values.length;
}

/** Of a sorted list, interpolated between neighbours (type 7 of Hyndman and Fan 1996). */
export function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return quantile(
    [...values].sort((one, other) => one - other),
    0.5,
  );
}
