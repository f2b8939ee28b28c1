/** What a packet is told, each row breaking one rule more than the one below it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { collar, collarUplink, TestBench } from "../testing/test-bench.ts";
import type { TestHotspot } from "../testing/test-hotspot.ts";

const reasonOf = (outcome: Awaited<ReturnType<TestHotspot["packet"]>>): string =>
  outcome?.kind === "declined" ? outcome.reason : (outcome?.kind ?? "unanswered");

function flipped(frame: Uint8Array): Uint8Array {
  const bytes = frame.slice();
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
  return bytes;
}

/** One frame bought from `first`, then what the row sends from `second`, in a router without money. */
const rows: readonly (readonly [
  name: string,
  frame: () => Uint8Array,
  from: "first" | "second",
  afterMs: number,
  expected: string,
])[] = [
  ["no frame at all", () => Uint8Array.of(0x40, 0x11), "first", 3000, "malformed"],
  ["a downlink", () => collarUplink(5, { direction: "down" }), "first", 3000, "malformed"],
  [
    "a device that nobody entered wins over its MIC",
    () => flipped(collarUplink(5, { devAddr: 0x48000012 })),
    "first",
    3000,
    "unknown-device",
  ],
  ["a MIC wins over a replay", () => flipped(collarUplink(5)), "first", 3000, "mic-invalid"],
  ["a replay wins over lateness", () => collarUplink(5), "first", 3000, "replay"],
  ["an older counter is a replay", () => collarUplink(4), "second", 0, "replay"],
  ["lateness wins over copies", () => collarUplink(5), "second", 2001, "late"],
  ["copies win over money", () => collarUplink(5), "second", 2000, "copies-bought"],
  ["money is last", () => collarUplink(6), "second", 0, "no-balance"],
];

for (const [name, frame, from, afterMs, expected] of rows) {
  test(name, async () => {
    // 24 bytes cost 1 DC: the deposit is spent with the first frame.
    const bench = await new TestBench({ depositDc: 1 }).start();
    await bench.addDevice();
    const hotspots = { first: await bench.connected(1), second: await bench.connected(2) };
    assert.equal(reasonOf(await hotspots.first.packet(collarUplink(5))), "bought");
    await bench.clock.advance(afterMs);
    assert.equal(reasonOf(await hotspots[from].packet(frame())), expected);
    await bench.clock.advance(1000);
    assert.equal(bench.events("up").length, 1, "nothing but the first frame is delivered");
  });
}

test("a decline for copies names those that were bought", async () => {
  const bench = await new TestBench().start();
  await bench.addDevice();
  const [first, second] = [await bench.connected(1), await bench.connected(2)];
  await first.packet(collarUplink(0));
  const outcome = await second.packet(collarUplink(0));
  assert.deepEqual(outcome, {
    kind: "declined",
    reason: "copies-bought",
    bought: [first.key.address],
  });
});

test("up to maxCopies are bought, and all of rxInfo is delivered once", async () => {
  const bench = await new TestBench().start();
  await bench.addDevice({ ...collar, maxCopies: 2 });
  const hotspots = [await bench.connected(1), await bench.connected(2), await bench.connected(3)];
  const told = hotspots.map((hotspot) => hotspot.packet(collarUplink(0)));
  const outcomes = (await Promise.all(told)).map(reasonOf);
  assert.deepEqual(outcomes, ["bought", "bought", "copies-bought"]);
  await bench.clock.advance(500);
  const [event, ...others] = bench.events("up");
  assert.equal(others.length, 0);
  const bought = event?.rxInfo?.map(({ metadata }) => metadata.bought);
  assert.deepEqual(bought, ["true", "true", "false"]);
});

test("a reception is decided once", async () => {
  const bench = await new TestBench().start();
  await bench.addDevice();
  const hotspot = await bench.connected(1);
  await hotspot.packet(collarUplink(0));
  hotspot.reception--;
  await hotspot.packet(collarUplink(1));
  assert.equal(reasonOf(hotspot.decisions[1]?.outcome), "duplicate-reception");
});
