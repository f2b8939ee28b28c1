import assert from "node:assert/strict";
import { test } from "node:test";
import type { TransmitRequest } from "@katydid/firmware";
import { type AirFrame, concentratorContract, exampleRequest } from "@katydid/firmware/contract";
import { airtimeOf, dbm, hertz, regionPlan } from "@katydid/protocol";
import { BOULDER } from "../scenario.ts";
import { World } from "../world/world.ts";
import { Air, type Transmission } from "./air.ts";
import { SimulatedConcentrator } from "./simulated-concentrator.ts";

function rig() {
  const world = new World({ seed: "concentrator" });
  const { clock } = world;
  const random = world.random("air");
  const air = new Air({ clock, random, plan: regionPlan("EU868"), origin: BOULDER });
  const place = { gainDbi: 0, clutterDb: 0 };
  const concentrator = new SimulatedConcentrator({
    ...place,
    air,
    clock,
    random,
    point: { x: 0, y: 0 },
  });
  const device = air.radio({ ...place, point: { x: 300, y: 0 }, noiseFigureDb: 6 });
  const emissions: Transmission[] = [];
  let wake = () => {};
  air.observe((transmission) => {
    if (transmission.radio !== concentrator.radio) return;
    emissions.push(transmission);
    wake();
  });
  const next = async () => {
    if (emissions.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const emitted = emissions.shift();
    assert(emitted);
    return emitted;
  };
  const hear = async ({ crc = "ok", ...frame }: AirFrame & { crc?: "ok" | "bad" }) => {
    const common = { radio: device, powerDbm: 14, codingRate: "4/5" as const };
    air.transmit({ ...common, ...frame, invertPolarity: false, crc: true, damaged: crc === "bad" });
    await world.run();
  };
  return { world, air, concentrator, next, hear, emissions };
}

concentratorContract("the simulated concentrator", async () => {
  const { world, concentrator, next, hear } = rig();
  const tooFar = { ...exampleRequest, frequencyHz: hertz(915_000_000) };
  return {
    concentrator,
    hear,
    emitted: next,
    refused: { request: tooFar, reason: "frequency-unsupported" },
    settle: (promise) => world.settle(promise),
    [Symbol.asyncDispose]: () => concentrator[Symbol.asyncDispose](),
  };
});

/** A counter that lies `aheadUs` from now, taken from a frame that is just heard. */
async function running() {
  const all = rig();
  const { world, concentrator, hear } = all;
  await concentrator.start();
  const frames = concentrator.frames()[Symbol.asyncIterator]();
  const { frequencyHz, dataRate } = exampleRequest;
  await hear({ frequencyHz, dataRate, payload: Uint8Array.of(1) });
  const { value: frame } = await world.settle(frames.next());
  assert(frame);
  const at = (aheadUs: number): TransmitRequest => ({
    ...exampleRequest,
    when: { kind: "at-counter", counterUs: (frame.counterUs + aheadUs + 2 ** 32) % 2 ** 32 },
  });
  const outcome = async (request: TransmitRequest) => {
    const answer = await concentrator.transmit(request);
    return answer.outcome === "refused" ? answer.reason : answer.outcome;
  };
  return { ...all, at, outcome, nowMs: world.clock.now() };
}

test("a transmission by counter begins at that microsecond", async () => {
  const { world, at, outcome, emissions, nowMs } = await running();
  assert.equal(await outcome(at(1_000_000)), "accepted");
  await world.run();
  assert.equal(emissions[0]?.startUs, Math.round(nowMs * 1000) + 1_000_000);
});

const times: readonly (readonly [aheadUs: number, outcome: string])[] = [
  [42_499, "too-late"],
  [42_500, "accepted"],
  [-1, "too-late"],
  [-1_000_000_000, "too-late"],
  [512_000_000, "accepted"],
  [512_000_001, "too-early"],
];
for (const [aheadUs, wanted] of times) {
  test(`${aheadUs} us ahead is ${wanted}`, async () => {
    const { at, outcome } = await running();
    assert.equal(await outcome(at(aheadUs)), wanted);
  });
}

test("two that overlap collide, two that follow each other do not", async () => {
  const { at, outcome, air } = await running();
  assert.equal(await outcome(at(1_000_000)), "accepted");
  const { payload } = exampleRequest;
  const airtimeUs = airtimeOf({ ...exampleRequest, payloadBytes: payload.length });
  assert.equal(await outcome(at(1_000_000 + airtimeUs)), "collision-packet");
  assert.equal(await outcome(at(1_000_000 + airtimeUs + 1000)), "accepted");
  assert.equal(await outcome(at(1_000_000 - airtimeUs)), "collision-packet");
  assert.equal(air.counts.transmissions, 1);
});

test("an immediate one waits for a free slot", async () => {
  const { world, outcome, emissions } = await running();
  assert.equal(await outcome(exampleRequest), "accepted");
  assert.equal(await outcome(exampleRequest), "accepted");
  await world.run();
  const [first, second] = emissions;
  assert(first && second);
  assert.equal(second.startUs, first.endUs + 1000);
});

test("more power than any plan allows is refused", async () => {
  const { outcome } = await running();
  assert.equal(await outcome({ ...exampleRequest, powerDbm: dbm(40) }), "power-unsupported");
});

/** Fine times of `frames` beacons of one concentrator at another, `meters` away. */
async function fineTimes({ gps, meters }: { gps: "none" | "fine-time"; meters: number }) {
  const world = new World({ seed: "fine-time" });
  const { clock } = world;
  const random = world.random("air");
  const air = new Air({ clock, random, plan: regionPlan("EU868"), origin: BOULDER });
  const common = { air, clock, gainDbi: 6, clutterDb: 0, gps };
  const [sender, hearer] = ["sender", "hearer"].map((name) => {
    const point = { x: name === "sender" ? 0 : meters, y: 0 };
    return new SimulatedConcentrator({ ...common, random: world.random(name), point });
  });
  assert(sender && hearer);
  await Promise.all([sender.start(), hearer.start()]);
  const frames = hearer.frames()[Symbol.asyncIterator]();
  const pairs: { sent: number | undefined; heard: number | undefined }[] = [];
  for (let i = 0; i < 40; i++) {
    const outcome = await sender.transmit({ ...exampleRequest, invertPolarity: false, crc: true });
    assert(outcome.outcome === "accepted");
    await world.run();
    const { value: frame } = await world.settle(frames.next());
    pairs.push({ sent: outcome.fineTimeNs, heard: frame?.fineTimeNs });
    await world.run({ untilMs: clock.now() + 333 });
  }
  return pairs;
}

test("with GPS, what is heard less what was sent is the time of flight, within the jitter", async () => {
  const meters = 2998;
  const flights = (await fineTimes({ gps: "fine-time", meters })).map(({ sent, heard }) => {
    assert(sent !== undefined && heard !== undefined);
    for (const ns of [sent, heard]) assert(Number.isInteger(ns) && ns >= 0 && ns < 1e9);
    return (heard - sent + 1e9) % 1e9;
  });
  for (const ns of flights) assert(Math.abs(ns - 10_000) < 300, `${ns} ns`);
  const mean = flights.reduce((sum, ns) => sum + ns, 0) / flights.length;
  assert(Math.abs(mean - 10_000) < 30, `${mean} ns on average`);
  assert(new Set(flights).size > 20, "each with its own jitter");
});

test("without GPS nothing is stamped", async () => {
  for (const pair of await fineTimes({ gps: "none", meters: 300 })) {
    assert.deepEqual(pair, { sent: undefined, heard: undefined });
  }
});
