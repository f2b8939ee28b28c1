/**
 * Great-circle distance in 200-bit fixed point (60 digits) for tests, by another way than
 * distance.ts: series without folding, the cosine formula, and Newton's method for the arc cosine.
 */
import type { CellCenter } from "./cells.ts";

const BITS = 200n;
const ONE = 1n << BITS;
const RADIUS_NM = 6_371_007_180_918_475n;
/** Pi in parts of 2^200. */
export const PI = 4n * (4n * arcTangentOfInverse(5n) - arcTangentOfInverse(239n));

/** Machin: pi/4 = 4 atan(1/5) - atan(1/239). */
function arcTangentOfInverse(n: bigint): bigint {
  let power = ONE / n;
  let sum = power;
  for (let k = 1n; power !== 0n; k += 1n) {
    power = -power / (n * n);
    sum += power / (2n * k + 1n);
  }
  return sum;
}

function radians(angleE7: number): bigint {
  return (BigInt(angleE7) * PI) / 1_800_000_000n;
}

function series(angle: bigint, first: bigint): bigint {
  let term = first === 0n ? ONE : angle;
  let sum = term;
  for (let order = first + 2n; term !== 0n; order += 2n) {
    term = (-term * angle * angle) / (ONE * ONE) / (order * (order - 1n));
    sum += term;
  }
  return sum;
}
const cosine = (angle: bigint) => series(angle, 0n);
const sine = (angle: bigint) => series(angle, 1n);

/** Floored millimetres, and nanometres to see how close to the next they are. */
export function greatCircleMillimeters(
  a: CellCenter,
  b: CellCenter,
): { floor: number; nanometers: bigint } {
  const angle = angleBetween(a, b);
  const nanometers = (angle * RADIUS_NM) >> BITS;
  return { floor: Number(nanometers / 1_000_000n), nanometers };
}

/** Beyond a right angle by the antipode of `b`, where Newton starts well. */
function angleBetween(a: CellCenter, b: CellCenter): bigint {
  const guess = haversine(a, b);
  if (guess > Math.PI / 2) {
    return PI - angleBetween(a, { latE7: -b.latE7, lngE7: b.lngE7 + 1_800_000_000 });
  }
  const [latA, latB] = [radians(a.latE7), radians(b.latE7)];
  const between = radians(b.lngE7 - a.lngE7);
  const product = (x: bigint, y: bigint) => (x * y) / ONE;
  const cosineOfAngle =
    product(sine(latA), sine(latB)) + product(product(cosine(latA), cosine(latB)), cosine(between));
  let angle = BigInt(Math.round(guess * 2 ** 100)) << (BITS - 100n);
  for (let i = 0; i < 12; i++) {
    const slope = sine(angle);
    if (slope === 0n) break;
    angle += ((cosine(angle) - cosineOfAngle) * ONE) / slope;
  }
  return angle;
}

/** First guess, in doubles. */
function haversine(a: CellCenter, b: CellCenter): number {
  const unit = Math.PI / 1.8e9;
  const lat = Math.sin(((b.latE7 - a.latE7) * unit) / 2) ** 2;
  const lng = Math.sin(((b.lngE7 - a.lngE7) * unit) / 2) ** 2;
  const square = lat + Math.cos(a.latE7 * unit) * Math.cos(b.latE7 * unit) * lng;
  return 2 * Math.asin(Math.min(1, Math.sqrt(square)));
}
