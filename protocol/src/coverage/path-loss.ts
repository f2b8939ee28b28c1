/**
 * Free-space bound on received power, in integers (protocol.md section 3, rule 13). Decibels are
 * integers of 10^-12 dB inside, and of a thousandth outside.
 *
 * Error: below 10^-9 dB before the final floor to 0.001 dB, from 1 m to 20,000 km and 400 MHz to
 * 2.5 GHz (path-loss.test.ts). Floored, so a bound that is stricter by less than 0.001 dB: no power
 * in tenths or thousandths of a dBm is judged otherwise than by the exact bound.
 */
import { assert } from "../bytes/assert.ts";
import type { Db, Dbm, Hertz } from "../units.ts";

/** Units of 10^-12 dB in a thousandth of a dB. */
const PER_MILLI_DB = 10n ** 9n;
/** 20 log10(4 pi / 1000 c), c = 299,792,458 m/s (SI), distance in mm and frequency in Hz. */
const CONSTANT = -207_552_216_778_117n;
/** 20 log10(2). */
const DOUBLING = 6_020_599_913_280n;
/** Our table of logarithms: 20 log10(1 + 2^-k) for k = 1 and up, to the nearest 10^-12 dB. */
const STEPS: readonly bigint[] = [
  3_521_825_181_114n,
  1_938_200_260_161n,
  1_023_050_448_948n,
  526_578_774_447n,
  267_279_231_160n,
  134_667_653_179n,
  67_594_813_028n,
  33_863_160_389n,
  16_948_082_720n,
  8_478_175_039n,
  4_240_121_948n,
  2_120_319_707n,
  1_060_224_553n,
  530_128_453n,
  265_068_271n,
  132_535_147n,
  66_267_826n,
  33_133_976n,
  16_567_004n,
  8_283_506n,
  4_141_754n,
  2_070_877n,
  1_035_439n,
  517_719n,
  258_860n,
  129_430n,
  64_715n,
  32_357n,
  16_179n,
  8_089n,
  4_045n,
  2_022n,
  1_011n,
  506n,
  253n,
  126n,
  63n,
  32n,
  16n,
  8n,
];
/** Mantissas are integers from 2^60 to 2^61. */
const MANTISSA_BITS = 60;

/**
 * Most that a receiver can measure: tx + gains - 20 log10(4 pi d f / c), in thousandths of a dBm,
 * floored. Powers and gains count to a thousandth. A distance below 1 mm has no bound (a bug).
 */
export function freeSpaceBoundMilliDbm(input: {
  txPowerDbm: Dbm;
  txGainDbi: Db;
  rxGainDbi: Db;
  frequencyHz: Hertz;
  distanceMillimeters: number;
}): number {
  const transmitted =
    milliDb(input.txPowerDbm) + milliDb(input.txGainDbi) + milliDb(input.rxGainDbi);
  const loss = freeSpaceLoss(input);
  const bound = BigInt(transmitted) * PER_MILLI_DB - loss;
  return Number(floorDivide({ value: bound, by: PER_MILLI_DB }));
}

/** A power, gain or ratio in thousandths of a dB, to the nearest (half up). Exact for tenths. */
export function milliDb(decibels: number): number {
  assert(Number.isFinite(decibels), `not a number of decibels: ${decibels}`);
  return Math.round(decibels * 1000);
}

/** Free-space path loss 20 log10(4 pi d f / c), in units of 10^-12 dB. */
export function freeSpaceLoss(input: { frequencyHz: Hertz; distanceMillimeters: number }): bigint {
  return twentyLog10(input.distanceMillimeters) + twentyLog10(input.frequencyHz) + CONSTANT;
}

/** 20 log10 of a positive integer: powers of two, then factors 1 + 2^-k that stay below the rest. */
function twentyLog10(value: number): bigint {
  assert(Number.isSafeInteger(value) && value > 0, `no logarithm of ${value}`);
  const integer = BigInt(value);
  const exponent = integer.toString(2).length - 1;
  const mantissa = integer << BigInt(MANTISSA_BITS - exponent);
  let product = 1n << BigInt(MANTISSA_BITS);
  let logarithm = BigInt(exponent) * DOUBLING;
  for (let k = 1; k <= STEPS.length; k++) {
    const next = product + (product >> BigInt(k));
    if (next > mantissa) continue;
    product = next;
    logarithm += STEPS[k - 1] as bigint;
  }
  return logarithm;
}

function floorDivide(input: { value: bigint; by: bigint }): bigint {
  const quotient = input.value / input.by;
  return input.value % input.by < 0n ? quotient - 1n : quotient;
}
