/** What a router owes is remembered over kills, and never for less than it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "@katydid/platform";
import fc from "fast-check";
import { keyOf } from "../testing/fixtures.ts";
import { MemoryStore } from "../testing/memory-store.ts";
import { settle } from "../testing/test-clock.ts";
import { Standing } from "./standing.ts";

const router = keyOf("router").address;
const LIMIT_DC = 1000;
const STEP_DC = 50;

function standingOn(store: MemoryStore): Standing {
  const standing = new Standing({
    ...{ router, store, log: silentLog, limitDc: LIMIT_DC },
    ...{ buyShareMin: 0.5, stepDc: STEP_DC },
  });
  standing.credit.learn("a", { left: 1_000_000 });
  standing.credit.useChannel("a");
  return standing;
}

test("killed at any moment, all that went on credit is still counted, and one limit is the most", async () => {
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
      assert.ok(carried <= LIMIT_DC);
    }),
    { numRuns: 60 },
  );
});

test("a router that vouches afterwards owes nothing any more but the step", async () => {
  const store = new MemoryStore();
  const before = standingOn(store);
  await settle();
  for (let i = 0; i < 100 && before.admits(5); i++) {
    before.credit.sent(5);
    before.credit.bought({ costDc: 5, paidDc: 5 });
    await settle();
  }
  const owed = before.credit.unpaidDc;
  assert.ok(owed > 400);
  const after = standingOn(store);
  after.credit.learn("a", { vouched: owed });
  assert.ok(after.credit.unsecuredDc <= 3 * STEP_DC, `${after.credit.unsecuredDc} DC`);
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
  assert.equal(sent, 2 * STEP_DC);
});

test("what a settled channel did not pay stays a debt, and what another pays is taken off", () => {
  const { credit } = standingOn(new MemoryStore());
  credit.sent(30);
  credit.bought({ costDc: 30, paidDc: 30 });
  credit.settled("a", 10);
  assert.equal(credit.lostDc, 20);
  credit.learn("b", { left: 100, vouched: 15 });
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
