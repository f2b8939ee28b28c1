/** A challenge among real agents, with a ledger that a test plays. */
import assert from "node:assert/strict";
import type { ReceivedFrame } from "@katydid/firmware";
import {
  beaconPayload,
  type Cell,
  type ChallengeReceipts,
  cellAt,
  type KeyPair,
  milliseconds,
  type OpenChallenge,
  payloadHash,
  sha256,
  toHex,
  utf8,
} from "@katydid/protocol";
import { keyOf } from "./fixtures.ts";
import { LoopbackBroker } from "./loopback-broker.ts";
import type { MemoryStore } from "./memory-store.ts";
import { agentAmong, type TestBench } from "./test-agent.ts";
import { settle, TestClock } from "./test-clock.ts";
import { frameOf } from "./test-concentrator.ts";
import { hotspotView, TestLedger } from "./test-ledger.ts";

export const challenger = keyOf("challenger");
export const target = keyOf("target");
export const near = keyOf("witness 1 km away");
export const far = keyOf("witness 5 km away");
export const beside = keyOf("witness in the next room");
export const stranger = keyOf("a key that the ledger does not know");
export const challenge = { slot: 16, index: 0 };
export const targetEntropy = sha256(utf8("entropy"));

export function cellNorth(kilometers: number): Cell {
  return cellAt({ latDegrees: 48 + kilometers / 111.2, lngDegrees: 11 }, 12);
}

export const cells: readonly (readonly [KeyPair, Cell])[] = [
  [challenger, cellNorth(30)],
  [target, cellNorth(0)],
  [near, cellNorth(1)],
  [far, cellNorth(5)],
  [beside, cellNorth(0.01)],
];

export class ChallengeWorld {
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
      ...(body.receipt !== undefined && { receiptedAt: body.receipt.acknowledgedAt }),
      reported,
      reportedAt: body.reports.map(({ acknowledgedAt }) => acknowledgedAt),
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
