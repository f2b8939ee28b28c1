/** What a hotspot was told is on disk, whenever the process ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { collarUplink, TestBench } from "../testing/test-bench.ts";
import { settle } from "../testing/virtual-clock.ts";

async function bench() {
  const house = await new TestBench().start();
  await house.addDevice();
  return house;
}

test("killed as soon as it has said bought, the router still owes it, and buys it no second time", async () => {
  const house = await bench();
  const [first, second] = [await house.connected(1), await house.connected(2)];
  assert.equal((await first.packet(collarUplink(0)))?.kind, "bought");
  await house.restart();
  first.greet();
  second.greet();
  await house.clock.advance(0);
  const copy = await second.packet(collarUplink(0));
  assert.equal(copy?.kind === "declined" && copy.reason, "replay");
  await house.clock.advance(1500);
  assert.equal(first.vouchers.at(-1)?.cumulativeDc, 1n);
  assert.equal(second.vouchers.length, 0);
});

test("a purchase that the disk refuses is told when the disk takes it, and not before", async () => {
  const house = await bench();
  const [first, second] = [await house.connected(1), await house.connected(2)];
  house.store.broken = true;
  assert.equal(await first.packet(collarUplink(0)), undefined);
  assert.equal(await second.packet(collarUplink(0)), undefined, "it rests on the first one's");
  await house.clock.advance(3000);
  assert.equal(first.decisions.length + second.decisions.length, 0);
  house.store.broken = false;
  await house.clock.advance(1000);
  assert.equal(first.decisions[0]?.outcome.kind, "bought");
  assert.equal(second.decisions[0]?.outcome.kind, "declined");
});

test("decisions that come together share one commit", async () => {
  const house = await bench();
  const hotspot = await house.connected(1);
  await house.clock.advance(2000);
  const { commits } = house.store;
  const told = Array.from({ length: 30 }, (_, fCnt) => hotspot.packet(collarUplink(fCnt)));
  assert.equal((await Promise.all(told)).filter((one) => one?.kind === "bought").length, 30);
  assert.equal(house.store.commits, commits + 1);
});

test("a decision is told in the session in which the packet came, or not at all", async () => {
  const house = await bench();
  const hotspot = await house.connected(1);
  const told = hotspot.packet(collarUplink(0));
  hotspot.greet();
  await told;
  await settle();
  assert.equal(hotspot.decisions.length, 0, "its number means another packet by now");
  await house.clock.advance(1500);
  assert.equal(hotspot.vouchers.at(-1)?.cumulativeDc, 1n, "and it is paid all the same");
});
