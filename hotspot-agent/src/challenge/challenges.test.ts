import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReceivedFrame } from "@katydid/firmware";
import type { HotspotView } from "@katydid/ledger/client";
import {
  type Acknowledgement,
  beaconPayload,
  type Cell,
  type ChallengeReceipts,
  cellAt,
  decodeMessage,
  encodeMessage,
  type KeyPair,
  type LateReceipt,
  messageHash,
  milliseconds,
  type OpenChallenge,
  payloadHash,
  regionPlan,
  sha256,
  signMessage,
  toHex,
  utf8,
} from "@katydid/protocol";
import { CHAIN_ID, keyOf } from "../testing/fixtures.ts";
import { LoopbackBroker } from "../testing/loopback-broker.ts";
import type { MemoryStore } from "../testing/memory-store.ts";
import { agentAmong, type TestBench } from "../testing/test-agent.ts";
import { settle, TestClock } from "../testing/test-clock.ts";
import { frameOf } from "../testing/test-concentrator.ts";
import { hotspotView, TestLedger } from "../testing/test-ledger.ts";

const challenger = keyOf("challenger");
const target = keyOf("target");
const near = keyOf("witness 1 km away");
const far = keyOf("witness 5 km away");
const beside = keyOf("witness in the next room");
const stranger = keyOf("a key that the ledger does not know");
const challenge = { slot: 16, index: 0 };
const targetEntropy = sha256(utf8("entropy"));

function cellNorth(kilometers: number): Cell {
  return cellAt({ latDegrees: 48 + kilometers / 111.2, lngDegrees: 11 }, 12);
}

const cells: readonly (readonly [KeyPair, Cell])[] = [
  [challenger, cellNorth(30)],
  [target, cellNorth(0)],
  [near, cellNorth(1)],
  [far, cellNorth(5)],
  [beside, cellNorth(0.01)],
];

class World {
  readonly clock = new TestClock();
  readonly ledger = new TestLedger(this.clock);
  readonly broker = new LoopbackBroker();
  readonly benches = new Map<KeyPair, TestBench>();

  constructor() {
    this.ledger.relayViews = [{ operator: keyOf("relay").address, url: "mqtt://relay" }];
    for (const [key, cell] of cells) {
      this.ledger.hotspotViews.set(key.address, hotspotView(key.address, cell));
    }
  }

  async start(key: KeyPair, store?: MemoryStore): Promise<TestBench> {
    const { clock, ledger, broker } = this;
    const rest = store === undefined ? {} : { store };
    const bench = agentAmong({ key, clock, ledger, broker, ...rest });
    this.benches.set(key, bench);
    await bench.agent.start();
    return bench;
  }

  async dispose(): Promise<void> {
    for (const { agent } of this.benches.values()) await agent.dispose();
  }

  submitted<Kind extends string>(kind: Kind) {
    return this.ledger.submitted.filter((body) => body.kind === kind);
  }

  async drawSlot(): Promise<OpenChallenge> {
    const openUntil = milliseconds(this.ledger.protocolTime + 60_000);
    const challengers = [challenger.address];
    const { slot } = challenge;
    this.ledger.emit({ kind: "slot-drawn", subjects: challengers, slot, challengers, openUntil });
    await settle();
    const [open] = this.submitted("open-challenge");
    assert.ok(open?.kind === "open-challenge");
    return open;
  }

  /** Draws the target and lets the order and the beacon happen. */
  async drawTarget(open: Pick<OpenChallenge, "secretHash" | "ephemeralKey">): Promise<void> {
    const deadlineAt = milliseconds(this.ledger.protocolTime + 300_000);
    this.ledger.challengeViews.set("16/0", {
      challenge,
      state: "targeted",
      challenger: challenger.address,
      target: target.address,
      drawnAt: this.ledger.protocolTime,
      deadlineAt,
      witnesses: [],
    });
    this.ledger.emit({
      kind: "target-drawn",
      subjects: [challenger.address, target.address],
      challenge,
      challenger: challenger.address,
      target: target.address,
      targetEntropy,
      secretHash: open.secretHash,
      ephemeralKey: open.ephemeralKey,
      deadlineAt,
    });
    await settle();
  }

