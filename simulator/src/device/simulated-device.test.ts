import assert from "node:assert/strict";
import { test } from "node:test";
import {
  buildDataFrame,
  buildJoinAccept,
  checkDataMic,
  checkJoinRequestMic,
  dataRate,
  dbm,
  decodeCollarFrame,
  decryptPayload,
  deriveSessionKeys,
  type Frame,
  type LorawanKeys,
  parseFrame,
  regionPlan,
} from "@katydid/protocol";
import { Air } from "../air/air.ts";
import { SimulatedConcentrator } from "../air/simulated-concentrator.ts";
import { BOULDER } from "../scenario.ts";
import { World } from "../world/world.ts";
import { CollarProgram } from "./collar.ts";
import { SensorProgram } from "./sensor.ts";
import { type Activation, SimulatedDevice } from "./simulated-device.ts";

const plan = regionPlan("US915");
const appKey = Uint8Array.from({ length: 16 }, (_, at) => at);
const keys = { nwkSKey: new Uint8Array(16).fill(1), appSKey: new Uint8Array(16).fill(2) };
const abp: Activation = { kind: "abp", devAddr: 0x48000001, keys };
const otaa: Activation = { kind: "otaa", appKey };

function scene(activation: Activation, extra: { confirmation?: "asked"; store?: string } = {}) {
  const world = new World({ seed: "device" });
  const { clock } = world;
  const air = new Air({ clock, random: world.random("air"), plan, origin: BOULDER });
  const random = world.random("concentrator");
  const place = { gainDbi: 3, clutterDb: 0 };
  const point = { x: 0, y: 0 };
  const concentrator = new SimulatedConcentrator({ ...place, air, clock, random, point });
  const program = new SensorProgram({ point: { x: 500, y: 0 }, random: world.random("sensor") });
  const heard: { frame: Frame; phyPayload: Uint8Array; atMs: number }[] = [];
  /** What the network does with a frame; tests set it. */
  const network = {
    answer: (_phyPayload: Uint8Array, _frame: Frame): Answer | undefined => undefined,
  };
  const device = (store = extra.store ?? "device") =>
    new SimulatedDevice({
      devEui: 1n,
      joinEui: 2n,
      activation,
      program,
      air,
      clock,
      random: world.random("device"),
      store: world.store(store),
      dataRate: dataRate("SF9BW125"),
      powerDbm: 14,
      gainDbi: 0,
      clutterDb: 0,
      ...(extra.confirmation === undefined ? {} : { confirmation: extra.confirmation }),
    });
  const listen = async () => {
    await concentrator.start();
    for await (const received of concentrator.frames()) {
      const frame = parseFrame(received.payload);
      heard.push({ frame, phyPayload: received.payload, atMs: clock.now() });
      const answer = network.answer(received.payload, frame);
      if (answer === undefined) continue;
      const first = plan.rx1(received.frequencyHz, received.dataRate);
      assert(first);
      const window = answer.window === 1 ? first : plan.rx2;
      const outcome = await concentrator.transmit({
        payload: answer.phyPayload,
        frequencyHz: window.frequencyHz,
        dataRate: window.dataRate,
        codingRate: "4/5",
        powerDbm: dbm(20),
        invertPolarity: true,
        crc: false,
        when: { kind: "at-counter", counterUs: (received.counterUs + answer.delayUs) % 2 ** 32 },
      });
      assert.equal(outcome.outcome, "accepted");
    }
  };
  listen();
  return { world, device, heard, network };
}
interface Answer {
  readonly phyPayload: Uint8Array;
  readonly window: 1 | 2;
  readonly delayUs: number;
}

const HOUR_MS = 3_600_000;

