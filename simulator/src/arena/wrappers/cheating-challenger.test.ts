import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CHAIN_ID,
  keyOf,
  LoopbackBroker,
  MemoryStore,
  settle,
  TestClock,
  TestConcentrator,
  TestLedger,
  TestRandom,
} from "@katydid/hotspot-agent/testing";
import type { LedgerEvent } from "@katydid/ledger/client";
import {
  type Address,
  type Bytes32,
  type ChallengeReceipts,
  dc,
  decodeMessage,
  encodeMessage,
  height,
  mainParams,
  milliseconds,
  signMessage,
  toTopic,
  verifyMessage,
} from "@katydid/protocol";
import type { AgentParts } from "../strategy.ts";
import { type ChallengerPlan, cheatingChallenger } from "./cheating-challenger.ts";
import { signedBytes } from "./wrapped-ledger.ts";

const cheat = keyOf("cheat");
const rival = keyOf("rival").address;
const challenge = { slot: 3, index: 0 };
const bytes32 = (fill: number) => new Uint8Array(32).fill(fill) as Bytes32;

class Host {
  readonly clock = new TestClock();
  readonly ledger = new TestLedger(this.clock);
  readonly broker = new LoopbackBroker();
  readonly told: LedgerEvent[] = [];
  readonly parts: AgentParts;

  constructor(plan: ChallengerPlan) {
    const { clock, ledger, broker } = this;
    const parts: AgentParts = {
      ...{ key: cheat, clock, ledger, store: new MemoryStore(), random: new TestRandom() },
      ...{ concentrator: new TestConcentrator(), busTo: () => broker.bus() },
    };
    const gang = { chainId: CHAIN_ID, params: mainParams };
    this.parts = cheatingChallenger(parts, { gang, plan });
    this.parts.ledger.watch({ kinds: ["target-drawn"] }, (event) => this.told.push(event));
  }

  draw(challenger: Address = cheat.address): LedgerEvent | undefined {
    const { ledger } = this;
    ledger.emit({
      ...{ kind: "target-drawn", subjects: [], challenge, challenger, target: rival },
      ...{ targetEntropy: bytes32(1), secretHash: bytes32(2), ephemeralKey: bytes32(3) },
      deadlineAt: milliseconds(ledger.protocolTime + 300_000),
    });
    return this.told.at(-1);
  }

  /** What arrives of a message that the agent publishes. */
  async said(kind: "order" | "ack", payload: Uint8Array): Promise<readonly Uint8Array[]> {
    this.parts.busTo("mqtt://relay").publish(toTopic(rival, kind), payload);
    await settle();
    return this.broker.published.map((message) => message.payload);
  }
}

const acknowledgement = () =>
  encodeMessage(
    signMessage({
      chainId: CHAIN_ID,
      signer: cheat,
      body: {
        ...{ kind: "acknowledgement", challenge, challenger: cheat.address, subject: rival },
        ...{ reportHash: bytes32(4), acknowledgedAt: milliseconds(1000) },
      },
    }),
  );

test("an acknowledgement is withheld, or goes out changed and signed, when its time has come", async () => {
  const mute = new Host({ acknowledge: () => undefined });
  mute.draw();
  assert.deepEqual(await mute.said("ack", acknowledgement()), []);
  const late = new Host({
    acknowledge: (said, { target }) => {
      assert.equal(target, rival);
      return { ...said, acknowledgedAt: laterAt };
    },
  });
  const laterAt = milliseconds(late.clock.now() + 5000);
  late.draw();
  assert.deepEqual(await late.said("ack", acknowledgement()), []);
  await late.clock.advance(5000);
  await settle();
  const bytes = late.broker.published[0]?.payload;
  const message = decodeMessage(bytes ?? new Uint8Array());
  assert.ok(message.kind === "acknowledgement" && message.acknowledgedAt === laterAt);
  assert.ok(verifyMessage({ chainId: CHAIN_ID, message, by: cheat.address }));
});

test("orders go to whom the plan lets them go", async () => {
  const order = Uint8Array.of(1, 2, 3);
  assert.deepEqual(await new Host({ orders: () => false }).said("order", order), []);
  assert.deepEqual(await new Host({ orders: () => true }).said("order", order), [order]);
  assert.deepEqual(await new Host({}).said("order", order), [order]);
});

test("a hasty agent believes in an early deadline of its own challenges, and of no other", () => {
  const host = new Host({ revealAfterMs: 4000 });
  const own = host.draw();
  // The agent reveals a fifth of the timeout before it.
  const expected = host.ledger.protocolTime + 4000 + 60_000;
  assert.ok(own?.kind === "target-drawn" && own.deadlineAt === expected);
  const others = host.draw(keyOf("another challenger").address);
  const due = host.ledger.protocolTime + 300_000;
  assert.ok(others?.kind === "target-drawn" && others.deadlineAt === due);
});

test("the reveal is what the plan makes of it, with the draw that it belongs to", async () => {
  const body: ChallengeReceipts = {
    ...{ kind: "challenge-receipts", actor: cheat.address, nonce: 1, feeDc: dc(0n) },
    ...{ expiryHeight: height(9), challenge, secret: bytes32(5), reports: [] },
    listed: [],
  };
  const bytes = signedBytes({ chainId: CHAIN_ID, body, signer: cheat });
  const listed = [{ witness: rival, reason: "too-late" }];
  const liar = new Host({
    reveal: (revealed, { target }) => ({ ...revealed, listed: target === rival ? listed : [] }),
  });
  liar.draw();
  await liar.parts.ledger.submit(bytes);
  const [submitted] = liar.ledger.submitted;
  assert.ok(submitted?.kind === "challenge-receipts");
  assert.deepEqual(submitted.listed, listed);
  const silent = new Host({ reveal: () => undefined });
  silent.draw();
  assert.equal((await silent.parts.ledger.submit(bytes)).outcome, "refused");
  assert.deepEqual(silent.ledger.submitted, []);
});
