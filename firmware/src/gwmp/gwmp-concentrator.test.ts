import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createMetrics, silentLog } from "@katydid/platform";
import { type DataRate, dataRate, fromHex, hertz, toHex } from "@katydid/protocol";
import type { ReceivedFrame } from "../concentrator.ts";
import {
  concentratorContract,
  exampleRequest,
  ScriptedForwarder,
  type ScriptedForwarderOptions,
} from "../contract/index.ts";
import { FRAME_QUEUE_LENGTH_MAX } from "../frame-queue.ts";
import { ManualClock } from "../manual-clock.ts";
import { encodeGwmp } from "./datagram.ts";
import { GATEWAY_EXPIRY_MS, GwmpConcentrator, type GwmpOptions } from "./gwmp-concentrator.ts";
import { TRANSMISSIONS_PENDING_MAX, TX_ACK_WAIT_MS } from "./pending-transmissions.ts";

const EUI = "aa555a0000000000";

function setUp(options: Partial<GwmpOptions> = {}) {
  const clock = new ManualClock();
  const metrics = createMetrics();
  const concentrator = new GwmpConcentrator({
    port: 0,
    clock,
    log: silentLog,
    metrics,
    ...options,
  });
  const forwarder = (more: Partial<ScriptedForwarderOptions> = {}) => {
    const server = { host: "127.0.0.1", port: concentrator.port ?? 0 };
    return ScriptedForwarder.open({ server, eui: EUI, ...more });
  };
  const count = (name: string, labels?: Record<string, string>) =>
    metrics.counter({ name, help: "" }).value(labels);
  return { clock, concentrator, forwarder, count };
}

function entryOf(payload: Uint8Array, more: object = {}) {
  return {
    tmst: 1_000_000,
    freq: 868.3,
    chan: 1,
    stat: 1,
    modu: "LORA",
    datr: "SF7BW125",
    codr: "4/5",
    rssi: -80,
    lsnr: 7,
    size: payload.length,
    data: Buffer.from(payload).toString("base64"),
    ...more,
  };
}

concentratorContract("GwmpConcentrator", async () => {
  const { concentrator, forwarder: open } = setUp();
  let forwarder: ScriptedForwarder | undefined;
  const must = () => forwarder ?? assert.fail("ready() comes first");
  return {
    concentrator,
    ready: async () => {
      forwarder = await open();
      forwarder.answerTo = ({ powe }) =>
        powe === 40 ? { txpk_ack: { error: "TX_POWER" } } : "accept";
      await forwarder.pull();
    },
    hear: async ({ payload, frequencyHz, dataRate: datr, crc = "ok" }) => {
      const stat = crc === "ok" ? 1 : -1;
      const entry = entryOf(payload, { freq: frequencyHz / 1e6, datr, stat });
      await must().push({ rxpk: [entry] });
    },
    emitted: async () => {
      for (;;) {
        const { json } = await must().next("pull-resp");
        const txpk = json.txpk as Record<string, unknown>;
        if (txpk.powe === 40) continue;
        return {
          payload: new Uint8Array(Buffer.from(String(txpk.data), "base64")),
          frequencyHz: hertz(Math.round(Number(txpk.freq) * 1e6)),
          dataRate: dataRate(String(txpk.datr)),
          invertPolarity: txpk.ipol === true,
          crc: txpk.ncrc === false,
          powerDbm: Number(txpk.powe),
        };
      }
    },
    refused: {
      request: { ...exampleRequest, powerDbm: 40 as typeof exampleRequest.powerDbm },
      reason: "power-unsupported",
    },
    settle: (promise) => promise,
    [Symbol.asyncDispose]: async () => forwarder?.[Symbol.asyncDispose](),
  };
});

test("a recording of Semtech's packet forwarder: 23 frames, one of them with a CRC error", async () => {
  const fixture = (name: string) =>
    readFileSync(new URL(`../../../test/fixtures/${name}`, import.meta.url), "utf8");
  const datagrams = fixture("gwmp-capture.jsonl").trim().split("\n");
  const expected = JSON.parse(fixture("frames.json")) as {
    frames: { phyPayload: string; kind: string }[];
  };
  const { concentrator, forwarder: open, count } = setUp();
  await using _ = concentrator;
  await concentrator.start();
  await using forwarder = await open();
  for (const line of datagrams) forwarder.send(fromHex((JSON.parse(line) as { hex: string }).hex));
  await forwarder.pull();

  const frames = await take(concentrator, 23);
  assert.deepEqual(
    frames.map(({ payload, crc }) => [toHex(payload), crc]),
    expected.frames.map(({ phyPayload, kind }) => [
      phyPayload,
      kind === "crc-error" ? "bad" : "ok",
    ]),
  );
  assert.equal(count("gwmp_frames_total", { crc: "bad" }), 1);
  assert.equal(count("gwmp_frames_total", { crc: "ok" }), 22);
  assert.equal(count("gwmp_entries_skipped_total", { reason: "base64" }), 0);
  const { framesReceived, temperatureCelsius } = concentrator.lastStat ?? {};
  assert.equal(typeof framesReceived, "number");
  assert.equal(temperatureCelsius, 25.4);
  assert.equal(concentrator.gateway?.eui, EUI);
});

