/** What a router owes is remembered over kills, and never for less than it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "@katydid/platform";
import { sha256, toHex, utf8 } from "@katydid/protocol";
import fc from "fast-check";
import { keyOf } from "../testing/fixtures.ts";
import { MemoryStore } from "../testing/memory-store.ts";
import { settle } from "../testing/test-clock.ts";
import { Standing, type StandingOptions } from "./standing.ts";

const router = keyOf("router").address;
const LIMIT_DC = 1000;
const START_DC = 200;
const AHEAD_DC = 13;
const a = toHex(sha256(utf8("a")));
const b = toHex(sha256(utf8("b")));

function standingOn(store: MemoryStore, changes: Partial<StandingOptions> = {}): Standing {
  const standing = new Standing({
    ...{ router, store, log: silentLog, limitDc: LIMIT_DC, startDc: START_DC },
    ...{ buyShareMin: 0.5, aheadDc: AHEAD_DC, checkVouchers: () => {} },
    ...changes,
  });
  standing.credit.learn(a, { left: 1_000_000 });
  standing.credit.useChannel(a);
  standing.prepare();
  return standing;
}

test("killed at any moment, all that went on credit is still counted, and its trust is the most", async () => {
  const run = fc.array(fc.array(fc.integer({ min: 1, max: 11 }), { maxLength: 60 }), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(run, async (lives) => {
      const store = new MemoryStore();
      let carried = 0;
      for (const costs of lives) {
        const standing = standingOn(store);
        await settle();
        assert.ok(standing.credit.exposure() >= carried, "what was owed before the kill");
        for (const cost of costs) {
          if (!standing.admits(cost)) {
            await settle();
            continue;
          }
          standing.credit.sent(cost);
          carried += cost;
        }
      }
      assert.ok(carried <= START_DC);
    }),
    { numRuns: 60 },
  );
});

test("killed at its worst moment, an honest router owes only the step ahead once it vouches", async () => {
  const store = new MemoryStore();
  const before = standingOn(store);
  await settle();
  for (let i = 0; i < 100 && before.admits(5); i++) {
    before.credit.sent(5);
    before.credit.bought({ costDc: 5, paidDc: 5 });
    await settle();
  }
  const owed = before.credit.unpaidDc;
  assert.ok(owed > START_DC - 2 * AHEAD_DC);
  const after = standingOn(store);
  assert.ok(after.credit.unsecuredDc >= owed);
  after.credit.learn(a, { vouched: owed });
  assert.ok(after.credit.unsecuredDc <= 2 * AHEAD_DC, `${after.credit.unsecuredDc} DC`);
  after.credit.told();
  assert.equal(after.credit.unsecuredDc, 0);
});

test("killed a hundred times while it pays, a router keeps its trust, and gets frames", async () => {
  const store = new MemoryStore();
  let cumulative = 0;
  for (let life = 0; life < 100; life++) {
    const standing = standingOn(store);
    // The book knows of the last voucher, and the router says it again when it is greeted.
    standing.credit.restore(a, { vouched: cumulative, reserved: cumulative });
    standing.credit.told();
    await settle();
    for (let i = 0; i < 10; i++) {
      assert.ok(standing.admits(5), `in life ${life}`);
      standing.credit.sent(5);
      standing.credit.bought({ costDc: 5, paidDc: 5 });
      cumulative += 5;
      await settle();
    }
  }
});

test("trust is remembered", async () => {
  const store = new MemoryStore();
  const before = standingOn(store);
  before.credit.learn(a, { vouched: 300 });
  before.credit.learn(a, { reserved: 300 });
  await settle();
  await before.chores(1_700_000_000_000);
  assert.equal(standingOn(store).credit.limitDc, START_DC + 300);
});

test("between frames the next one, however dear, needs no disk first", async () => {
  const standing = standingOn(new MemoryStore());
  await settle();
  await standing.chores(1_700_000_000_000);
  assert.equal(standing.admits(11), true);
});

test("vouchers that wait for their check are checked before a frame is held back", () => {
  let standing: Standing | undefined;
  const checkVouchers = () => standing?.credit.learn(a, { vouched: START_DC });
  standing = standingOn(new MemoryStore(), { checkVouchers });
  standing.credit.sent(START_DC);
  standing.credit.bought({ costDc: START_DC, paidDc: START_DC });
  assert.equal(standing.offersReason, "credit");
  standing.admits(1);
  assert.equal(standing.offersReason, undefined);
});

test("each reason for offers has its name", () => {
  const standing = standingOn(new MemoryStore());
  assert.equal(standing.offersReason, undefined);
  standing.credit.learn(a, { left: 0 });
  assert.equal(standing.offersReason, "deposit");
  standing.credit.learn(a, { left: 1_000_000, vouched: LIMIT_DC });
  assert.equal(standing.offersReason, "redemption");
  standing.credit.sent(START_DC);
  assert.equal(standing.offersReason, "credit");
  for (let i = 0; i < 20; i++) standing.share.refused();
  assert.equal(standing.offersReason, "buys-little");
  for (let i = 0; i < 44; i++) standing.share.passed();
  assert.equal(standing.offersReason, "buys-nothing");
  standing.share.bought();
  assert.equal(standing.offersReason, "buys-little");
});

test("a disk that refuses leaves nothing on credit beyond what it knows", async () => {
  const store = new MemoryStore();
  const standing = standingOn(store);
  await settle();
  store.refusing = true;
  let sent = 0;
  for (let i = 0; i < 300; i++) {
    if (standing.admits(1)) {
      standing.credit.sent(1);
      sent++;
    }
    await settle();
  }
  assert.equal(sent, 2 * AHEAD_DC);
});

test("what a settled channel did not pay stays a debt, and what another pays is taken off", () => {
  const { credit } = standingOn(new MemoryStore());
  credit.sent(30);
  credit.bought({ costDc: 30, paidDc: 30 });
  credit.settled(a, 10);
  assert.equal(credit.lostDc, 20);
  credit.learn(b, { left: 100, vouched: 15 });
  assert.equal(credit.lostDc, 5);
});

test("the share that a router buys is remembered", async () => {
  const store = new MemoryStore();
  const before = standingOn(store);
  await settle();
  for (let i = 0; i < 40; i++) before.share.refused();
  await before.chores(1_700_000_000_000);
  assert.equal(standingOn(store).admits(1), false);
});
