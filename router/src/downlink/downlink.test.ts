/** Class A: what a device hears after it has spoken. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { db, dbm, fromHex, openDownlink, toHex } from "@katydid/protocol";
import { collarKeys, collarUplink, TestBench } from "../testing/test-bench.ts";
import type { TestHotspot } from "../testing/test-hotspot.ts";
import { answerMacCommands } from "./mac-commands.ts";

const keys = { nwkSKey: fromHex(collarKeys.nwkSKey), appSKey: fromHex(collarKeys.appSKey) };

function heard(hotspot: TestHotspot, lastFCnt: number | undefined) {
  const phyPayload = hotspot.downlinks.at(-1)?.phyPayload ?? new Uint8Array(0);
  const opened = openDownlink({ phyPayload, devAddr: 0x48000011, keys, lastFCnt });
  assert.ok(opened.outcome === "accepted");
  return opened;
}

async function bench() {
  const house = await new TestBench().start();
  const { entry } = await house.addDevice();
  return { house, entry, hotspot: await house.connected(1) };
}

const item = (id: string, hex: string, confirmed = false) => ({
  id,
  confirmed,
  fPort: 10,
  data: fromHex(hex),
});

test("what is queued goes after the next uplink, in order, one at a time", async () => {
  const { house, entry, hotspot } = await bench();
  await house.router.enqueue(entry, item("a", "aa01"));
  await house.router.enqueue(entry, item("b", "bb02"));
  await house.clock.advance(5000);
  assert.equal(hotspot.downlinks.length, 0, "it sleeps");
  for (const [fCnt, payload, pending] of [
    [0, "aa01", true],
    [1, "bb02", false],
  ] as const) {
    void hotspot.packet(collarUplink(fCnt), { counterUs: 5_000_000 });
    await house.clock.advance(300);
    const { frame, payload: bytes, fCnt32 } = heard(hotspot, fCnt === 0 ? undefined : fCnt - 1);
    assert.equal(toHex(bytes), payload);
    assert.deepEqual([frame.fPort, frame.pending, frame.ack, fCnt32], [10, pending, false, fCnt]);
    const downlink = hotspot.downlinks.at(-1);
    assert.equal(downlink?.counterUs, 6_000_000);
    assert.equal(downlink?.second?.counterUs, 7_000_000);
    const number = downlink?.downlink ?? 0;
    hotspot.send({ kind: "downlink-outcome", downlink: number, refusal: "", window: 1 });
    await house.clock.advance(5000);
  }
  assert.equal(house.events("txack").length, 2);
  assert.deepEqual(
    house.events("txack").map(({ queueItemId }) => queueItemId),
    ["a", "b"],
  );
});

test("what a hotspot refuses stays queued, under a new counter", async () => {
  const { house, entry, hotspot } = await bench();
  await house.router.enqueue(entry, item("a", "aa01"));
  for (const fCnt of [0, 1]) {
    void hotspot.packet(collarUplink(fCnt));
    await house.clock.advance(300);
    const number = hotspot.downlinks.at(-1)?.downlink ?? 0;
    hotspot.send({ kind: "downlink-outcome", downlink: number, refusal: "too-late", window: 2 });
    await house.clock.advance(3000);
  }
  assert.equal(heard(hotspot, 0).fCnt32, 1);
  assert.equal(house.events("log")[0]?.code, "DOWNLINK_GATEWAY");
  assert.equal(house.router.downlinks.of(entry.device.devEui).length, 1);
});

test("a confirmed downlink is acknowledged by the next uplink, or was not heard", async () => {
  for (const ack of [true, false]) {
    const { house, entry, hotspot } = await bench();
    await house.router.enqueue(entry, item("a", "aa01", true));
    void hotspot.packet(collarUplink(0));
    await house.clock.advance(300);
    const number = hotspot.downlinks.at(-1)?.downlink ?? 0;
    hotspot.send({ kind: "downlink-outcome", downlink: number, refusal: "", window: 1 });
    await house.clock.advance(3000);
    void hotspot.packet(collarUplink(1, { ack }));
    await house.clock.advance(300);
    assert.equal(house.events("ack")[0]?.acknowledged, ack);
  }
});

test("the hotspot that hears best sends, whoever was bought", async () => {
  const { house, entry, hotspot } = await bench();
  const near = await house.connected(2);
  await house.router.enqueue(entry, item("a", "aa01"));
  await hotspot.packet(collarUplink(0), { rssiDbm: dbm(-110), snrDb: db(-12) });
  await near.packet(collarUplink(0), { rssiDbm: dbm(-112), snrDb: db(3) });
  await house.clock.advance(300);
  assert.deepEqual([hotspot.downlinks.length, near.downlinks.length], [0, 1]);
});

test("an item that has expired is dropped and said so", async () => {
  const { house, entry, hotspot } = await bench();
  const expiresAt = house.clock.now() + 1000;
  await house.router.enqueue(entry, { ...item("a", "aa01"), expiresAt });
  await house.clock.advance(2000);
  await hotspot.packet(collarUplink(0));
  await house.clock.advance(300);
  assert.equal(hotspot.downlinks.length, 0);
  assert.equal(house.events("log")[0]?.code, "EXPIRED");
});

test("an item too long for both windows is dropped and said so", async () => {
  const { house, entry, hotspot } = await bench();
  await house.router.enqueue(entry, item("a", "00".repeat(60)));
  await hotspot.packet(collarUplink(0), { dataRate: "SF12BW125" as never });
  await house.clock.advance(300);
  assert.equal(hotspot.downlinks.length, 0);
  assert.equal(house.events("log")[0]?.code, "DOWNLINK_PAYLOAD_SIZE");
});

test("LinkCheckReq and ADRACKReq are answered", async () => {
  const { house, hotspot } = await bench();
  await hotspot.packet(collarUplink(0, { fOpts: Uint8Array.of(0x02) }), { snrDb: db(0) });
  await house.clock.advance(300);
  // SF7 needs -7.5 dB: 7.5 above, rounded; one hotspot.
  assert.equal(toHex(heard(hotspot, undefined).frame.fOpts), "020801");
  await house.clock.advance(2000);
  await hotspot.packet(collarUplink(1, { adr: true, adrAckRequest: true }));
  await house.clock.advance(300);
  const { frame } = heard(hotspot, 0);
  assert.deepEqual([frame.ack, frame.adr, frame.fOpts.length], [false, false, 0]);
});

test("DeviceTimeAns is GPS time", () => {
  const facts = { marginDb: 0, hotspots: 1, receivedAt: Date.UTC(2026, 0, 1) + 500 };
  const answer = answerMacCommands(Uint8Array.of(0x0d), facts);
  // 2026-01-01 is 1,451,260,818 s of GPS time: 16,797 days and 18 leap seconds after 1980-01-06.
  assert.equal(new DataView(answer.buffer).getUint32(1, true), 16_797 * 86_400 + 18);
  assert.equal(answer[5], 128);
});

test("commands that are unknown, cut or many never overflow FOpts", () => {
  const facts = { marginDb: 300, hotspots: 999, receivedAt: 0 };
  assert.equal(answerMacCommands(Uint8Array.of(0xff, 0x02), facts).length, 0);
  assert.equal(toHex(answerMacCommands(Uint8Array.of(0x06, 0, 0, 0x02), facts)), "02feff");
  assert.equal(answerMacCommands(new Uint8Array(15).fill(0x02), facts).length, 3);
});

test("a command on MQTT is queued; one that is wrong is not", async () => {
  const { house, entry } = await bench();
  const { devEui, applicationId } = entry.device;
  const topic = `application/${applicationId}/device/${devEui}/command/down`;
  const send = (command: object) => house.bus.publish(topic, Buffer.from(JSON.stringify(command)));
  send({ devEui, confirmed: false, fPort: 10, data: "AQID", id: "x" });
  send({ devEui: "0000000000000000", fPort: 10, data: "AQID" });
  send({ devEui, fPort: 0, data: "AQID" });
  send({ devEui, fPort: 10, data: "***" });
  house.bus.publish(topic, Uint8Array.of(0xff));
  await house.clock.advance(0);
  const queued = house.router.downlinks.of(devEui);
  assert.deepEqual(
    queued.map(({ id, data }) => [id, toHex(data)]),
    [["x", "010203"]],
  );
});

test("the queue is bounded, and survives a restart", async () => {
  const { house, entry } = await bench();
  const outcomes = [];
  for (let i = 0; i < 17; i++) outcomes.push(await house.router.enqueue(entry, item(`${i}`, "01")));
  assert.equal(outcomes.at(-1), "queue-full");
  await house.restart();
  assert.equal(house.router.downlinks.of(entry.device.devEui).length, 16);
});