test("answers bear the token and the version of what they answer", async () => {
  for (const version of [1, 2] as const) {
    const { concentrator, forwarder: open } = setUp();
    await using _ = concentrator;
    await concentrator.start();
    await using forwarder = await open({ version });
    assert.deepEqual(await forwarder.pull(), { kind: "pull-ack", version, token: "0001" });
    assert.deepEqual(await forwarder.push({}), { kind: "push-ack", version, token: "0002" });
  }
});

test("version 1 has no TX_ACK: sent is accepted", async () => {
  const { concentrator, forwarder: open, clock } = setUp();
  await using _ = concentrator;
  await concentrator.start();
  await using forwarder = await open({ version: 1 });
  await forwarder.pull();
  assert.equal((await concentrator.transmit(exampleRequest)).outcome, "accepted");
  assert.equal((await forwarder.next("pull-resp")).version, 1);
  assert.equal(clock.timers, 0);
});

test("what cannot be read is counted and costs nothing else", async () => {
  const { concentrator, forwarder: open, count } = setUp();
  await using _ = concentrator;
  await concentrator.start();
  await using forwarder = await open();
  for (const hex of ["", "02aabb", "09b3b000", "02b3b007", `02b3b000${EUI}7b`]) {
    forwarder.send(fromHex(hex));
  }
  const good = Uint8Array.of(7);
  const rxpk = [null, entryOf(good, { size: 9 }), entryOf(good), entryOf(good, { modu: "X" })];
  await forwarder.push({ rxpk });
  await forwarder.push({ rxpk: "none", stat: [] });
  assert.deepEqual(
    (await take(concentrator, 1)).map(({ payload }) => toHex(payload)),
    ["07"],
  );
  const reasons = ["too-short", "version-unsupported", "kind-unknown", "json-malformed"];
  assert.deepEqual(
    reasons.map((reason) => count("gwmp_malformed_total", { reason })),
    [2, 1, 1, 1],
  );
  for (const reason of ["not-object", "size", "modulation", "not-array"]) {
    assert.equal(count("gwmp_entries_skipped_total", { reason }), 1, reason);
  }
  assert.equal(concentrator.lastStat, undefined);
});

test("a refusal names its reason, silence too", async () => {
  const { concentrator, forwarder: open, clock, count } = setUp();
  await using _ = concentrator;
  await concentrator.start();
  const transmit = async (fields: object = {}) => {
    const outcome = await concentrator.transmit({ ...exampleRequest, ...fields });
    return outcome.outcome === "refused" ? outcome.reason : outcome.outcome;
  };
  assert.equal(await transmit(), "radio-silent");
  await using forwarder = await open();
  await forwarder.push({});
  assert.equal(await transmit(), "radio-silent", "it has not pulled yet");
  await forwarder.pull();
  assert.equal(await transmit(), "accepted");
  assert.equal(await transmit({ dataRate: "SF99" as DataRate }), "data-rate-unsupported");

  forwarder.answerTo = () => ({ txpk_ack: { error: "TOO_LATE" } });
  assert.equal(await transmit(), "too-late");

  forwarder.answerTo = () => "ignore";
  const late = transmit();
  clock.advance(TX_ACK_WAIT_MS);
  assert.equal(await late, "radio-silent");
  const tokens = [];
  for (let i = 0; i < 3; i++) tokens.push((await forwarder.next("pull-resp")).token);
  forwarder.acknowledge(tokens.at(-1) ?? "");
  await forwarder.pull();
  assert.equal(count("gwmp_unexpected_acks_total"), 1);

  clock.advance(GATEWAY_EXPIRY_MS + 1);
  assert.equal(await transmit(), "radio-silent", "the address has expired");
  assert.equal(concentrator.gateway, undefined);
});

