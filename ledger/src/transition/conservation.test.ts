import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Dc,
  dc,
  fromHex,
  type Motes,
  microUsd,
  milliseconds,
  sha256,
  signMessage,
  type Transaction,
  tokens,
  utf8,
  verifySignature,
} from "@katydid/protocol";
import fc from "fast-check";
import { ActiveIndex } from "./active-index.ts";
import { applyBlock } from "./apply-block.ts";
import { nameOf, openBody, type Played, reveal, sortedByKey } from "./challenge-testing.ts";
import { auditSupply, checkConservation } from "./conservation.ts";
import { supplyOf } from "./draft.ts";
import { genesisDraft } from "./genesis.ts";
import { addHotspots, CHAIN_ID, keysOf, type TestBody, TestChain } from "./testing.ts";
import type { BlockResult } from "./types.ts";

const people = ["rich", "alice", "router", "producer"];
const hotspots = ["h0", "h1", "h2", "h3", "h4"];
const endpoints = ["mqtt://127.0.0.1:1883"];

interface Op {
  readonly kind: string;
  readonly from: number;
  readonly to: number;
  readonly amount: number;
  readonly afterMs: number;
}

const kinds = [
  "transfer",
  "burn",
  "price",
  "add",
  "presence",
  "open-channel",
  "redeem",
  "close",
  "open-challenge",
  "reveal",
  "commit",
  "nothing",
];

const op = fc.record<Op>({
  kind: fc.constantFrom(...kinds),
  from: fc.nat(9),
  to: fc.nat(9),
  amount: fc.oneof(fc.nat(20_000), fc.nat(2 ** 31 - 1)),
  afterMs: fc.constantFrom(1, 900, 2000, 5000, 10_000, 60_000),
});

/** Drives a chain with whatever a sequence says; most of it holds, some does not. */
class Player {
  readonly chain = new TestChain({
    accounts: [
      { name: "rich", motes: tokens(1_000_000), dc: dc(50_000_000n) },
      { name: "alice", motes: tokens(3) },
    ],
    oracles: ["alice"],
  });
  readonly #channels: Uint8Array[] = [];
  readonly #played: Played[] = [];
  readonly #opened = new Map<string, Uint8Array>();

  constructor() {
    addHotspots(this.chain, hotspots.length - 1);
    const router = keysOf("router").address;
    const register = { kind: "register-router", router, endpoints, slabs: 1 } as const;
    this.chain.block({ transactions: [this.chain.sign("rich", register, "router")] });
  }

  play(step: Op): void {
    const transaction = this.#transaction(step);
    const transactions = transaction === undefined ? [] : [transaction];
    const outcome = this.chain.tryBlock({ transactions, afterMs: step.afterMs });
    assert.equal(outcome.outcome, "applied");
    if (outcome.outcome === "applied") this.#remember(outcome);
  }

