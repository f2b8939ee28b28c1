import assert from "node:assert/strict";
import { test } from "node:test";
import { arenaParams as params } from "@katydid/protocol";
import fc from "fast-check";
import { bestKept, gainOf, type Outcome } from "./challenge-value.ts";

const outcomes: fc.Arbitrary<Outcome> = fc.record({
  isGangTarget: fc.boolean(),
  ours: fc.nat(6),
  rivals: fc.nat(24),
});
const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

test("a gang that is everybody gains nothing by any outcome; a share of nothing is all gain", () => {
  fc.assert(
    fc.property(outcomes, fc.double({ min: 0, max: 1, noNaN: true }), (outcome, gangShare) => {
      const all = { isGangTarget: true, ours: outcome.ours + outcome.rivals, rivals: 0 };
      near(gainOf({ params, gangShare: 1 }, all), 0);
      const alone = gainOf({ params, gangShare: 0 }, outcome);
      assert.ok(alone >= 0 && gainOf({ params, gangShare }, outcome) <= alone);
    }),
  );
});

test("with a fifth of the network it loses where rivals are paid and gains where it is", () => {
  const stakes = { params, gangShare: 0.2 };
  assert.ok(gainOf(stakes, { isGangTarget: false, ours: 0, rivals: 8 }) < -0.1);
  assert.ok(gainOf(stakes, { isGangTarget: true, ours: 4, rivals: 0 }) > 0.5);
  assert.equal(gainOf(stakes, { isGangTarget: true, ours: 0, rivals: 0 }), 0);
});

test("what it keeps is never worse than all or none", () => {
  fc.assert(
    fc.property(outcomes, (outcome) => {
      const stakes = { params, gangShare: 0.2 };
      const { kept, gain } = bestKept(stakes, outcome);
      assert.ok(kept <= outcome.rivals);
      near(gainOf(stakes, { ...outcome, rivals: kept }), gain);
      assert.ok(gain >= gainOf(stakes, outcome));
      assert.ok(gain >= gainOf(stakes, { ...outcome, rivals: 0 }));
    }),
  );
});

test("a target of the gang keeps rivals where its own witnesses are few", () => {
  const stakes = { params, gangShare: 0.2 };
  assert.ok(bestKept(stakes, { isGangTarget: true, ours: 0, rivals: 10 }).kept > 0);
  assert.equal(bestKept(stakes, { isGangTarget: false, ours: 2, rivals: 10 }).kept, 0);
});
