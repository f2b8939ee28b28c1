/** The oracle price (protocol.md section 1). */
import { assert } from "../bytes/assert.ts";
import type { MicroUsd } from "../units.ts";

/**
 * Median of the submissions in the window (each oracle's latest), if they are at least
 * floor(oracles / 2) + 1 of the registered; else the previous price stands. An even count takes the
 * mean of the middle two, floored.
 */
export function medianPrice<Previous extends MicroUsd | undefined>(input: {
  /** Registered oracles. */
  oracles: number;
  /** Undefined where there has never been one. */
  previousMicroUsd: Previous;
  /** At most one per registered oracle, in any order. */
  submissionsMicroUsd: readonly MicroUsd[];
}): MicroUsd | Previous {
  const { oracles, submissionsMicroUsd } = input;
  assert(Number.isSafeInteger(oracles) && oracles >= 0, `not a number of oracles: ${oracles}`);
  const count = submissionsMicroUsd.length;
  if (count < Math.floor(oracles / 2) + 1) return input.previousMicroUsd;
  const sorted = submissionsMicroUsd.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(count / 2)] as number;
  if (count % 2 === 1) return upper as MicroUsd;
  const lower = sorted[count / 2 - 1] as number;
  // From the lower one on, since the sum of two could pass 2^53.
  return (lower + Math.floor((upper - lower) / 2)) as MicroUsd;
}
