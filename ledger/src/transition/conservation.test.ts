import assert from "node:assert/strict";
import { test } from "node:test";
import { type Motes, microUsd, milliseconds, tokens, verifySignature } from "@katydid/protocol";
import fc from "fast-check";
import { ActiveIndex } from "./active-index.ts";
import { applyBlock } from "./apply-block.ts";
import { auditSupply, checkConservation } from "./conservation.ts";
import { supplyOf } from "./draft.ts";
import { genesisDraft } from "./genesis.ts";
import { Player, transactionKinds, turns } from "./player-testing.ts";
import { CHAIN_ID, keysOf, TestChain } from "./testing.ts";

test("motes and DC are conserved over any sequence of any transactions, block by block", () => {
  // `TestChain` audits every row after every block; running on makes every deadline pass.
  const outcomes = new Map<string, number>();
  fc.assert(
    fc.property(turns, (all) => {
      const player = new Player();
      for (const turn of all) player.play(turn);
      player.chain.runUntil(player.chain.now + 400_000, 10_000);
      for (const [name, count] of player.outcomes) {
        outcomes.set(name, (outcomes.get(name) ?? 0) + count);
      }
    }),
    { numRuns: 20, seed: 7 },
  );
  // Each kind of transaction took effect, and each was refused.
  for (const kind of transactionKinds) {
    assert.ok(outcomes.has(`${kind} applied`), `no ${kind} took effect`);
    const names = [...outcomes.keys()].filter((name) => name.startsWith(`${kind} `));
    assert.ok(names.length > 1, `no ${kind} was refused`);
  }
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
