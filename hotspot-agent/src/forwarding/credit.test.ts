import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CHANNELS_PER_ROUTER_MAX } from "../limits.ts";
import { Credit } from "./credit.ts";

interface CreditOfOptions {
  readonly limitDc: number;
  /** Default: as trusted as can be. */
  readonly startDc?: number;
  readonly left: number;
}

function creditOf({ limitDc, startDc = limitDc, left }: CreditOfOptions): Credit {
  const credit = new Credit({ limitDc, startDc });
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
  const none = new Credit({ limitDc: 100, startDc: 100 });
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

const DAY_MS = 24 * 3600 * 1000;
const START_MS = 1_700_000_000_000;

test("a day forgives a quarter of the start, and as much as was earned", () => {
  const unknown = creditOf({ limitDc: 1000, startDc: 100, left: 1000 });
  unknown.sent(100);
  unknown.declined({ costDc: 100, valid: false });
  unknown.fade(START_MS);
  unknown.fade(START_MS + DAY_MS);
  assert.ok(Math.abs(unknown.lostDc - 75) < 1e-6);
  const known = creditOf({ limitDc: 1000, startDc: 100, left: 1000 });
  known.learn("a", { vouched: 500, reserved: 500 });
  known.sent(100);
  known.declined({ costDc: 100, valid: false });
  known.fade(START_MS);
  known.fade(START_MS + DAY_MS / 10);
  assert.ok(Math.abs(known.lostDc - (100 - 42.5)) < 1e-6);
  known.fade(START_MS + DAY_MS);
  assert.equal(known.lostDc, 0);
});

test("trust begins at the start and grows by what the ledger pays, up to the limit", () => {
  const credit = creditOf({ limitDc: 1000, startDc: 100, left: 100_000 });
  assert.equal(credit.admits(100), true);
  assert.equal(credit.admits(101), false);
  assert.equal(credit.admitsWanted(101), false, "nor if it asks for it");
  credit.learn("a", { vouched: 300 });
  assert.equal(credit.limitDc, 100, "a voucher is a promise");
  credit.learn("a", { reserved: 300 });
  assert.equal(credit.limitDc, 400);
  assert.equal(credit.admits(400), true);
  credit.settled("a", 350);
  assert.equal(credit.limitDc, 450, "settlement pays the rest");
  credit.learn("b", { left: 100_000, vouched: 5000 });
  credit.learn("b", { reserved: 5000 });
  assert.equal(credit.limitDc, 1000);
});

test("what it does not pay takes as much trust away, and never more than was earned", () => {
  const credit = creditOf({ limitDc: 1000, startDc: 100, left: 1000 });
  credit.learn("a", { vouched: 300 });
  credit.learn("a", { reserved: 300 });
  credit.sent(120);
  credit.declined({ costDc: 120, valid: false });
  assert.equal(credit.limitDc, 280);
  credit.sent(250);
  credit.bought({ costDc: 250, paidDc: 250 });
  credit.settled("a", 300);
  assert.equal(credit.limitDc, 100);
});

test("vouchers may come to four times the trust before they are redeemed", () => {
  const credit = creditOf({ limitDc: 5000, startDc: 100, left: 100_000 });
  credit.learn("a", { vouched: 350 });
  assert.equal(credit.admits(50), true);
  assert.equal(credit.admits(51), false);
  credit.learn("a", { reserved: 350 });
  credit.learn("a", { vouched: 350 + 4 * 450 - 10 });
  assert.equal(credit.admits(10), true);
  assert.equal(credit.admits(11), false);
});

test("without vouchers nobody makes off with more than it paid, the start, and what was forgiven", () => {
  const step = fc.record({
    cost: fc.integer({ min: 1, max: 11 }),
    end: fc.constantFrom("bought", "cheated", "kept", "vouched", "redeemed", "an hour"),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const credit = creditOf({ limitDc: 500, startDc: 50, left: 1_000_000 });
      let [had, bought, vouched, paid, forgiven] = [0, 0, 0, 0, 0];
      let now = START_MS;
      credit.fade(now);
      for (const { cost, end } of steps) {
        if (end === "vouched") {
          vouched = bought;
          credit.learn("a", { vouched });
        } else if (end === "redeemed") {
          paid = vouched;
          credit.learn("a", { reserved: vouched });
        } else if (end === "an hour") {
          const before = credit.lostDc;
          now += 3600 * 1000;
          credit.fade(now);
          forgiven += before - credit.lostDc;
        } else if (credit.admits(cost)) {
          credit.sent(cost);
          had += cost;
          if (end === "bought") {
            credit.bought({ costDc: cost, paidDc: cost });
            bought += cost;
          }
          if (end === "cheated") credit.declined({ costDc: cost, valid: false });
        }
        assert.ok(had - vouched <= paid + 50 + forgiven + 1e-6);
      }
    }),
  );
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
