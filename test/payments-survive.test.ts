/**
 * A router and its hotspots are killed hundreds of times, at any instant, on disks that lose what
 * was not durable, over a broker that loses, repeats, reorders and says old messages again, with a
 * ledger that is away now and then and loses transactions. What the ledger pays at the end is what was bought; nothing is paid
 * twice; nobody has signed anything that could be held against him.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { dcForBytes, toHex, voucherOrder } from "@katydid/protocol";
import { PaymentWorld } from "./survival/payment-world.ts";

test("killed at any moment, router and hotspots lose no payment", async () => {
  const world = await PaymentWorld.found({ seed: "one", hotspots: 3 });
  await world.runHostile({ seconds: 140 });
  await world.runCalm();
  assertKills(world);
  assertSignedOnce(world);
  await assertPaid(world);
});

function assertKills({ kills }: PaymentWorld): void {
  assert.ok(kills.router >= 40, `${kills.router} of the router`);
  assert.ok(kills.hotspots >= 80, `${kills.hotspots} of hotspots`);
}

/** Of all vouchers that ever left, any two of one channel and hotspot follow each other. */
function assertSignedOnce(world: PaymentWorld): void {
  const vouchers = world.vouchers();
  assert.ok(vouchers.length > 50, `${vouchers.length} vouchers`);
  const groups = Map.groupBy(vouchers, ({ channel, hotspot }) => `${toHex(channel)} ${hotspot}`);
  for (const group of groups.values()) {
    for (const [i, b] of group.entries()) {
      for (const a of group.slice(0, i)) assert.notEqual(voucherOrder(a, b), "conflict");
    }
  }
}

async function assertPaid(world: PaymentWorld): Promise<void> {
  const channels = await world.channels();
  assert.ok(channels.length >= 2, "channels were renewed meanwhile");
  let paid = 0;
  for (const { id, state, payouts = [], stake, cutDc, leftDc } of channels) {
    assert.equal(state, "settled");
    assert.equal(cutDc, undefined);
    assert.ok(stake > 0n && leftDc === 0n);
    assert.equal(stake, world.stakes.get(toHex(id)), "no stake is burned");
    for (const { hotspot, dc } of payouts) {
      const owed = world.owed.get(`${toHex(id)} ${hotspot}`) ?? 0;
      assert.equal(Number(dc), owed, "what the disk of the router has, and the ledger no less");
      paid += owed;
    }
  }
  assert.equal(
    paid,
    [...world.owed.values()].reduce((sum, dc) => sum + dc, 0),
  );
  for (const [hotspot, dc] of world.told()) {
    const owed = [...world.owed].filter(([account]) => account.endsWith(hotspot));
    const sum = owed.reduce((all, [, each]) => all + each, 0);
    assert.ok(dc > 0 && sum >= dc, `told ${dc} DC, owed ${sum}`);
  }
  // Once each: the device's own counters are in the same commits as the accounts.
  const device = world.deviceFigures();
  assert.equal(paid, device.dc, "what its owner is shown is what hotspots are paid");
  const delivered = world.delivered;
  assert.equal(new Set(delivered.map(({ fCnt }) => fCnt)).size, delivered.length);
  let deliveredDc = 0;
  for (const { fCnt, paidTo } of delivered) {
    const frame = world.frames.get(fCnt);
    assert.ok(frame !== undefined && paidTo.length === 1, "one copy is bought of each");
    deliveredDc += Number(dcForBytes(frame.length));
  }
  assert.ok(deliveredDc <= paid);
  // Paid and not delivered: bought less than the gathering time before a kill.
  const lost = device.packets - delivered.length;
  assert.ok(lost <= world.emittedBeforeRouterKills, `${lost} of ${device.packets} frames`);
  assert.ok(delivered.length > world.frames.size / 3, `${delivered.length} frames came through`);
}