test("no more wait for an answer than the forwarder's queue holds", async () => {
  const { concentrator, forwarder: open, clock } = setUp();
  await using _ = concentrator;
  await concentrator.start();
  await using forwarder = await open();
  forwarder.answerTo = () => "ignore";
  await forwarder.pull();
  const waiting = Array.from({ length: TRANSMISSIONS_PENDING_MAX }, () =>
    concentrator.transmit(exampleRequest),
  );
  const over = await concentrator.transmit(exampleRequest);
  assert.deepEqual(over, { outcome: "refused", reason: "collision-packet" });
  clock.advance(TX_ACK_WAIT_MS);
  const reasons = (await Promise.all(waiting)).map((outcome) => outcome.outcome);
  assert.deepEqual(new Set(reasons), new Set(["refused"]));
  assert.equal(clock.timers, 0);
});

test("another forwarder on the port is not ours until the first is gone", async () => {
  const { concentrator, forwarder: open, clock, count } = setUp();
  await using _ = concentrator;
  await concentrator.start();
  await using first = await open();
  await using second = await open({ eui: "bbbbbbbbbbbbbbbb" });
  await first.pull();
  const said = { version: 2, token: "0001", gatewayEui: "bbbbbbbbbbbbbbbb" } as const;
  const json = { rxpk: [entryOf(Uint8Array.of(2))] };
  second.send(encodeGwmp({ ...said, kind: "push-data", json }));
  second.send(encodeGwmp({ ...said, kind: "pull-data" }));
  second.send(encodeGwmp({ ...said, kind: "tx-ack" }));
  // The sockets differ, so the first's next answer does not prove that the second was read.
  while (count("gwmp_foreign_total") < 3) await first.pull();
  await first.push({ rxpk: [entryOf(Uint8Array.of(1))] });
  assert.deepEqual([...((await take(concentrator, 1))[0]?.payload ?? [])], [1]);

  clock.advance(GATEWAY_EXPIRY_MS + 1);
  await second.pull();
  assert.equal(concentrator.gateway?.eui, "bbbbbbbbbbbbbbbb");
  assert.equal((await concentrator.transmit(exampleRequest)).outcome, "accepted");
});

test("where one is named, only that one is ours", async () => {
  const { concentrator, forwarder: open, count } = setUp({ gatewayEui: EUI.toUpperCase() });
  await using _ = concentrator;
  await concentrator.start();
  await using stranger = await open({ eui: "0000000000000001" });
  await using ours = await open();
  void stranger.pull();
  while (count("gwmp_foreign_total") < 1) await ours.pull();
  assert.equal(concentrator.gateway?.eui, EUI);
});

test("frames that nobody takes: the newest are kept, the rest counted", async () => {
  const { concentrator, forwarder: open, count } = setUp();
  await using _ = concentrator;
  await concentrator.start();
  await using forwarder = await open();
  const total = FRAME_QUEUE_LENGTH_MAX + 16;
  for (let first = 0; first < total; first += 16) {
    const rxpk = Array.from({ length: 16 }, (_, index) =>
      entryOf(Uint8Array.of(1), { tmst: first + index }),
    );
    await forwarder.push({ rxpk });
  }
  assert.equal(count("gwmp_frames_dropped_total"), 16);
  const [oldest] = await take(concentrator, 1);
  assert.equal(oldest?.counterUs, 16);
  assert.throws(() => concentrator.frames(), /one consumer/);
});

test("reports are told to who listens", async () => {
  const { concentrator, forwarder: open, clock } = setUp();
  await using _ = concentrator;
  await concentrator.start();
  await using forwarder = await open();
  const told: unknown[] = [];
  const subscription = concentrator.onStat((stat) => told.push(stat));
  await forwarder.push({ stat: { rxnb: 2, lati: 40.1, temp: "hot", txnb: 1 } });
  subscription.cancel();
  await forwarder.push({ stat: { rxnb: 3 } });
  const reportedAt = clock.now();
  assert.deepEqual(told, [
    { reportedAt, framesReceived: 2, latitudeDegrees: 40.1, framesTransmitted: 1 },
  ]);
  assert.deepEqual(concentrator.lastStat, { reportedAt, framesReceived: 3 });
});

test("a port that is taken is a fault that says so", async () => {
  const { concentrator } = setUp();
  await using _ = concentrator;
  await concentrator.start();
  const { concentrator: other } = setUp({ port: concentrator.port ?? 0 });
  await using __ = other;
  await assert.rejects(other.start(), { code: "port-taken" });
});

async function take(concentrator: GwmpConcentrator, count: number): Promise<ReceivedFrame[]> {
  const frames: ReceivedFrame[] = [];
  for await (const frame of concentrator.frames()) {
    frames.push(frame);
    if (frames.length === count) break;
  }
  return frames;
}