  /** What the target sent, as a hotspot hears it. */
  heard(changes: Partial<ReceivedFrame> = {}): ReceivedFrame {
    const sent = this.benches.get(target)?.radio.transmitted[0];
    assert.ok(sent, "the target transmitted");
    const { frequencyHz, dataRate } = sent;
    return frameOf(sent.payload, {
      frequencyHz,
      dataRate,
      receivedAt: this.clock.now(),
      ...changes,
    });
  }

  hear(key: KeyPair, frame: ReceivedFrame): void {
    this.benches.get(key)?.radio.hear(frame);
  }

  reveal(body: ChallengeReceipts): void {
    const reported = body.reports.map(({ signed }) => signed.witness);
    const hash = payloadHash(
      beaconPayload({ secret: body.secret, targetEntropy, target: target.address }),
    );
    this.ledger.emit({
      kind: "challenge-revealed",
      subjects: [
        challenger.address,
        target.address,
        ...reported,
        `payload:${toHex(hash).slice(0, 16)}`,
      ],
      challenge,
      challenger: challenger.address,
      target: target.address,
      payloadHash: hash,
      receipted: body.receipt !== undefined,
      reported,
      listed: body.listed,
      lateUntil: milliseconds(this.ledger.protocolTime + 600_000),
    });
  }

  receipts(): ChallengeReceipts {
    const [body] = this.submitted("challenge-receipts");
    assert.ok(body?.kind === "challenge-receipts");
    return body;
  }
}

test("a whole challenge: two witnesses reported, one listed, strangers and own ears left out", async () => {
  const world = new World();
  for (const key of [challenger, target, near, far, beside, stranger]) await world.start(key);
  const open = await world.drawSlot();
  await world.drawTarget(open);
  const beacon = world.benches.get(target)?.radio.transmitted;
  assert.equal(beacon?.length, 1);
  assert.equal(beacon[0]?.payload.length, 52);
  assert.equal(beacon[0]?.crc, true);
  assert.equal(beacon[0]?.invertPolarity, false);
  assert.equal(beacon[0]?.dataRate, regionPlan("EU868").beacon.dataRate);
  for (const key of [near, far, beside, stranger, challenger, target]) {
    world.hear(key, world.heard({ rssiDbm: -105 as ReceivedFrame["rssiDbm"] }));
  }
  await world.clock.advance(245_000);
  const body = world.receipts();
  assert.deepEqual(sha256(body.secret), open.secretHash);
  assert.equal(body.receipt?.signed.target, target.address);
  assert.deepEqual(
    new Set(body.reports.map(({ signed }) => signed.witness)),
    new Set([near.address, far.address]),
  );
  assert.deepEqual(body.listed, [{ witness: beside.address, reason: "too-close" }]);
  // Acknowledged by the host's clock, within seconds of the receipt.
  for (const { acknowledgedAt } of body.reports) {
    assert.ok(acknowledgedAt - (body.receipt?.acknowledgedAt ?? 0) <= 4000);
  }
  assert.equal(world.submitted("report-commitment").length, 0);
  world.reveal(body);
  await world.clock.advance(300_000);
  assert.equal(world.submitted("challenge-receipts").length, 1);
  assert.equal(world.submitted("late-receipt").length, 0);
  const kept = world.benches.get(near)?.agent.status().membership?.challenges.evidenceKept;
  assert.equal(kept, 0);
  await world.dispose();
});

test("a report above the free-space bound is listed with its reason", async () => {
  const world = new World();
  for (const key of [challenger, target, near]) await world.start(key);
  await world.drawTarget(await world.drawSlot());
  world.hear(near, world.heard({ rssiDbm: -20 as ReceivedFrame["rssiDbm"] }));
  await world.clock.advance(300_000);
  const { listed, reports } = world.receipts();
  assert.deepEqual(listed, [{ witness: near.address, reason: "rssi-above-bound" }]);
  assert.deepEqual(reports, []);
  await world.dispose();
});