for (const [window, delayUs] of [
  [1, 5_000_000],
  [2, 6_000_000],
] as const) {
  test(`joins by the accept in window ${window} and then reports under the new keys`, async () => {
    const { world, device, heard, network } = scene(otaa);
    network.answer = (phyPayload, frame) => {
      if (frame.kind !== "join-request") return undefined;
      assert.equal(checkJoinRequestMic({ phyPayload, appKey }), true);
      const accept = {
        joinNonce: 7,
        netId: 0x24,
        devAddr: 0x48000009,
        rx1DrOffset: 0,
        rx2DataRate: 8,
        rxDelaySeconds: 1,
      };
      return { phyPayload: buildJoinAccept({ ...accept, appKey }), window, delayUs };
    };
    const sensor = device();
    await world.settle(sensor.start());
    await world.run({ untilMs: world.clock.now() + 3 * HOUR_MS });
    assert.equal(sensor.counts.joinRequests, 1);
    assert.equal(sensor.counts.joins, 1);
    const uplinks = heard.filter(({ frame }) => frame.kind === "data-up");
    assert.ok(uplinks.length >= 5, `${uplinks.length}`);
    const session = deriveSessionKeys({ appKey, joinNonce: 7, netId: 0x24, devNonce: 0 });
    for (const [fCnt32, { frame, phyPayload }] of uplinks.entries()) {
      assert(frame.kind === "data-up" && frame.devAddr === 0x48000009);
      assert.equal(checkDataMic({ phyPayload, nwkSKey: session.nwkSKey, fCnt32 }), true);
      const payload = decryptPayload({ frame, keys: session, fCnt32 });
      assert.deepEqual([payload[0], payload[1], payload.length], [1, 103, 7]);
    }
  });
}

test("a device that was stopped writes nothing more, whatever is still on the air", async () => {
  const { world, device, network } = scene(otaa);
  const sensor = device();
  network.answer = (_phyPayload, frame) => {
    if (frame.kind !== "join-request") return undefined;
    // The accept is on its way when the device is stopped and its store closed.
    sensor.stop();
    const accept = { joinNonce: 7, netId: 0x24, devAddr: 0x48000009, rx1DrOffset: 0 };
    const phyPayload = buildJoinAccept({ ...accept, rx2DataRate: 8, rxDelaySeconds: 1, appKey });
    return { phyPayload, window: 1, delayUs: 5_000_000 };
  };
  await world.settle(sensor.start());
  await world.run({ untilMs: world.clock.now() + HOUR_MS });
  assert.equal(sensor.counts.joinRequests, 1);
  assert.equal(sensor.counts.joins, 0);
  assert.equal(sensor.devAddr, undefined);
});

test("an unanswered join is tried again, each time with a new nonce and later", async () => {
  const { world, device, heard } = scene(otaa);
  const sensor = device();
  await world.settle(sensor.start());
  await world.run({ untilMs: world.clock.now() + 12 * HOUR_MS });
  const nonces = heard.map(({ frame }) => (frame.kind === "join-request" ? frame.devNonce : -1));
  assert.ok(nonces.length > 5);
  assert.deepEqual(nonces, [...nonces.keys()]);
  const gaps = heard.slice(1).map(({ atMs }, at) => atMs - (heard[at]?.atMs ?? 0));
  assert.ok((gaps.at(-1) ?? 0) > 20 * (gaps[0] ?? 0), `${gaps}`);
});

test("after a restart neither nonce nor counter comes twice", async () => {
  const { world, device, heard } = scene(abp);
  const first = device();
  await world.settle(first.start());
  await world.run({ untilMs: world.clock.now() + 2 * HOUR_MS });
  first.stop();
  const second = device();
  await world.settle(second.start());
  await world.run({ untilMs: world.clock.now() + 2 * HOUR_MS });
  const counters = heard.map(({ frame }) => (frame.kind === "data-up" ? frame.fCnt16 : -1));
  assert.ok(counters.length >= 6);
  assert.deepEqual(counters, [...counters.keys()]);
});

test("a confirmed uplink is repeated as it was until it is acknowledged", async () => {
  const { world, device, heard, network } = scene(abp, { confirmation: "asked" });
  let repeats = 0;
  let fCnt32 = 0;
  network.answer = () => {
    repeats += 1;
    if (repeats % 3 !== 0) return undefined;
    const common = { direction: "down" as const, devAddr: 0x48000001, keys, ack: true };
    return {
      phyPayload: buildDataFrame({ ...common, fCnt32: fCnt32++ }),
      window: 1,
      delayUs: 1_000_000,
    };
  };
  const sensor = device();
  await world.settle(sensor.start());
  await world.run({ untilMs: world.clock.now() + 2 * HOUR_MS });
  const { counts } = sensor;
  assert.ok(counts.uplinks >= 3);
  assert.equal(counts.acknowledged, counts.uplinks);
  assert.equal(counts.repetitions, 2 * counts.uplinks);
  assert.deepEqual(heard[1]?.phyPayload, heard[0]?.phyPayload);
});

