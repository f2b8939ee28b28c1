import assert from "node:assert/strict";
import { test } from "node:test";
import { normal, SeededRandom } from "../world/seeded-random.ts";
import { estimate, mean, median, quantile } from "./statistics.ts";

test("quantiles of a sorted list are those of R's type 7", () => {
  // quantile(c(1, 2, 4, 8), c(0, .1, .25, .5, .9, 1))
  const values = [1, 2, 4, 8];
  const shares = [0, 0.1, 0.25, 0.5, 0.9, 1];
  const found = shares.map((share) => Number(quantile(values, share).toFixed(9)));
  assert.deepEqual(found, [1, 1.3, 1.75, 3, 6.8, 8]);
  assert.equal(median([8, 1, 4, 2]), 3);
  assert.equal(median([]), undefined);
});

test("equal samples have no width, one sample has none, no samples no estimate", () => {
  assert.deepEqual(estimate([3, 3, 3]), { mean: 3, low: 3, high: 3, samples: 3 });
  assert.deepEqual(estimate([-7]), { mean: -7, low: -7, high: -7, samples: 1 });
  assert.equal(estimate([]), undefined);
});

test("of two values all resamples are known: each end is met in a quarter of them", () => {
  const found = estimate([0, 1]);
  assert.deepEqual(found, { mean: 0.5, low: 0, high: 1, samples: 2 });
});

test("the same samples give the same interval", () => {
  const samples = [1, 5, 2, 9, 4];
  assert.deepEqual(estimate(samples), estimate(samples));
});

test("of many normal samples the interval is that of theory", () => {
  const random = new SeededRandom("normal samples");
  const samples = Array.from({ length: 400 }, () => 10 + 3 * normal(random));
  const { low, high, mean: middle } = estimate(samples) ?? { low: 0, high: 0, mean: 0 };
  assert.equal(middle, mean(samples));
  // 1.96 standard errors of 3 / 20 each way.
  assert.ok(Math.abs(high - low - 2 * 1.96 * 0.15) < 0.05, `${low} to ${high}`);
});

test("intervals hold the true mean about as often as they say", () => {
  const random = new SeededRandom("coverage of intervals");
  const trials = 60;
  let held = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    const samples = Array.from({ length: 30 }, () => normal(random));
    const found = estimate(samples, random.stream(`${trial}`));
    if (found !== undefined && found.low <= 0 && found.high >= 0) held += 1;
  }
  // Of 60 at 95 %: 57 expected, fewer than 51 once in some 500 cases.
  assert.ok(held >= 51, `${held} of ${trials}`);
});
