import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { microUsd } from "../units.ts";
import { medianPrice } from "./price.ts";

const previousMicroUsd = microUsd(77);
const median = (oracles: number, submissions: readonly number[]) =>
  medianPrice({
    oracles,
    previousMicroUsd,
    submissionsMicroUsd: submissions.map(microUsd),
  });

test("a majority of the oracles sets the price", () => {
  const table: [number, number[], number][] = [
    [0, [], 77],
    [0, [5], 5],
    [1, [], 77],
    [1, [5], 5],
    [2, [5], 77],
    [2, [5, 8], 6],
    [3, [200], 77],
    [3, [200, 100], 150],
    [3, [200_000, 220_000, 210_000], 210_000],
    [5, [10, 20, 30, 41], 25],
    [4, [1, 2], 77],
    [4, [9, 1, 2], 2],
    [3, [1, 9, 10], 9],
    [2, [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 3], Number.MAX_SAFE_INTEGER - 2],
  ];
  for (const [oracles, submissions, expected] of table) {
    assert.equal(median(oracles, submissions), expected, `${submissions} of ${oracles}`);
  }
});

test("the order of submissions does not matter, and a minority cannot move it out", () => {
  const prices = fc.array(fc.integer({ min: 100, max: 200 }), { minLength: 3, maxLength: 9 });
  fc.assert(
    fc.property(prices, fc.integer({ min: 1, max: 10 ** 15 }), (honest, liar) => {
      const liars = Array(Math.floor((honest.length - 1) / 2)).fill(liar);
      const all = [...honest, ...liars];
      const price = median(all.length, all);
      assert.equal(median(all.length, all.toReversed()), price);
      assert.ok(price >= 100 && price <= 200);
    }),
  );
});
