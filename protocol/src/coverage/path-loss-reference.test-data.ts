/**
 * Free-space path loss in 200-bit fixed point (60 digits) for tests, by another way than path-loss.ts:
 * one natural logarithm of the whole quotient, by the series of the inverse hyperbolic tangent.
 */
import { PI } from "./distance-reference.test-data.ts";

const BITS = 200n;
const ONE = 1n << BITS;
/** m/s (SI). */
const SPEED_OF_LIGHT = 299_792_458n;
const MM_PER_METER = 1000n;
/** The result counts parts of 10^30 in a dB. */
const PARTS_PER_DB = 10n ** 30n;

/** 2 atanh(x) = ln((1 + x) / (1 - x)), x as a fraction in parts of ONE below a half. */
function twiceAtanh(x: bigint): bigint {
  const square = (x * x) >> BITS;
  let power = x;
  let sum = x;
  for (let order = 3n; power !== 0n; order += 2n) {
    power = (power * square) >> BITS;
    sum += power / order;
  }
  return 2n * sum;
}

/** ln 2 = 2 atanh(1/3). */
const LN_2 = twiceAtanh(ONE / 3n);
/** ln 10 = 3 ln 2 + ln(10/8) = 3 ln 2 + 2 atanh(1/9). */
const LN_10 = 3n * LN_2 + twiceAtanh(ONE / 9n);

/** Natural logarithm of value / ONE, above 0. */
function naturalLog(value: bigint): bigint {
  const exponent = BigInt(value.toString(2).length - 1) - BITS;
  const mantissa = exponent >= 0n ? value >> exponent : value << -exponent;
  // 1 <= mantissa < 2: (m - 1) / (m + 1) is below a third.
  const ratio = ((mantissa - ONE) << BITS) / (mantissa + ONE);
  return exponent * LN_2 + twiceAtanh(ratio);
}

/** 20 log10(4 pi d f / c), in parts of 10^-30 dB. */
export function exactFreeSpaceLoss(input: {
  frequencyHz: number;
  distanceMillimeters: number;
}): bigint {
  const numerator = 4n * PI * BigInt(input.distanceMillimeters) * BigInt(input.frequencyHz);
  const quotient = numerator / (SPEED_OF_LIGHT * MM_PER_METER);
  return (20n * naturalLog(quotient) * PARTS_PER_DB) / LN_10;
}
