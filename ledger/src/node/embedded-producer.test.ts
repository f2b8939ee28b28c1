import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Motes, minimalParams, tokens } from "@katydid/protocol";
import { keysOf } from "../transition/testing.ts";
import { EntropyChains } from "./entropy-chain.ts";
import { ManualClock, MemoryStore, settled, TestNode } from "./testing.ts";

const BUSY_MS = minimalParams.blockSecondsBusy * 1000;
const IDLE_MS = minimalParams.blockSecondsIdle * 1000;
const gift = (motes: Motes) => ({
  kind: "transfer" as const,
  payments: [{ payee: keysOf("bob").address, motes, memo: new Uint8Array(0) }],
});

describe("embedded producer", () => {
  test("without work a block comes after the idle time, with work after the busy time", async () => {
    await using chain = await TestNode.open();
    chain.producer.start();
    await chain.clock.advance(BUSY_MS);
    // The epoch's and the slot's work is not due yet, and nobody is there to be drawn.
    assert.equal(chain.node.height, 0);
    await chain.clock.advance(IDLE_MS - BUSY_MS);
    assert.equal(chain.node.height, 1);
    await chain.sender("rich").send(gift(tokens(1)));
    await chain.clock.advance(BUSY_MS - 1);
    assert.equal(chain.node.height, 1);
    await chain.clock.advance(1);
    assert.equal(chain.node.height, 2);
    assert.equal((await chain.client.account(keysOf("bob").address)).motes, tokens(1));
  });

  test("what is due is work: a block comes at that time, not at the next idle one", async () => {
    await using chain = await TestNode.open();
    await chain.addHotspots(3);
    const due = chain.node.workDueAt;
    assert.ok(due !== undefined && due < chain.node.lastBlockTime + IDLE_MS);
    chain.producer.start();
    const before = chain.node.height;
    const at = Math.max(due, chain.node.lastBlockTime + BUSY_MS);
    await chain.clock.advance(at - chain.clock.now());
    assert.equal(chain.node.height, before + 1);
    assert.equal(chain.node.lastBlockTime, at);
  });

  test("after a sleep the next block comes at once, and time is that of now", async () => {
    const store = new MemoryStore();
    const clock = new ManualClock();
    const chain = await TestNode.open({ store, clock });
    await chain.blocks(2);
    await clock.advance(3_600_000);
    await using again = await TestNode.open({ store, clock });
    const before = again.node.queries.status();
    again.producer.start();
    await clock.advance(0);
    const after = again.node.queries.status();
    assert.equal(after.height, before.height + 1);
    assert.equal(after.blockTime, clock.now());
    // Protocol time does not jump: deadlines are open still (protocol.md section 0).
    const advanced = after.protocolTime - before.protocolTime;
    assert.equal(advanced, minimalParams.idleLimitSeconds * 1000);
  });

  test("a store that fails ends it, and says so", async () => {
    await using chain = await TestNode.open();
    chain.producer.start();
    chain.store.failAfter(0);
    await chain.clock.advance(IDLE_MS);
    await assert.rejects(chain.producer.closed, /the machine died/);
    await chain.clock.advance(10 * IDLE_MS);
    assert.equal(chain.node.height, 0);
  });

  test("no block comes after it is disposed", async () => {
    const chain = await TestNode.open();
    chain.producer.start();
    await chain.producer[Symbol.asyncDispose]();
    await chain.producer.closed;
    await chain.clock.advance(10 * IDLE_MS);
    await settled();
    assert.equal(chain.node.height, 0);
  });
});

describe("entropy chains", () => {
  test("each link is the hash of the next, chains follow each other, seeds differ", () => {
    const seed = new Uint8Array(32).fill(7);
    const chains = new EntropyChains({ seed, length: 4 });
    assert.deepEqual(chains.positionOf(4), { number: 0, index: 3 });
    assert.deepEqual(chains.positionOf(5), { number: 1, index: 0 });
    assert.notDeepEqual(chains.link(1), chains.link(5));
    assert.deepEqual(new EntropyChains({ seed, length: 4 }).link(6), chains.link(6));
    const other = new EntropyChains({ seed: new Uint8Array(32).fill(8), length: 4 });
    assert.notDeepEqual(other.link(1), chains.link(1));
  });
});
