import assert from "node:assert/strict";
import { test } from "node:test";
import { collarUplink, TestBench } from "../testing/test-bench.ts";

async function bench() {
  const house = await new TestBench().start();
  await house.addDevice();
  return house;
}

test("the same hello gets the same welcome; another one another", async () => {
  const house = await bench();
  const hotspot = await house.connected(1);
  const { session } = hotspot;
  hotspot.publish(hotspot.hello);
  assert.deepEqual(hotspot.welcomes[1], hotspot.welcomes[0]);
  assert.deepEqual(hotspot.session, session);
  hotspot.greet();
  assert.notDeepEqual(hotspot.welcomes[2], hotspot.welcomes[0]);
});

test("only hotspots of the ledger are welcomed", async () => {
  const house = await bench();
  const hotspot = house.hotspot(1);
  house.ledger.hotspots.clear();
  hotspot.greet();
  await house.clock.advance(100);
  assert.equal(hotspot.welcomes.length, 0);
});

test("a hello that someone changed, or for another router, is not answered", async () => {
  const house = await bench();
  const hotspot = house.hotspot(1);
  hotspot.greet();
  await house.clock.advance(0);
  const forged = hotspot.hello.slice();
  forged[forged.length - 70] = (forged[forged.length - 70] ?? 0) ^ 1;
  hotspot.publish(forged);
  await house.clock.advance(0);
  assert.equal(hotspot.welcomes.length, 1);
});

test("an old hello does not displace the session", async () => {
  const house = await bench();
  const hotspot = await house.connected(1);
  const old = hotspot.hello;
  await house.clock.advance(5000);
  hotspot.greet();
  hotspot.publish(old);
  assert.equal((await hotspot.packet(collarUplink(0)))?.kind, "bought");
});

test("after a restart an envelope is answered by a hint, seldom", async () => {
  const house = await bench();
  const hotspot = await house.connected(1);
  await house.restart();
  for (let i = 0; i < 10; i++) await hotspot.packet(collarUplink(i));
  assert.equal(hotspot.hints, 1);
  await house.clock.advance(5000);
  await hotspot.packet(collarUplink(11));
  assert.equal(hotspot.hints, 2);
});

test("an envelope again, changed, or of the other direction does nothing", async () => {
  const house = await bench();
  const hotspot = await house.connected(1);
  await hotspot.packet(collarUplink(0));
  const envelope = house.bus.published.findLast(({ topic }) => topic.startsWith("kd/up/"))?.payload;
  assert.ok(envelope !== undefined);
  hotspot.publish(envelope);
  assert.equal(hotspot.decisions.length, 1);
  const changed = envelope.slice();
  changed[10] = (changed[10] ?? 0) ^ 1;
  hotspot.publish(changed);
  const answer = house.bus.published.findLast(({ topic }) => topic.startsWith("kd/down/"))?.payload;
  if (answer !== undefined && answer.length > 0) hotspot.publish(answer);
  assert.equal(hotspot.decisions.length, 1);
  assert.equal((await hotspot.packet(collarUplink(1)))?.kind, "bought", "and the session goes on");
});