test("a reveal that is in no block is submitted again before the deadline, and not after", async () => {
  const world = new World();
  for (const key of [challenger, target]) await world.start(key);
  await world.drawTarget(await world.drawSlot());
  await world.clock.advance(241_000);
  assert.equal(world.submitted("challenge-receipts").length, 1);
  await world.clock.advance(400_000);
  assert.equal(world.submitted("challenge-receipts").length, 2);
  await world.dispose();
});

test("without a receipt the challenger reveals all the same, for silence is punished", async () => {
  const world = new World();
  await world.start(challenger);
  await world.drawTarget(await world.drawSlot());
  await world.clock.advance(300_000);
  const body = world.receipts();
  assert.equal(body.receipt, undefined);
  assert.deepEqual(body.reports, []);
  await world.dispose();
});

test("a challenger that restarts knows its secret and what it acknowledged, and reveals once", async () => {
  const world = new World();
  const first = await world.start(challenger);
  for (const key of [target, near]) await world.start(key);
  const open = await world.drawSlot();
  await world.drawTarget(open);
  world.hear(near, world.heard());
  await world.clock.advance(3000);
  await first.agent.dispose();
  await world.start(challenger, first.store);
  await world.clock.advance(242_000);
  const body = world.receipts();
  assert.deepEqual(sha256(body.secret), open.secretHash);
  assert.equal(body.receipt?.signed.target, target.address);
  assert.deepEqual(
    body.reports.map(({ signed }) => signed.witness),
    [near.address],
  );
  world.reveal(body);
  await world.clock.advance(60_000);
  assert.equal(world.submitted("challenge-receipts").length, 1);
  await world.dispose();
});

test("nothing is acknowledged that is not on disk, nor after the reveal", async () => {
  const world = new World();
  const { store } = await world.start(challenger);
  for (const key of [target, near, far]) await world.start(key);
  await world.drawTarget(await world.drawSlot());
  store.refusing = true;
  world.hear(near, world.heard());
  await world.clock.advance(1000);
  const acknowledgements = () =>
    world.broker.published.filter(({ topic }) => topic === `kd/to/${near.address}/ack`).length;
  assert.equal(acknowledgements(), 0);
  store.refusing = false;
  await world.clock.advance(241_000);
  assert.equal(world.submitted("challenge-receipts").length, 1);
  world.hear(far, world.heard());
  await world.clock.advance(1000);
  const late = world.broker.published.filter(({ topic }) => topic === `kd/to/${far.address}/ack`);
  assert.equal(late.length, 0);
  await world.dispose();
});

/** A challenge whose secret the test holds, so that it can play the challenger. */
async function targetAlone() {
  const world = new World();
  await world.start(challenger);
  const bench = await world.start(target);
  const open = await world.drawSlot();
  return { world, bench, open };
}

function receiptsOf(world: World): Uint8Array[] {
  const topic = `kd/to/${challenger.address}/receipt`;
  return world.broker.published.filter((one) => one.topic === topic).map(({ payload }) => payload);
}

test("the target obeys one order, transmits once, and says the same when asked again", async () => {
  const { world, bench, open } = await targetAlone();
  // The challenger never hears the receipt, so it asks and asks.
  world.broker.losing = `kd/to/${challenger.address}/receipt`;
  await world.drawTarget(open);
  await world.clock.advance(100_000);
  assert.equal(bench.radio.transmitted.length, 1);
  const receipts = receiptsOf(world);
  assert.ok(receipts.length > 3, `${receipts.length} receipts`);
  assert.equal(new Set(receipts.map(toHex)).size, 1);
  await world.dispose();
});

