import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cellToChildren, getPentagons } from "h3-js";
import { mainParams } from "../params.ts";
import type { Cell } from "../units.ts";
import { cellAt, cellDisk, parentOf } from "./cells.ts";
import { DensityIndex, densityScales } from "./density.ts";
import { SCALE_ONE } from "./reward-units.ts";

const table = mainParams.density;
const place = cellAt({ latDegrees: 40.015, lngDegrees: -105.27 }, 12);

test("hotspots in one cell share one hotspot's scale", () => {
  for (const count of [1, 2, 3, 5, 40]) {
    const scales = densityScales(Array(count).fill(place), table);
    assert.deepEqual([...scales], [[place, SCALE_ONE / BigInt(count)]]);
  }
});

test("nobody, and nobody near", () => {
  assert.equal(densityScales([], table).size, 0);
  assert.equal(new DensityIndex(table).scaleOf(place), SCALE_ONE);
  const index = new DensityIndex(table);
  assert.throws(() => index.remove(place), /no hotspot is counted/);
});

test("neighbours that are full raise the limit: target x (n - N + 1), at most max", () => {
  // One row only: res 8 with target 1, N 2, max 4. n full cells of the disk.
  const row = { 8: { neighbours: 2, target: 1, max: 4 } };
  const disk = cellDisk(parentOf(place, 8));
  const limits = [0, 1, 1, 2, 3, 4, 4, 4];
  for (let full = 1; full <= 7; full++) {
    const others = disk.filter((cell) => cell !== parentOf(place, 8)).slice(0, full - 1);
    const spread = cellToChildren(parentOf(place, 8), 12).slice(0, 8) as Cell[];
    const cells = [...spread, ...others.map((cell) => cellToChildren(cell, 12)[0] as Cell)];
    const scale = densityScales(cells, row).get(spread[0] as Cell);
    assert.equal(scale, (SCALE_ONE * BigInt(limits[full] as number)) / 8n, `${full} full`);
  }
});

test("the final floor is the only rounding", () => {
  // 3 in one res-10 cell and 7 in another of one res-9 cell: 1/3 and 1/7, then both halved to 1 of 2.
  const row = { 9: { neighbours: 2, target: 1, max: 1 }, 10: { neighbours: 2, target: 1, max: 1 } };
  const tens = cellToChildren(parentOf(place, 9), 10);
  const [first, second] = [tens[1], tens[6]].map(
    (cell) => cellToChildren(cell as string, 12)[0] as Cell,
  ) as [Cell, Cell];
  const scales = densityScales([...Array(3).fill(first), ...Array(7).fill(second)], row);
  assert.equal(scales.get(first), SCALE_ONE / 6n);
  assert.equal(scales.get(second), SCALE_ONE / 14n);
});

/** Crowded cells around Boulder, a second town, and around a pentagon. */
const [pentagon] = getPentagons(9);
const around = [place, cellAt({ latDegrees: 40.03, lngDegrees: -105.25 }, 12)];
const pool: Cell[] = [
  ...around.flatMap((cell) => cellToChildren(parentOf(cell, 8), 11) as Cell[]),
  ...cellDisk(parentOf(place, 7)).map((cell) => cellToChildren(cell, 12)[5] as Cell),
  ...(cellToChildren(pentagon as string, 11) as Cell[]),
];
/** Tables that make every branch bind with few hotspots. */
const tight = {
  5: { neighbours: 1, target: 4, max: 8 },
  6: { neighbours: 2, target: 3, max: 9 },
  7: { neighbours: 2, target: 2, max: 5 },
  9: { neighbours: 2, target: 1, max: 3 },
  10: { neighbours: 1, target: 1, max: 2 },
};

test("the index agrees with the definition after any adds and removes", () => {
  const step = fc.record({
    cell: fc.integer({ min: 0, max: pool.length - 1 }).map((i) => pool[i] as Cell),
    removes: fc.nat(3).map((n) => n === 0),
  });
  const rows = fc.constantFrom(table, tight);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), rows, (steps, density) => {
      const index = new DensityIndex(density);
      const held: Cell[] = [];
      for (const { cell, removes } of steps) {
        if (removes && held.length > 0) {
          // Some earlier one leaves, chosen by the drawn cell.
          const [gone] = held.splice(pool.indexOf(cell) % held.length, 1);
          index.remove(gone as Cell);
        } else {
          held.push(cell);
          index.add(cell);
        }
      }
      for (const [cell, scale] of densityScales(held, density)) {
        assert.equal(index.scaleOf(cell), scale, cell);
      }
      for (const cell of held) index.remove(cell);
      for (const cell of held) assert.equal(index.scaleOf(cell), SCALE_ONE, "nothing is left");
    }),
    { numRuns: 150 },
  );
});

test("the index agrees with the definition all along 10,000 random changes", () => {
  // Of one stream, so that a failure repeats. Both tables go through the same changes.
  let state = 20_261_122;
  const below = (bound: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  const indexes = [table, tight].map((density) => ({ density, index: new DensityIndex(density) }));
  const held: Cell[] = [];
  let compared = 0;
  for (let change = 1; change <= 10_000; change++) {
    // Around 150 are held; crowds grow and vanish.
    if (held.length > 0 && below(300) < held.length) {
      const [gone] = held.splice(below(held.length), 1);
      for (const { index } of indexes) index.remove(gone as Cell);
    } else {
      const cell = pool[below(pool.length)] as Cell;
      held.push(cell);
      for (const { index } of indexes) index.add(cell);
    }
    if (change % 200 !== 0) continue;
    for (const { density, index } of indexes) {
      for (const [cell, scale] of densityScales(held, density)) {
        assert.equal(index.scaleOf(cell), scale, `${cell} after ${change} changes`);
        compared++;
      }
    }
  }
  assert.ok(compared > 5000, `${compared} compared`);
});

test("the order of hotspots does not matter", () => {
  const cells = fc.shuffledSubarray(pool, { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(cells, (some) => {
      const forth = densityScales(some, tight);
      const back = densityScales(some.toReversed(), tight);
      for (const [cell, scale] of forth) assert.equal(back.get(cell), scale);
    }),
    { numRuns: 50 },
  );
});
