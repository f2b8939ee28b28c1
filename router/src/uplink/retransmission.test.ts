/** The specification's retransmissions are acknowledged, not delivered and not billed again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { milliseconds, parseFrame } from "@katydid/protocol";
import { collar, collarUplink, TestBench } from "../testing/test-bench.ts";

const confirmed = (fCnt: number) => collarUplink(fCnt, { confirmed: true });

async function bench(device = collar) {
  const made = await new TestBench().start();
  await made.addDevice(device);
  return made;
}

test("a confirmed frame again after its windows is acknowledged again, and that is all", async () => {
  const house = await bench();
  const hotspot = await house.connected(1);
  assert.equal((await hotspot.packet(confirmed(3)))?.kind, "bought");
  await house.clock.advance(3500);
  const again = await hotspot.packet(confirmed(3));
  assert.deepEqual(again, {
    kind: "declined",
    reason: "replay",
    bought: [hotspot.key.address],
  });
  await house.clock.advance(1000);
  assert.equal(house.events("up").length, 1);
  assert.equal(house.router.stats().boughtDc, 1);
  const acks = hotspot.downlinks.map(({ phyPayload }) => parseFrame(phyPayload));
  assert.deepEqual(
    acks.map((frame) => frame.kind === "data-down" && [frame.ack, frame.fCnt16]),
    [
      [true, 0],
      [true, 1],
    ],
  );
});

test("within the copy window it is a replay and not acknowledged", async () => {
  const house = await bench();
  const hotspot = await house.connected(1);
  await hotspot.packet(confirmed(3));
  await house.clock.advance(2000);
  await hotspot.packet(confirmed(3));
  await house.clock.advance(1000);
  assert.equal(hotspot.downlinks.length, 1);
});

test("after eight transmissions it is not acknowledged any more", async () => {
  const house = await bench();
  const hotspot = await house.connected(1);
  for (let i = 0; i < 12; i++) {
    void hotspot.packet(confirmed(3));
    await house.clock.advance(4000);
  }
  assert.equal(hotspot.downlinks.length, 8);
  assert.equal(house.router.stats().boughtDc, 1);
});

test("once a later frame has come, the one before is a replay", async () => {
  const house = await bench();
  const hotspot = await house.connected(1);
  await hotspot.packet(confirmed(3));
  await house.clock.advance(4000);
  await hotspot.packet(confirmed(4));
  await house.clock.advance(4000);
  await hotspot.packet(confirmed(3));
  await house.clock.advance(1000);
  assert.equal(hotspot.downlinks.length, 2);
});

test("an unconfirmed frame again is a replay, unless the device is set to NbTrans", async () => {
  for (const nbTrans of [1, 3]) {
    const house = await bench({ ...collar, nbTrans });
    const [first, second] = [await house.connected(1), await house.connected(2)];
    void first.packet(collarUplink(3));
    await house.clock.advance(4000);
    const outcome = await second.packet(collarUplink(3));
    const reason = outcome?.kind === "declined" ? outcome.reason : outcome?.kind;
    // What only the second one heard, later, is late, or a repetition that was paid for.
    assert.equal(reason, nbTrans === 1 ? "late" : "copies-bought");
    await house.clock.advance(1000);
    assert.equal(house.events("up").length, 1);
    assert.equal(house.router.stats().boughtDc, 1);
  }
});

test("another hotspot's late copy of a confirmed frame is late, by its own time", async () => {
  const house = await bench();
  const [first, second] = [await house.connected(1), await house.connected(2)];
  await first.packet(confirmed(3));
  const receivedAt = milliseconds(house.clock.now());
  await house.clock.advance(4000);
  const outcome = await second.packet(confirmed(3), { receivedAt });
  assert.equal(outcome?.kind === "declined" && outcome.reason, "late");
});

test("after a restart a confirmed frame is acknowledged once more, not delivered", async () => {
  const house = await bench();
  const before = await house.connected(1);
  await before.packet(confirmed(3));
  await house.clock.advance(4000);
  await house.restart();
  const hotspot = await house.connected(2);
  await hotspot.packet(confirmed(3));
  await house.clock.advance(1000);
  assert.equal(house.events("up").length, 1);
  assert.equal(house.router.stats().boughtDc, 0);
  const [ack] = hotspot.downlinks.map(({ phyPayload }) => parseFrame(phyPayload));
  assert.equal(ack?.kind === "data-down" && ack.fCnt16, 1, "no downlink counter is used twice");
});

test("after a restart what was delivered is a replay", async () => {
  const house = await bench();
  const before = await house.connected(1);
  await before.packet(collarUplink(3));
  await house.clock.advance(1000);
  await house.restart();
  const hotspot = await house.connected(2);
  for (const fCnt of [3, 2]) {
    const outcome = await hotspot.packet(collarUplink(fCnt));
    assert.equal(outcome?.kind === "declined" && outcome.reason, "replay");
  }
  assert.equal((await hotspot.packet(collarUplink(4)))?.kind, "bought");
});