test("restarted between disk and radio, the target transmits once and signs one receipt", async () => {
  const { world, bench, open } = await targetAlone();
  bench.radio.hanging = true;
  await world.drawTarget(open);
  assert.equal(bench.radio.asked, 1);
  const rows = [...bench.store.scope("challenges").scope("orders").range()];
  assert.equal(rows.length, 2, "the order was on disk before the radio was asked");
  assert.equal(bench.radio.transmitted.length, 0);
  assert.equal(receiptsOf(world).length, 0);
  await bench.agent.dispose();
  const again = await world.start(target, bench.store);
  await world.clock.advance(60_000);
  assert.equal(again.radio.transmitted.length, 1);
  assert.equal(new Set(receiptsOf(world).map(toHex)).size, 1);
  await world.dispose();
});

test("restarted after its receipt, the target sends the same bytes and no second beacon", async () => {
  const { world, bench, open } = await targetAlone();
  world.broker.losing = `kd/to/${challenger.address}/receipt`;
  await world.drawTarget(open);
  await settle();
  await bench.agent.dispose();
  const again = await world.start(target, bench.store);
  await world.clock.advance(100_000);
  assert.equal(bench.radio.transmitted.length, 1);
  assert.equal(again.radio.transmitted.length, 0);
  const receipts = receiptsOf(world);
  assert.ok(receipts.length > 2);
  assert.equal(new Set(receipts.map(toHex)).size, 1);
  await world.dispose();
});

test("an order whose secret is not the one on the ledger is not obeyed", async () => {
  const { world, bench, open } = await targetAlone();
  await world.drawTarget({ ...open, secretHash: sha256(utf8("another secret")) });
  await world.clock.advance(100_000);
  assert.equal(bench.radio.transmitted.length, 0);
  assert.equal(receiptsOf(world).length, 0);
  await world.dispose();
});

test("an order that overtakes the ledger's word waits for it", async () => {
  const { world, bench, open } = await targetAlone();
  const deadlineAt = milliseconds(world.ledger.protocolTime + 300_000);
  const drawn = {
    kind: "target-drawn",
    challenge,
    challenger: challenger.address,
    target: target.address,
    targetEntropy,
    secretHash: open.secretHash,
    ephemeralKey: open.ephemeralKey,
    deadlineAt,
  } as const;
  world.ledger.emit({ ...drawn, subjects: [challenger.address] });
  await settle();
  assert.equal(bench.radio.transmitted.length, 0);
  world.ledger.emit({ ...drawn, subjects: [target.address] });
  await settle();
  assert.equal(bench.radio.transmitted.length, 1);
  await world.dispose();
});

test("a radio that is busy is asked again; no receipt is signed for a beacon that never left", async () => {
  const { world, bench, open } = await targetAlone();
  bench.radio.refusals.push("collision-packet", "collision-packet");
  await world.drawTarget(open);
  await world.clock.advance(2500);
  assert.equal(bench.radio.transmitted.length, 1);
  await world.dispose();
  const second = await targetAlone();
  second.bench.radio.refusals.push(...Array.from({ length: 200 }, () => "radio-silent" as const));
  await second.world.drawTarget(second.open);
  await second.world.clock.advance(60_000);
  assert.equal(receiptsOf(second.world).length, 0);
  await second.world.dispose();
});

test("left out although acknowledged, the witness claims its place with the acknowledgement", async () => {
  const world = new World();
  for (const key of [challenger, target, near]) await world.start(key);
  await world.drawTarget(await world.drawSlot());
  world.hear(near, world.heard());
  await world.clock.advance(300_000);
  world.reveal({ ...world.receipts(), reports: [] });
  await world.clock.advance(10_000);
  const [late] = world.submitted("late-receipt");
  assert.ok(late?.kind === "late-receipt");
  const { evidence, acknowledgement } = late as LateReceipt;
  assert.ok(evidence.kind === "report");
  assert.equal(evidence.signed.witness, near.address);
  assert.equal(acknowledgement?.challenger, challenger.address);
  assert.deepEqual(acknowledgement?.reportHash, messageHash(evidence.signed));
  await world.dispose();
});

