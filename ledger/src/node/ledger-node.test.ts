import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createMetrics, Fault, silentLog } from "@katydid/platform";
import { commitFlaw, equalBytes, headerHash, type Motes, toHex, tokens } from "@katydid/protocol";
import type { LedgerEvent } from "../client/client.ts";
import { keysOf } from "../transition/testing.ts";
import { LedgerNode } from "./ledger-node.ts";
import { ManualClock, MemoryStore, TestNode, testGenesis } from "./testing.ts";

const bob = keysOf("bob").address;
const payBob = (amount: Motes) => ({
  kind: "transfer" as const,
  payments: [{ payee: bob, motes: amount, memo: new Uint8Array(0) }],
});

describe("ledger node", () => {
  test("a transfer goes through mempool and block", async () => {
    await using chain = await TestNode.open();
    const outcome = await chain.sender("rich").send(payBob(tokens(3)));
    assert.ok(outcome.outcome === "accepted");
    assert.equal(await chain.client.transaction(outcome.id), undefined);
    await chain.blocks();
    assert.equal((await chain.client.account(bob)).motes, tokens(3));
    const view = await chain.client.transaction(outcome.id);
    assert.deepEqual(view, { id: outcome.id, height: 1, kind: "transfer", outcome: "applied" });
    assert.equal((await chain.client.status()).height, 1);
    chain.node.state.assertConsistent();
  });

  test("blocks are chained: root, hashes and commits of one lead to the next", async () => {
    await using chain = await TestNode.open();
    await chain.sender("rich").send(payBob(tokens(1)));
    await chain.blocks();
    const rootAfterOne = chain.node.queries.status().stateRoot;
    await chain.blocks();
    const [one, two] = [chain.node.block(1), chain.node.block(2)];
    assert.ok(one !== undefined && two !== undefined);
    const { header } = two.block;
    assert.equal(toHex(header.appHash), rootAfterOne);
    assert.ok(equalBytes(header.lastBlockId.hash, headerHash(one.block.header)));
    assert.deepEqual(two.block.lastCommit, one.commit);
    const validators = [{ publicKey: keysOf("producer").publicKey, power: 1 }];
    const { id: blockId, commit } = two;
    const check = { chainId: chain.node.chainId, height: 2, blockId, commit, validators };
    assert.equal(commitFlaw(check), undefined);
    assert.equal(commitFlaw({ ...check, blockId: one.id }), "wrong-block");
  });

  test("finalize writes nothing, and says the same twice", async () => {
    await using chain = await TestNode.open();
    const { node, producer, store } = chain;
    await chain.sender("rich").send(payBob(tokens(1)));
    const crashed = store.copy();
    store.failAfter(0);
    await assert.rejects(producer.produce(), /the machine died/);
    assert.equal(node.height, 0);
    assert.deepEqual([...store.range()], [...crashed.range()]);
    assert.equal((await chain.client.account(bob)).motes, 0n);
  });

  test("a stored block above the state is replayed at start", async () => {
    const store = new MemoryStore();
    const clock = new ManualClock();
    const chain = await TestNode.open({ store, clock });
    await chain.blocks(2);
    await chain.sender("rich").send(payBob(tokens(5)));
    // The block is stored; the machine dies before its state is.
    store.failAfter(1);
    await assert.rejects(chain.producer.produce(), /the machine died/);
    store.failAfter(Number.POSITIVE_INFINITY);
    await using again = await TestNode.open({ store, clock });
    assert.equal(again.node.height, 3);
    assert.equal((await again.client.account(bob)).motes, tokens(5));
    again.node.state.assertConsistent();
    await again.blocks(2);
    assert.equal(again.node.height, 5);
  });

  test("a replayed node is the one that never stopped", async () => {
    const store = new MemoryStore();
    const chain = await TestNode.open({ store });
    await chain.addHotspots(3);
    const early = store.copy();
    await chain.sender("rich").send(payBob(tokens(5)));
    await chain.blocks(4);
    // The older state, with the blocks of the newer store.
    const blocks = [...store.range()].filter(([key]) => key[0] === 4);
    await early.commit(blocks.map(([key, value]) => ({ key, value })));
    await using again = await TestNode.open({ store: early });
    assert.deepEqual(again.node.queries.status(), chain.node.queries.status());
    assert.deepEqual([...early.range()], [...store.range()]);
  });

  test("a restart goes on with the producer's hash chain, across its end", async () => {
    const store = new MemoryStore();
    const clock = new ManualClock();
    const chainLength = 6;
    const first = await TestNode.open({ store, clock, chainLength });
    await first.blocks(5);
    await using second = await TestNode.open({ store, clock, chainLength });
    await second.blocks(15);
    assert.equal(second.node.height, 20);
    const link = new Uint8Array(32);
    const producer = keysOf("producer");
    assert.throws(
      () => second.node.propose({ link, producer }),
      (error) => error instanceof Fault && error.data.reason === "link-mismatch",
    );
  });

  test("a store of another chain or version is refused with what to do", async () => {
    const store = new MemoryStore();
    await using chain = await TestNode.open({ store });
    await chain.blocks();
    const common = { clock: new ManualClock(), log: silentLog, metrics: createMetrics() };
    const genesis = { ...testGenesis(), chainId: "another" };
    await assert.rejects(
      LedgerNode.open({ ...common, store, genesis }),
      isFault("store-other-chain"),
    );
    const damaged = store.copy();
    const [row] = [...store.range()].filter(([key]) => key[0] === 2);
    assert.ok(row !== undefined);
    await damaged.commit([{ key: row[0], value: undefined }]);
    await assert.rejects(
      LedgerNode.open({ ...common, store: damaged, genesis: testGenesis() }),
      isFault("store-corrupt"),
    );
    const newer = store.copy();
    const [version] = [...store.range()].filter(([key]) => Buffer.from(key).includes("version"));
    assert.ok(version !== undefined);
    await newer.commit([{ key: version[0], value: Uint8Array.of(0, 0, 0, 9) }]);
    await assert.rejects(
      LedgerNode.open({ ...common, store: newer, genesis: testGenesis() }),
      isFault("store-version"),
    );
  });

  test("a foreign or tampered block is refused whole", async () => {
    await using chain = await TestNode.open();
    const { node } = chain;
    await chain.blocks(2);
    const last = node.block(2);
    assert.ok(last !== undefined);
    assert.deepEqual(node.finalize(last), {
      outcome: "refused",
      flaw: { reason: "height-mismatch" },
    });
    await chain.clock.advance(1000);
    await using twin = await TestNode.open({ store: chain.store.copy(), clock: chain.clock });
    await twin.producer.produce();
    const good = twin.node.block(3);
    assert.ok(good !== undefined);
    const header = { ...good.block.header, appHash: new Uint8Array(32) };
    const forged = { ...good, block: { ...good.block, header } };
    const outcome = node.finalize(forged);
    assert.ok(outcome.outcome === "refused");
    assert.equal(outcome.flaw.reason, "state-root-mismatch");
    assert.equal(node.finalize(good).outcome, "finalized");
  });

  test("events of past blocks are kept for a while, and resumed in order, each once", async () => {
    const limits = { index: { eventBlocksMax: 4, challengesMax: 10, rewardEpochsMax: 10 } };
    await using chain = await TestNode.open({ limits });
    const live: LedgerEvent[] = [];
    chain.node.watch({}, (event) => live.push(event));
    await chain.blocks(3);
    const after = live.at(0)?.sequence;
    assert.ok(after !== undefined);
    const resumed: LedgerEvent[] = [];
    chain.node.watch({ after }, (event) => resumed.push(event));
    await chain.blocks(1);
    await chain.clock.advance(0);
    assert.deepEqual(resumed, live.slice(1));
    await chain.blocks(4);
    const late: LedgerEvent[] = [];
    chain.node.watch({ after, kinds: ["block"] }, (event) => late.push(event));
    await chain.clock.advance(0);
    assert.deepEqual(
      late.map(({ height }) => height as number),
      [5, 6, 7, 8],
    );
  });

  test("blocks beyond the bound are forgotten, with the index of their transactions", async () => {
    await using chain = await TestNode.open({ limits: { blocksMax: 2 } });
    const outcome = await chain.sender("rich").send(payBob(tokens(1)));
    assert.ok(outcome.outcome === "accepted");
    await chain.blocks(2);
    assert.ok(chain.node.block(1) !== undefined);
    await chain.blocks(1);
    assert.equal(chain.node.block(1), undefined);
    assert.equal(await chain.client.transaction(outcome.id), undefined);
    await using again = await TestNode.open({ store: chain.store, clock: chain.clock });
    assert.equal(again.node.height, 3);
  });

  test("a challenge's verdicts, its hotspots and its rewards are found again", async () => {
    await using chain = await TestNode.open();
    const hotspots = await chain.addHotspots(4);
    const view = await chain.playChallenge({ hotspots: 4, hear: "all" });
    assert.equal(view.state, "settled");
    assert.equal(view.witnesses.length, 2);
    assert.deepEqual(chain.node.queries.challenge(view.challenge), view);
    for (const hotspot of [view.challenger, view.target, view.witnesses[0]?.witness]) {
      assert.ok(hotspot !== undefined);
      const { items } = chain.node.queries.challengesOf(hotspot);
      assert.ok(items.some(({ challenge }) => challenge.slot === view.challenge.slot));
    }
    const ended = await chain.untilEvent("epoch-ended");
    assert.equal(chain.node.queries.epoch(ended.epoch)?.paid, ended.paid);
    const paid = hotspots.flatMap((hotspot) => chain.node.queries.rewardsOf(hotspot).items);
    assert.ok(paid.some(({ kind }) => kind === "witness"));
    const pages = await allPages((cursor) => chain.node.queries.hotspots({ limit: 1, ...cursor }));
    assert.deepEqual(pages.map(({ address }) => address).sort(), [...hotspots].sort());
  });

  test("challenges beyond the bound are forgotten, the oldest first", async () => {
    const limits = { index: { eventBlocksMax: 50, challengesMax: 1, rewardEpochsMax: 10 } };
    await using chain = await TestNode.open({ limits });
    await chain.addHotspots(3);
    const first = await chain.playChallenge({ hotspots: 3, hear: "all" });
    const second = await chain.playChallenge({ hotspots: 3, hear: "all" });
    assert.equal(chain.node.queries.challenge(first.challenge), undefined);
    assert.deepEqual(chain.node.queries.challenge(second.challenge), second);
    const { items } = chain.node.queries.challengesOf(first.challenger);
    assert.ok(!items.some(({ challenge }) => challenge.slot === first.challenge.slot));
  });
});

async function allPages<T>(
  read: (cursor: { cursor?: string }) => { items: readonly T[]; cursor?: string },
): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: { cursor?: string } = {};
  for (let pages = 0; pages < 20; pages += 1) {
    const page = read(cursor);
    items.push(...page.items);
    if (page.cursor === undefined) return items;
    cursor = { cursor: page.cursor };
  }
  throw new Error("pages do not end");
}

function isFault(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Fault && error.code === code;
}
