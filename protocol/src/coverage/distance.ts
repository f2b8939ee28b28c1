/**
 * Great-circle distance between cells in integers, so that replicas agree to the last digit
 * (protocol.md section 0). Fixed point: an integer `n` stands for n / 2^64.
 *
 * The angle between unit vectors u and v is 2 atan(|u - v| / |u + v|): unlike the arc cosine or the
 * haversine it is well conditioned everywhere, from neighbours to antipodes.
 *
 * Error: below 10^-6 mm before the final floor to a millimetre, measured against 60-digit arithmetic
 * in distance.test.ts; the centres themselves are rounded to 10^-7 degree (up to 8 mm each).
 */
import { BoundedMap } from "../bytes/bounded-map.ts";
import type { Cell } from "../units.ts";
import { type CellCenter, cellCenter, PARTS_PER_DEGREE } from "./cells.ts";

const BITS = 64n;
const ONE = 1n << BITS;
/** floor(pi x 2^64), OEIS A000796. */
const PI = 57_952_155_664_616_982_739n;
/** H3 v4's sphere, 6371.007180918475 km (`EARTH_RADIUS_KM`), in nanometres. */
const RADIUS_NM = 6_371_007_180_918_475n;
const NM_PER_MM = 1_000_000n;
const RIGHT_ANGLE_E7 = 90 * PARTS_PER_DEGREE;
/** Terms after which every series here is below 2^-64: Euler's at 1 loses a bit per term. */
const TERMS_MAX = 80n;

/** A point on the unit sphere, fixed point. */
interface UnitVector {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

const VECTORS_MAX = 16_384;
const PAIRS_MAX = 65_536;
const vectors = new BoundedMap<Cell, UnitVector>(VECTORS_MAX);
const pairs = new BoundedMap<string, number>(PAIRS_MAX);

/**
 * Great-circle distance of the cells' centres on H3's sphere, whole millimetres, floored. Symmetric.
 * Cells of any resolution; anything else is a bug.
 */
export function distanceMillimeters(a: Cell, b: Cell): number {
  const key = a < b ? a + b : b + a;
  let distance = pairs.get(key);
  if (distance === undefined) {
    distance = Number(((angleBetween(vectorOf(a), vectorOf(b)) * RADIUS_NM) / NM_PER_MM) >> BITS);
    pairs.set(key, distance);
  }
  return distance;
}

/** Distance between two places given as centres are, millimetres, floored. */
export function distanceOfCenters(a: CellCenter, b: CellCenter): number {
  const angle = angleBetween(unitVector(a), unitVector(b));
  return Number(((angle * RADIUS_NM) / NM_PER_MM) >> BITS);
}

function vectorOf(cell: Cell): UnitVector {
  let vector = vectors.get(cell);
  if (vector === undefined) {
    vector = unitVector(cellCenter(cell));
    vectors.set(cell, vector);
  }
  return vector;
}

function unitVector(center: CellCenter): UnitVector {
  const cosLat = cosine(center.latE7);
  return {
    x: (cosLat * cosine(center.lngE7)) >> BITS,
    y: (cosLat * sine(center.lngE7)) >> BITS,
    z: sine(center.latE7),
  };
}

function angleBetween(u: UnitVector, v: UnitVector): bigint {
  const apart = squareRoot(squares(u.x - v.x, u.y - v.y, u.z - v.z));
  const together = squareRoot(squares(u.x + v.x, u.y + v.y, u.z + v.z));
  const angle =
    apart <= together
      ? arcTangent((apart << BITS) / together)
      : PI / 2n - arcTangent((together << BITS) / apart);
  return 2n * angle;
}

function squares(x: bigint, y: bigint, z: bigint): bigint {
  return x * x + y * y + z * z;
}

function cosine(angleE7: number): bigint {
  return sine(angleE7 + RIGHT_ANGLE_E7);
}

/** Sine of an angle in 10^-7 degree, by folding it into the first quadrant. */
function sine(angleE7: number): bigint {
  const turn = 4 * RIGHT_ANGLE_E7;
  const angle = ((angleE7 % turn) + turn) % turn;
  if (angle >= 2 * RIGHT_ANGLE_E7) return -sine(angle - 2 * RIGHT_ANGLE_E7);
  if (angle > RIGHT_ANGLE_E7) return sine(2 * RIGHT_ANGLE_E7 - angle);
  if (2 * angle > RIGHT_ANGLE_E7) return taylor(RIGHT_ANGLE_E7 - angle, 0n);
  return taylor(angle, 1n);
}

/** Taylor series from the term of order `first`: 0 for the cosine, 1 for the sine; angle <= 45 deg. */
function taylor(angleE7: number, first: 0n | 1n): bigint {
  const radians = (BigInt(angleE7) * PI) / BigInt(2 * RIGHT_ANGLE_E7);
  const square = (radians * radians) >> BITS;
  let term = first === 0n ? ONE : radians;
  let sum = term;
  for (let order = first + 2n; term !== 0n && order < TERMS_MAX; order += 2n) {
    term = ((term * square) >> BITS) / (order * (order - 1n));
    sum += order % 4n === first ? term : -term;
  }
  return sum;
}

/** Arc tangent of a ratio from 0 to 1 (Euler: x/(1+x^2) sum of (2^n n!)^2/(2n+1)! (x^2/(1+x^2))^n). */
function arcTangent(ratio: bigint): bigint {
  const onePlusSquare = ONE + ((ratio * ratio) >> BITS);
  const step = ((ratio * ratio) << BITS) / (onePlusSquare << BITS);
  let term = (ratio << BITS) / onePlusSquare;
  let sum = term;
  for (let n = 1n; term !== 0n && n < TERMS_MAX; n += 1n) {
    term = (((term * step) >> BITS) * (2n * n)) / (2n * n + 1n);
    sum += term;
  }
  return sum;
}

/** Floor of the square root (Newton from above). */
function squareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  // The double is a first guess above the root and no part of the result, which is exact.
  let root = BigInt(Math.ceil(Math.sqrt(Number(value)) * (1 + 2 ** -40))) + 1n;
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