test("listed for a reason that holds, the witness does not waste a transaction", async () => {
  const world = new World();
  for (const key of [challenger, target, beside]) await world.start(key);
  await world.drawTarget(await world.drawSlot());
  world.hear(beside, world.heard());
  await world.clock.advance(300_000);
  world.reveal(world.receipts());
  await world.clock.advance(10_000);
  assert.equal(world.submitted("late-receipt").length, 0);
  await world.dispose();
});

test("never acknowledged, the witness commits once before the reveal, and claims with that", async () => {
  const world = new World();
  for (const key of [challenger, target, near]) await world.start(key);
  await world.drawTarget(await world.drawSlot());
  world.broker.losing = "kd/report/";
  world.hear(near, world.heard());
  await world.clock.advance(90_000);
  assert.equal(world.submitted("report-commitment").length, 0);
  await world.clock.advance(30_000);
  const [commitment] = world.submitted("report-commitment");
  assert.ok(commitment?.kind === "report-commitment");
  assert.ok(commitment.slot >= challenge.slot, "a slot from the challenge's own on");
  await world.clock.advance(180_000);
  const body = world.receipts();
  assert.deepEqual(body.reports, []);
  world.reveal(body);
  await world.clock.advance(10_000);
  const [late] = world.submitted("late-receipt");
  assert.ok(late?.kind === "late-receipt");
  assert.equal(late.acknowledgement, undefined);
  assert.deepEqual(messageHash(late.evidence.signed), commitment.reportHash);
  assert.equal(world.submitted("report-commitment").length, 1);
  await world.dispose();
});

test("an acknowledgement by anyone but the challenger counts for nothing", async () => {
  const world = new World();
  for (const key of [target, near, challenger]) await world.start(key);
  await world.drawTarget(await world.drawSlot());
  world.broker.losing = "kd/report/";
  world.hear(near, world.heard());
  await settle();
  const forged = forgedAcknowledgement(world);
  world.broker.losing = undefined;
  world.broker.publish(`kd/to/${near.address}/ack`, forged);
  world.broker.losing = "kd/report/";
  await world.clock.advance(120_000);
  assert.equal(world.submitted("report-commitment").length, 1, "it still lacks the real one");
  await world.dispose();
});

/** Mallory heard the beacon too, and knows the hash of what `near` reports. */
function forgedAcknowledgement(world: World): Uint8Array {
  const rows = world.benches.get(near)?.store.scope("challenges").scope("evidence").range() ?? [];
  const [row] = [...rows];
  assert.ok(row, "the report is on disk");
  const mallory = keyOf("mallory");
  const signed: Acknowledgement = signMessage({
    chainId: CHAIN_ID,
    signer: mallory,
    body: {
      kind: "acknowledgement",
      challenge,
      challenger: mallory.address,
      subject: near.address,
      reportHash: row[0],
      acknowledgedAt: world.clock.now(),
    },
  });
  return encode(signed);
}

function encode(message: Acknowledgement): Uint8Array {
  const bytes = encodeMessage(message);
  assert.equal(decodeMessage(bytes).kind, "acknowledgement");
  return bytes;
}

test("a forger's beacons cost the hotspot at most its daily budget of commitments", async () => {
  const world = new World();
  await world.start(near);
  for (let i = 0; i < 60; i++) {
    const payload = new Uint8Array(52).fill(i);
    payload[0] = 0xe0;
    world.hear(near, frameOf(payload, { receivedAt: world.clock.now() }));
    await world.clock.advance(120_000);
  }
  assert.equal(world.submitted("report-commitment").length, 24);
  await world.dispose();
});

test("presence is said when nothing else kept the hotspot active for half a window", async () => {
  const world = new World();
  const cell = cellNorth(1);
  const setActive = (changes: Partial<HotspotView>) =>
    world.ledger.hotspotViews.set(near.address, hotspotView(near.address, cell, changes));
  setActive({ lastActiveAt: world.ledger.protocolTime });
  await world.start(near);
  await world.clock.advance(23 * 3600 * 1000);
  assert.equal(world.submitted("presence").length, 0);
  await world.clock.advance(2 * 3600 * 1000);
  assert.equal(world.submitted("presence").length, 1);
  await world.dispose();
});
