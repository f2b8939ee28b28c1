/**
 * Reward units of a challenge (protocol.md section 3; HIP-15). Units are integers of 10^-12, floored,
 * so that sums over an epoch are exact and independent of order.
 */
import { assert } from "../bytes/assert.ts";

/** One unit. */
export const UNITS_ONE = 10n ** 12n;
/** A density scale of 1. */
export const SCALE_ONE = 10n ** 12n;
/** Witnesses up to which each adds a full unit: N of HIP-15. */
const REDUNDANCY = 4;
/** Each witness beyond N adds r = 4/5 of what the one before added. */
const DECAY = { numerator: 4n, denominator: 5n };
/** Any list of witnesses is shorter; bounds the power below. */
const WITNESSES_MAX = 4096;

/** Units of a beaconer that `selected` valid witnesses heard: w/N, beyond N 2 - r^(w-N). Floored. */
export function beaconerUnits(selected: number): bigint {
  checkCount(selected);
  if (selected <= REDUNDANCY) return (UNITS_ONE * BigInt(selected)) / BigInt(REDUNDANCY);
  const { numerator, denominator } = decayed(selected);
  // The cap min(2, ...) of HIP-15 never binds: r^(w-N) is positive.
  return (UNITS_ONE * (2n * denominator - numerator)) / denominator;
}

/** Units of each of `selected` valid witnesses: 1, beyond N (N - (1 - r^(w-N)))/w. Floored. */
export function witnessUnits(selected: number): bigint {
  checkCount(selected);
  if (selected === 0) return 0n;
  if (selected <= REDUNDANCY) return UNITS_ONE;
  const { numerator, denominator } = decayed(selected);
  const left = BigInt(REDUNDANCY - 1) * denominator + numerator;
  return (UNITS_ONE * left) / (BigInt(selected) * denominator);
}

/** Units multiplied by a density scale (in parts of SCALE_ONE), floored. */
export function scaleUnits(input: { units: bigint; scale: bigint }): bigint {
  return (input.units * input.scale) / SCALE_ONE;
}

/** Decimal text with 4 places, rounded half up: for printing only. */
export function formatUnits(units: bigint): string {
  assert(units >= 0n, "units are not negative");
  const step = UNITS_ONE / 10_000n;
  const rounded = (units + step / 2n) / step;
  return `${rounded / 10_000n}.${String(rounded % 10_000n).padStart(4, "0")}`;
}

/** r^(w-N) as a fraction. */
function decayed(selected: number): { numerator: bigint; denominator: bigint } {
  const exponent = BigInt(selected - REDUNDANCY);
  return { numerator: DECAY.numerator ** exponent, denominator: DECAY.denominator ** exponent };
}

function checkCount(selected: number): void {
  const counts = Number.isInteger(selected) && selected >= 0 && selected <= WITNESSES_MAX;
  assert(counts, `not a number of witnesses: ${selected}`);
}
