import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CHANNELS_PER_ROUTER_MAX } from "../limits.ts";
import { Credit } from "./credit.ts";

function creditOf({ limitDc, left }: { limitDc: number; left: number }): Credit {
  const credit = new Credit({ limitDc });
  credit.learn("a", { left });
  credit.useChannel("a");
  return credit;
}

test("the limit itself is admitted and one more is not", () => {
  const credit = creditOf({ limitDc: 100, left: 1000 });
  credit.sent(99);
  assert.equal(credit.admits(1), true);
  assert.equal(credit.admits(2), false);
});

test("what is left of the deposit bounds it too, and without a channel only joins pass", () => {
  assert.equal(creditOf({ limitDc: 100, left: 10 }).admits(11), false);
  assert.equal(creditOf({ limitDc: 100, left: 10 }).admits(10), true);
  const none = new Credit({ limitDc: 100 });
  assert.equal(none.admits(1), false);
  assert.equal(none.admits(0), true);
});

test("a voucher does not free credit, its reservation does", () => {
  const credit = creditOf({ limitDc: 100, left: 1000 });
  credit.sent(60);
  credit.bought({ costDc: 60, paidDc: 60 });
  assert.equal(credit.exposure(), 60);
  credit.learn("a", { vouched: 60 });
  assert.equal(credit.exposure(), 60);
  credit.learn("a", { reserved: 60 });
  assert.equal(credit.exposure(), 0);
});

test("what a decline for no valid reason cost is a loss; for a valid one it is none", () => {
  const credit = creditOf({ limitDc: 100, left: 1000 });
  credit.sent(30);
  credit.declined({ costDc: 30, valid: true });
  assert.equal(credit.exposure(), 0);
  credit.sent(30);
  credit.declined({ costDc: 30, valid: false });
  assert.equal(credit.exposure(), 30);
});

test("a purchase below the price leaves the rest as a loss, one above it counts the price", () => {
  const credit = creditOf({ limitDc: 100, left: 1000 });
  credit.sent(3);
  credit.bought({ costDc: 3, paidDc: 1 });
  assert.equal(credit.lostDc, 2);
  assert.equal(credit.unpaidDc, 1);
  credit.sent(3);
  credit.bought({ costDc: 3, paidDc: 1_000_000 });
  assert.equal(credit.exposure(), 6);
});

test("losses fade by one limit a day", () => {
  const credit = creditOf({ limitDc: 100, left: 1000 });
  credit.sent(100);
  credit.declined({ costDc: 100, valid: false });
  const start = 1_700_000_000_000;
  credit.fade(start);
  credit.fade(start + 12 * 3600 * 1000);
  assert.ok(Math.abs(credit.exposure() - 50) < 1e-6);
  credit.fade(start + 30 * 3600 * 1000);
  assert.equal(credit.exposure(), 0);
});

test("a new channel does not wash off the debts of the old ones", () => {
  const credit = creditOf({ limitDc: 1000, left: 1000 });
  for (let i = 0; i < 3 * CHANNELS_PER_ROUTER_MAX; i++) {
    credit.learn(`channel ${i}`, { left: 1000 });
    credit.useChannel(`channel ${i}`);
    credit.sent(2);
    credit.bought({ costDc: 2, paidDc: 2 });
  }
  assert.equal(credit.exposure(), 3 * CHANNELS_PER_ROUTER_MAX * 2);
});

test("whatever happens, exposure passes the limit by nothing that was sent on credit", () => {
  const step = fc.record({
    cost: fc.integer({ min: 0, max: 11 }),
    end: fc.constantFrom("bought", "declined", "cheated", "waits", "vouched"),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const credit = creditOf({ limitDc: 50, left: 200 });
      let bought = 0;
      for (const { cost, end } of steps) {
        if (!credit.admits(cost)) continue;
        credit.sent(cost);
        if (end === "bought") credit.bought({ costDc: cost, paidDc: cost });
        if (end === "declined") credit.declined({ costDc: cost, valid: true });
        if (end === "cheated") credit.declined({ costDc: cost, valid: false });
        if (end === "bought") bought += cost;
        if (end === "vouched") credit.learn("a", { vouched: bought });
        assert.ok(credit.exposure() <= 50);
      }
    }),
  );
});
