import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { getPentagons } from "h3-js";
import type { Cell } from "../units.ts";
import {
  cellAt,
  cellCenter,
  cellDisk,
  cellGridDistance,
  isCell,
  parentOf,
  resolutionOf,
} from "./cells.ts";

const boulder = cellAt({ latDegrees: 40.015, lngDegrees: -105.27 }, 12);

test("cells have one spelling", () => {
  const table: [string, boolean][] = [
    [boulder, true],
    [boulder.toUpperCase(), false],
    [`0${boulder}`, false],
    [`0x${boulder}`, false],
    [boulder.slice(1), false],
    ["8c2681a338001fe", false],
    ["ffffffffffffffff", false],
    ["000000000000000", false],
    ["", false],
    ["not a cell", false],
  ];
  for (const [text, expected] of table) assert.equal(isCell(text), expected, text);
});

test("centres are integers of 10^-7 degree, and keep their signs", () => {
  assert.deepEqual(cellCenter("8c2681a338001ff" as Cell), {
    latE7: 400150336,
    lngE7: -1052699850,
  });
  assert.throws(() => cellCenter("8c2681a338001fe" as Cell), /not an H3 cell/);
});

test("a centre lies in its own cell", () => {
  const place = fc.record({
    latDegrees: fc.double({ min: -89.9, max: 89.9, noNaN: true }),
    lngDegrees: fc.double({ min: -180, max: 180, noNaN: true }),
  });
  fc.assert(
    fc.property(place, fc.integer({ min: 0, max: 12 }), (at, resolution) => {
      const cell = cellAt(at, resolution);
      const { latE7, lngE7 } = cellCenter(cell);
      assert.ok(isCell(cell));
      assert.equal(resolutionOf(cell), resolution);
      assert.equal(cellAt({ latDegrees: latE7 / 1e7, lngDegrees: lngE7 / 1e7 }, resolution), cell);
    }),
    { numRuns: 200 },
  );
});

test("grid distance counts steps, and is undefined where H3 cannot tell", () => {
  const parent = parentOf(boulder, 11);
  assert.equal(cellGridDistance(parent, parent), 0);
  for (const near of cellDisk(parent)) {
    assert.equal(cellGridDistance(parent, near), near === parent ? 0 : 1);
  }
  const elsewhere = cellAt({ latDegrees: -33.8, lngDegrees: 151.2 }, 11);
  assert.equal(cellGridDistance(parent, elsewhere), undefined);
  assert.equal(cellGridDistance(parent, parentOf(boulder, 10)), undefined, "two resolutions");
});

test("a pentagon's disk has six cells", () => {
  const [pentagon] = getPentagons(10);
  assert.equal(cellDisk(pentagon as Cell).length, 6);
  assert.equal(cellDisk(parentOf(boulder, 10)).length, 7);
});
