/**
 * Distance and its logarithm for the classifiers: integers, coarse and fast. They compare millions
 * of pairs and need two digits, not the millimetres of coverage/distance.ts (which costs some 20
 * microseconds a pair).
 *
 * The Earth is flat around the pair's middle latitude. Error against the great circle: below half a
 * percent up to 50 km and 70 degrees of latitude (ground.test.ts), which is 0.05 dB.
 */
import { cellCenter, PARTS_PER_DEGREE } from "../coverage/cells.ts";
import type { Cell } from "../units.ts";

/** A place, in units of 10^-5 degree (about 1.1 m), so that squares stay far below 2^53. */
export interface Ground {
  readonly lat: number;
  readonly lng: number;
}

const UNITS_PER_DEGREE = 100_000;
const PARTS_PER_UNIT = PARTS_PER_DEGREE / UNITS_PER_DEGREE;
const TURN = 360 * UNITS_PER_DEGREE;
/** Millimetres in a unit of latitude on H3's sphere: 6,371,007.18 m x pi / 180 / 10^5. */
const MM_PER_UNIT = 1112;

/** cos(0), cos(1 degree) ... cos(90 degrees) in parts of 2^16, to the nearest. */
const COSINES: readonly number[] = [
  65536, 65526, 65496, 65446, 65376, 65287, 65177, 65048, 64898, 64729, 64540, 64332, 64104, 63856,
  63589, 63303, 62997, 62672, 62328, 61966, 61584, 61183, 60764, 60326, 59870, 59396, 58903, 58393,
  57865, 57319, 56756, 56175, 55578, 54963, 54332, 53684, 53020, 52339, 51643, 50931, 50203, 49461,
  48703, 47930, 47143, 46341, 45525, 44695, 43852, 42995, 42126, 41243, 40348, 39441, 38521, 37590,
  36647, 35693, 34729, 33754, 32768, 31772, 30767, 29753, 28729, 27697, 26656, 25607, 24550, 23486,
  22415, 21336, 20252, 19161, 18064, 16962, 15855, 14742, 13626, 12505, 11380, 10252, 9121, 7987,
  6850, 5712, 4572, 3430, 2287, 1144, 0,
];

export function groundOf(cell: Cell): Ground {
  const { latE7, lngE7 } = cellCenter(cell);
  return { lat: Math.trunc(latE7 / PARTS_PER_UNIT), lng: Math.trunc(lngE7 / PARTS_PER_UNIT) };
}

/** From one place to another, whole metres. */
export function arrowBetween(from: Ground, to: Ground): { east: number; north: number } {
  let east = to.lng - from.lng;
  if (east > TURN / 2) east -= TURN;
  if (east < -TURN / 2) east += TURN;
  const north = to.lat - from.lat;
  const squeezed = Math.floor((Math.abs(east) * cosine(from.lat + to.lat)) / 65_536);
  const eastMeters = Math.floor((squeezed * MM_PER_UNIT) / 1000);
  const northMeters = Math.floor((Math.abs(north) * MM_PER_UNIT) / 1000);
  return {
    east: east < 0 ? -eastMeters : eastMeters,
    north: north < 0 ? -northMeters : northMeters,
  };
}

/** Square of the distance, whole square metres, at least 1. Symmetric. */
export function squareMeters(a: Ground, b: Ground): number {
  const { east, north } = arrowBetween(a, b);
  return Math.max(1, north * north + east * east);
}

/** Cosine of half the angle, parts of 2^16, interpolated and floored. */
function cosine(twiceLat: number): number {
  const half = Math.abs(twiceLat);
  const degree = Math.min(89, Math.floor(half / (2 * UNITS_PER_DEGREE)));
  const rest = half - degree * 2 * UNITS_PER_DEGREE;
  const from = COSINES[degree] ?? 0;
  const to = COSINES[degree + 1] ?? 0;
  return from - Math.floor(((from - to) * rest) / (2 * UNITS_PER_DEGREE));
}

/** Log table: floor(1000 log10(1 + k / 64)) for k = 0 to 64. */
const LOGARITHMS: readonly number[] = [
  0, 6, 13, 19, 26, 32, 38, 45, 51, 57, 63, 68, 74, 80, 85, 91, 96, 102, 107, 112, 118, 123, 128,
  133, 138, 143, 148, 152, 157, 162, 166, 171, 176, 180, 185, 189, 193, 198, 202, 206, 210, 215,
  219, 223, 227, 231, 235, 239, 243, 246, 250, 254, 258, 262, 265, 269, 273, 276, 280, 283, 287,
  290, 294, 297, 301,
];
/** floor(1000 log10 2^n) is n x 301.03. */
const LOG_OF_TWO = 30_103;

/**
 * Free-space loss against 1 m, 20 log10 d, in hundredths of a dB (so 10 log10 of the square): a
 * tenth of a dB exact, and the same everywhere.
 */
export function spreadingCentiDb(square: number): number {
  let mantissa = square;
  let exponent = 0;
  // From 2^12 on: a mantissa of 13 bits, 6 of which index the table.
  while (mantissa >= 8192) {
    mantissa = Math.floor(mantissa / 2);
    exponent += 1;
  }
  while (mantissa < 4096) {
    mantissa *= 2;
    exponent -= 1;
  }
  const fraction = LOGARITHMS[Math.floor(mantissa / 64) - 64] ?? 0;
  // 10 log10(square), in hundredths: 1000 log10.
  return Math.floor(((exponent + 12) * LOG_OF_TWO) / 100) + fraction;
}