test("a downlink is taken once, in either window; forged, foreign and old ones are refused", async () => {
  const { world, device, network } = scene(abp);
  const down = (fCnt32: number, by: { devAddr?: number; keys?: LorawanKeys } = {}) =>
    buildDataFrame({
      direction: "down",
      devAddr: 0x48000001,
      keys,
      fCnt32,
      fPort: 5,
      payload: Uint8Array.of(fCnt32),
      ...by,
    });
  const forged = { nwkSKey: new Uint8Array(16), appSKey: new Uint8Array(16) };
  const answers: Answer[] = [
    { phyPayload: down(0), window: 1, delayUs: 1_000_000 },
    { phyPayload: down(0), window: 1, delayUs: 1_000_000 },
    { phyPayload: down(1, { keys: forged }), window: 1, delayUs: 1_000_000 },
    { phyPayload: down(1, { devAddr: 5 }), window: 2, delayUs: 2_000_000 },
    { phyPayload: down(4), window: 2, delayUs: 2_000_000 },
    // Not in a window: never heard.
    { phyPayload: down(5), window: 1, delayUs: 1_500_000 },
  ];
  let next = 0;
  network.answer = () => answers[next++];
  const sensor = device();
  await world.settle(sensor.start());
  await world.run({ untilMs: world.clock.now() + 4 * HOUR_MS });
  assert.ok(next >= answers.length);
  assert.equal(sensor.counts.downlinks, 2);
  assert.equal(sensor.counts.refusedDownlinks, 3);
});

test("a collar's day: it sleeps at home, walks, comes back, and says so", async () => {
  const world = new World({ seed: "dog" });
  const air = new Air({
    clock: world.clock,
    random: world.random("air"),
    plan,
    origin: BOULDER,
  });
  const home = { x: 2000, y: -1000 };
  const startMs = world.clock.now();
  const random = world.random("collar");
  const collar = new CollarProgram({ plane: air.plane, home, random, startMs });
  let away = 0;
  let outside = 0;
  let farthest = 0;
  for (let report = 0; report < 7 * 144; report += 1) {
    const nowMs = (startMs + report * collar.periodMs) as typeof startMs;
    const point = collar.pointAt(nowMs);
    const frame = decodeCollarFrame(collar.report(nowMs));
    assert(frame);
    farthest = Math.max(farthest, Math.hypot(point.x - home.x, point.y - home.y));
    if (frame.moving) away += 1;
    if (frame.outside) outside += 1;
    if (frame.position === undefined || frame.position.stale) continue;
    const told = air.plane.pointOf(frame.position);
    assert.ok(Math.hypot(told.x - point.x, told.y - point.y) < 2 * 25 + 40);
  }
  assert.ok(away > 50 && away < 400, `away ${away}`);
  assert.ok(outside > 0 && outside < 60, `outside ${outside}`);
  assert.ok(farthest > 400 && farthest < 6000, `farthest ${farthest}`);
});

test("thirty times faster: reports each 20 seconds, and the same shape of days", () => {
  const world = new World({ seed: "dog" });
  const { clock } = world;
  const air = new Air({ clock, random: world.random("air"), plan, origin: BOULDER });
  const random = world.random("collar");
  const startMs = clock.now();
  const place = { plane: air.plane, home: { x: 0, y: 0 }, random, startMs };
  const fast = new CollarProgram({ ...place, scale: 30 });
  assert.equal(fast.periodMs, 20_000);
  const slow = new CollarProgram(place);
  const at = (elapsedMs: number) => (startMs + elapsedMs) as typeof startMs;
  for (let minutes = 0; minutes < 3000; minutes += 97) {
    const one = fast.pointAt(at((minutes * 60_000) / 30));
    const other = slow.pointAt(at(minutes * 60_000));
    // Both in the yard, or at the same place of the same walk.
    assert.ok(Math.hypot(one.x - other.x, one.y - other.y) < 51);
  }
});