  #remember({ events, results }: BlockResult): void {
    const [result] = results;
    if (result?.kind === "open-channel" && result.outcome === "applied") {
      this.#channels.push(fromHex(result.id));
    }
    for (const event of events) {
      if (event.kind === "slot-drawn") this.#slot = event;
      if (event.kind !== "target-drawn") continue;
      const secret = this.#opened.get(`${event.challenge.slot}`);
      if (secret === undefined) continue;
      this.#played.push({
        challenge: event.challenge,
        challenger: nameOf(hotspots, event.challenger),
        target: nameOf(hotspots, event.target),
        targetEntropy: event.targetEntropy,
        secret,
        deadlineAt: event.deadlineAt,
      });
    }
  }
  #slot: { slot: number; challengers: readonly string[] } | undefined;

  #transaction(step: Op): Transaction | undefined {
    const person = people[step.from % 2] as string;
    const hotspot = hotspots[step.to % hotspots.length] as string;
    const { chain } = this;
    switch (step.kind) {
      case "open-challenge":
        return this.#open();
      case "reveal":
        return this.#reveal(step);
      case "add": {
        const owner = keysOf("alice").address;
        const nonceHash = sha256(utf8("nonce"));
        const body = { kind: "add-hotspot", hotspot: keysOf(hotspot).address, owner, nonceHash };
        return chain.sign(person, body as TestBody, "alice", hotspot);
      }
      case "presence":
        return chain.sign(hotspot, { kind: "presence" });
      case "commit": {
        const slot = this.#slot?.slot ?? 0;
        const reportHash = sha256(utf8(`${step.amount}`));
        return chain.sign(hotspot, { kind: "report-commitment", slot, reportHash });
      }
      case "redeem":
        return this.#redeem(step, hotspot);
      case "close":
        return this.#close(step);
      default:
        return this.#money(step, person);
    }
  }

  #money(step: Op, person: string): Transaction | undefined {
    const { chain } = this;
    const payee = keysOf(people[step.to % people.length] as string).address;
    const motes = BigInt(step.amount) as Motes;
    switch (step.kind) {
      case "transfer": {
        const payments = [{ payee, motes, memo: new Uint8Array(0) }];
        return chain.sign(person, { kind: "transfer", payments });
      }
      case "burn":
        return chain.sign(person, { kind: "burn", motes, beneficiary: payee });
      case "price":
        return chain.sign("alice", {
          kind: "price-report",
          priceMicroUsd: microUsd(1 + step.amount),
        });
      case "open-channel": {
        const expiresAt = milliseconds(chain.now + 45_000);
        const depositDc = dc(10_000n + BigInt(step.amount % 100_000));
        const router = keysOf("router").address;
        return chain.sign("rich", { kind: "open-channel", router, depositDc, expiresAt });
      }
      default:
        return undefined;
    }
  }

  #open(): Transaction | undefined {
    const slot = this.#slot;
    const challenger = slot?.challengers[0];
    if (slot === undefined || challenger === undefined) return undefined;
    const secret = sha256(utf8(`secret ${slot.slot}`));
    this.#opened.set(`${slot.slot}`, secret);
    const name = nameOf(hotspots, challenger as never);
    return this.chain.sign(name, openBody({ slot: slot.slot, index: 0 }, secret));
  }

  #reveal(step: Op): Transaction | undefined {
    const played = this.#played.pop();
    if (played === undefined) return undefined;
    const witnesses = hotspots
      .slice(0, 4)
      .filter((name) => name !== played.challenger && name !== played.target)
      .slice(0, step.to % 4);
    return reveal(this.chain, played, witnesses);
  }

  #redeem(step: Op, hotspot: string): Transaction | undefined {
    const channel = this.#channels.at(-1 - (step.from % 2));
    if (channel === undefined) return undefined;
    const voucher = signMessage({
      chainId: CHAIN_ID,
      signer: keysOf("router"),
      body: {
        kind: "voucher",
        channel,
        hotspot: keysOf(hotspot).address,
        cumulativeDc: BigInt(step.amount % 200_000) as Dc,
        cumulativePackets: step.amount,
        sequence: step.amount,
      },
    });
    return this.chain.sign(hotspot, { kind: "redeem-voucher", voucher });
  }

  #close(step: Op): Transaction | undefined {
    const channel = this.#channels.at(-1 - (step.from % 2));
    if (channel === undefined) return undefined;
    const summaries = sortedByKey(hotspots.slice(0, step.to % 4)).map((name) => ({
      hotspot: keysOf(name).address,
      cumulativeDc: BigInt(step.amount % 50_000) as Dc,
      cumulativePackets: 1,
    }));
    const more = step.from % 3 === 0;
    return this.chain.sign("router", { kind: "close-channel", channel, summaries, more });
  }
}

test("motes and DC are conserved whatever happens, block by block", () => {
  // `TestChain` audits after every block; running on makes every deadline pass.
  fc.assert(
    fc.property(fc.array(op, { minLength: 20, maxLength: 60 }), (ops) => {
      const player = new Player();
      for (const step of ops) player.play(step);
      player.chain.runUntil(player.chain.now + 400_000, 10_000);
    }),
    { numRuns: 25, seed: 7 },
  );
});

test("a block's writes do not depend on what an index has seen before", () => {
  const player = new Player();
  const { chain } = player;
  chain.runUntil(30_000);
  const block = {
    height: (chain.height + 1) as never,
    blockTime: milliseconds(chain.blockTime + 5000),
    proposer: new Uint8Array(20),
    link: new Uint8Array(32),
    transactions: [],
  };
  const refused = applyBlock(chain.view, block, {
    verify: verifySignature,
    index: new ActiveIndex(),
  });
  assert.equal(refused.outcome === "refused" && refused.refusal.reason, "proposer-unknown");
  const twin = new Player();
  twin.chain.runUntil(30_000);
  Object.assign(twin.chain, { index: new ActiveIndex() });
  for (const steps of [3, 7, 11]) {
    chain.runUntil(30_000 + steps * 1000);
    Object.assign(twin.chain, { index: new ActiveIndex() });
    twin.chain.runUntil(30_000 + steps * 1000);
    assert.equal(twin.chain.view.dump(), chain.view.dump());
  }
});

test("the audit finds money out of nowhere, and a total that left its rows", () => {
  const { view } = new TestChain();
  assert.deepEqual(auditSupply(view), []);
  const supply = supplyOf(view);
  const more = { ...supply, balances: (supply.balances + 1n) as Motes };
  assert.equal(checkConservation(more).length, 1);
  const draft = genesisDraft({
    chainId: CHAIN_ID,
    time: milliseconds(0),
    params: "minimal",
    producer: {
      owner: keysOf("rich").address,
      stakeMotes: tokens(1),
      producerKey: keysOf("rich").publicKey,
      chainTip: new Uint8Array(32),
      chainLength: 1,
    },
    oracles: [],
    priceMicroUsd: microUsd(1),
    accounts: [],
  });
  draft.putAccount(keysOf("rich").address, { ...draft.account(keysOf("rich").address), nonce: 1 });
  assert.deepEqual(auditSupply(draft), []);
  const account = draft.account(keysOf("rich").address);
  draft.putAccount(keysOf("rich").address, { ...account, motes: tokens(1) });
  assert.equal(auditSupply(draft).length, 1);
});
