import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cellToLatLng, greatCircleDistance } from "h3-js";
import type { Cell } from "../units.ts";
import { type CellCenter, cellAt, cellCenter } from "./cells.ts";
import { distanceMillimeters, distanceOfCenters } from "./distance.ts";
import { greatCircleMillimeters } from "./distance-reference.test-data.ts";

/** Cells and their distance in whole millimetres, made with the reference in 200 bits. */
const golden: [string, string, number][] = [
  ["8c2681a338001ff", "8c2681a33826dff", 167_249],
  ["8c2681a338001ff", "8c2681a303b37ff", 1_102_700],
  ["8c2681a338001ff", "8c2681a3499a7ff", 4_997_087],
  ["8c2681a338001ff", "8c26859710233ff", 165_114_366],
  ["8c2681a338001ff", "8c194ad33cf5dff", 7_535_118_687],
  ["8c2681a338001ff", "8cccee42a60b3ff", 20_013_436_711],
  ["8c0326233ab03ff", "8cf29380e0d05ff", 20_015_089_902],
  ["8c9b43d2d9193ff", "8c9b43d2d9191ff", 17_533],
  ["8c2681a338001ff", "8c2681a338001ff", 0],
];

test("golden vectors", () => {
  for (const [a, b, expected] of golden) {
    assert.equal(distanceMillimeters(a as Cell, b as Cell), expected, `${a} ${b}`);
    assert.equal(distanceMillimeters(b as Cell, a as Cell), expected, `${b} ${a}`);
  }
});

const center = fc.record({
  latE7: fc.integer({ min: -900_000_000, max: 900_000_000 }),
  lngE7: fc.integer({ min: -1_800_000_000, max: 1_800_000_000 }),
});
const shift = fc.integer({ min: -2_000_000, max: 2_000_000 });

/** The stated error: below 10^-6 mm before the floor. */
function assertExact(a: CellCenter, b: CellCenter): void {
  const actual = distanceOfCenters(a, b);
  const { floor, nanometers } = greatCircleMillimeters(a, b);
  if (actual === floor) return;
  const isAtEdge = nanometers % 1_000_000n <= 1n || nanometers % 1_000_000n >= 999_999n;
  assert.ok(isAtEdge && Math.abs(actual - floor) === 1, `${actual} is not ${floor}`);
}

test("agrees with 60-digit arithmetic over the whole sphere", () => {
  fc.assert(fc.property(center, center, assertExact), { numRuns: 300 });
});

test("agrees with it between neighbours, and near antipodes", () => {
  fc.assert(
    fc.property(center, shift, shift, (a, up, right) => {
      const near = {
        latE7: Math.max(-900_000_000, Math.min(900_000_000, a.latE7 + up)),
        lngE7: a.lngE7 + right,
      };
      assertExact(a, near);
      assertExact(a, { latE7: -near.latE7, lngE7: near.lngE7 + 1_800_000_000 });
    }),
    { numRuns: 150 },
  );
});

test("agrees with it at every scale, from the same place and 11 mm on to the antipode", () => {
  // Separations evenly over the decades of an angle, in any direction from any place.
  const decades = fc.nat(1_000_000).map((part) => (part / 1e6) * Math.log10(1_800_000_000));
  const direction = fc.double({ min: 0, max: 2 * Math.PI, noNaN: true });
  const seen = new Set<number>();
  fc.assert(
    fc.property(center, decades, direction, (a, exponent, angle) => {
      const apart = 10 ** exponent;
      const latE7 = a.latE7 + Math.round(apart * Math.sin(angle));
      const lngE7 = a.lngE7 + Math.round(apart * Math.cos(angle));
      const b = { latE7: Math.max(-900_000_000, Math.min(900_000_000, latE7)), lngE7 };
      assertExact(a, b);
      assertExact(a, a);
      seen.add(Math.floor(Math.log10(Math.max(1, distanceOfCenters(a, b)))));
    }),
    { numRuns: 300, seed: 1 },
  );
  // Millimetres of 10^1 to 10^10 digits were all there.
  for (let digits = 1; digits <= 10; digits++) assert.ok(seen.has(digits), `10^${digits} mm`);
});

test("poles, antipodes, the date line and one place", () => {
  const quarter = Math.floor((6_371_007_180.918475 * Math.PI) / 2);
  const origin = { latE7: 0, lngE7: 0 };
  const table: [CellCenter, CellCenter, number][] = [
    [origin, origin, 0],
    [origin, { latE7: 900_000_000, lngE7: 1234 }, quarter],
    [origin, { latE7: 0, lngE7: 900_000_000 }, quarter],
    [origin, { latE7: 0, lngE7: 1_800_000_000 }, Math.floor(6_371_007_180.918475 * Math.PI)],
    [{ latE7: 0, lngE7: 1_799_999_999 }, { latE7: 0, lngE7: -1_799_999_999 }, 22],
    [origin, { latE7: 1, lngE7: 0 }, 11],
  ];
  for (const [a, b, expected] of table) assert.equal(distanceOfCenters(a, b), expected);
});

test("agrees with H3's own to the rounding of the centres", () => {
  const place = fc.tuple(
    fc.double({ min: -85, max: 85, noNaN: true }),
    fc.double({ min: -180, max: 180, noNaN: true }),
  );
  fc.assert(
    fc.property(place, place, ([latA, lngA], [latB, lngB]) => {
      const a = cellAt({ latDegrees: latA, lngDegrees: lngA }, 12);
      const b = cellAt({ latDegrees: latB, lngDegrees: lngB }, 12);
      const expected = 1000 * greatCircleDistance(cellToLatLng(a), cellToLatLng(b), "m");
      assert.ok(Math.abs(distanceMillimeters(a, b) - expected) < 200);
      assert.equal(distanceMillimeters(a, b), distanceMillimeters(b, a));
      assert.equal(distanceMillimeters(a, b), distanceOfCenters(cellCenter(a), cellCenter(b)));
    }),
    { numRuns: 200 },
  );
});
