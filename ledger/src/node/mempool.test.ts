import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Dc,
  encodeTransaction,
  type Height,
  type Motes,
  minimalParams,
  signTransaction,
  type Transaction,
  type Transfer,
  tokens,
  withLeastFee,
} from "@katydid/protocol";
import { nextContext } from "../transition/index.ts";
import { CHAIN_ID, keysOf } from "../transition/testing.ts";
import { Mempool, mempoolLimits } from "./mempool.ts";
import { TestNode } from "./testing.ts";

interface Payment {
  readonly from?: string;
  readonly to?: string;
  readonly nonce: number;
  readonly motes?: Motes;
  readonly expiryHeight?: number;
  readonly signer?: string;
}

function transfer(payment: Payment): Transaction {
  const { from = "rich", to = "bob", nonce, motes = tokens(1), expiryHeight = 0 } = payment;
  const body: Transfer = {
    kind: "transfer",
    actor: keysOf(from).address,
    nonce,
    feeDc: 0n as Dc,
    expiryHeight: expiryHeight as Height,
    payments: [{ payee: keysOf(to).address, motes, memo: new Uint8Array(0) }],
  };
  const signer = { ...keysOf(payment.signer ?? from), address: keysOf(from).address };
  const signed = withLeastFee({ params: minimalParams, body });
  return signTransaction({ chainId: CHAIN_ID, body: signed, signers: [signer] });
}

const submit = (chain: TestNode, payment: Payment) =>
  chain.node.submit(encodeTransaction(transfer(payment)));
const reasonOf = (outcome: ReturnType<TestNode["node"]["submit"]>) =>
  outcome.outcome === "accepted" ? "accepted" : outcome.reason;

describe("mempool", () => {
  test("nonces follow what waits, not only what is committed", async () => {
    await using chain = await TestNode.open();
    assert.equal(reasonOf(submit(chain, { nonce: 1 })), "accepted");
    assert.equal(reasonOf(submit(chain, { nonce: 2 })), "accepted");
    const early = submit(chain, { nonce: 4 });
    assert.deepEqual(early, {
      outcome: "refused",
      reason: "nonce-mismatch",
      detail: { expected: 3, actual: 4 },
    });
    await chain.blocks();
    assert.equal(chain.node.queries.account(keysOf("rich").address).nonce, 2);
  });

  test("what came in may be spent before it is in a block", async () => {
    await using chain = await TestNode.open();
    const spend = { from: "carol", to: "dave", nonce: 1, motes: tokens(1) };
    assert.equal(reasonOf(submit(chain, spend)), "actor-unknown");
    submit(chain, { to: "carol", nonce: 1, motes: tokens(2) });
    assert.equal(reasonOf(submit(chain, spend)), "accepted");
    await chain.blocks();
    assert.equal(chain.node.queries.account(keysOf("dave").address).motes, tokens(1));
  });

  test("submitting again is no second transaction, in the mempool as after the block", async () => {
    await using chain = await TestNode.open();
    assert.equal(reasonOf(submit(chain, { nonce: 1 })), "accepted");
    // Not "accepted": two who share a key and pay the same must not think that both have paid.
    const again = { expected: 2, actual: 1 };
    const refusal = { outcome: "refused", reason: "nonce-mismatch", detail: again };
    assert.deepEqual(submit(chain, { nonce: 1 }), refusal);
    await chain.blocks();
    assert.deepEqual(submit(chain, { nonce: 1 }), refusal);
    assert.equal(chain.node.queries.account(keysOf("bob").address).motes, tokens(1));
  });

  test("what no encoder wrote is malformed, a wrong signature is told", async () => {
    await using chain = await TestNode.open();
    assert.equal(reasonOf(chain.node.submit(Uint8Array.of(1, 2, 3))), "malformed");
    const bytes = encodeTransaction(transfer({ nonce: 1 }));
    const longer = new Uint8Array([...bytes, 0]);
    assert.equal(reasonOf(chain.node.submit(longer)), "malformed");
    assert.equal(reasonOf(submit(chain, { nonce: 1, signer: "eve" })), "signature-invalid");
  });

  const bounds = [
    ["transactions", { transactionsMax: 2 }, "mempool-full"],
    ["bytes", { bytesMax: 400 }, "mempool-bytes-full"],
    ["one actor's share", { perActorMax: 2 }, "mempool-actor-full"],
  ] as const;
  for (const [what, bound, reason] of bounds) {
    test(`is bounded in ${what}, and takes more after a block`, async () => {
      const limits = { mempool: { ...mempoolLimits, ...bound } };
      await using chain = await TestNode.open({ limits });
      assert.equal(reasonOf(submit(chain, { nonce: 1 })), "accepted");
      assert.equal(reasonOf(submit(chain, { nonce: 2 })), "accepted");
      assert.equal(reasonOf(submit(chain, { nonce: 3 })), reason);
      await chain.blocks();
      assert.equal(reasonOf(submit(chain, { nonce: 3 })), "accepted");
    });
  }

  test("one actor's full share leaves room for another", async () => {
    const limits = { mempool: { ...mempoolLimits, perActorMax: 1 } };
    await using chain = await TestNode.open({ limits });
    submit(chain, { nonce: 1 });
    assert.equal(reasonOf(submit(chain, { nonce: 2 })), "mempool-actor-full");
    assert.equal(reasonOf(submit(chain, { from: "oracle", nonce: 1 })), "accepted");
  });

  test("what no longer holds is dropped with what leans on it, the rest stays", async () => {
    await using chain = await TestNode.open();
    await chain.addHotspots(2);
    const nonce = chain.node.queries.account(keysOf("rich").address).nonce + 1;
    submit(chain, { nonce });
    const { node, producer, clock } = chain;
    const link = await linkOfNext(chain);
    // A block that was sealed before the transactions came, by the same producer elsewhere.
    const sealed = node.propose({ link, producer: keysOf("producer") });
    submit(chain, { nonce: nonce + 1, expiryHeight: node.height + 1 });
    submit(chain, { nonce: nonce + 2 });
    submit(chain, { from: "oracle", nonce: 1 });
    const outcome = node.finalize(sealed);
    assert.ok(outcome.outcome === "finalized");
    await node.storeBlock(sealed);
    await node.commit(outcome);
    await clock.advance(1000);
    await producer.produce();
    assert.equal(node.queries.account(keysOf("rich").address).nonce, nonce);
    assert.equal(node.queries.account(keysOf("oracle").address).nonce, 1);
    assert.equal(node.hasTransactions, false);
  });

  test("a block's own bytes for each transaction count towards its limit", async () => {
    await using chain = await TestNode.open();
    const mempool = new Mempool({ chainId: CHAIN_ID, view: chain.node.state });
    const context = nextContext(chain.node.state, {
      blockTime: chain.node.lastBlockTime,
      verify: () => true,
    });
    for (const nonce of [1, 2, 3]) {
      const outcome = mempool.submit(encodeTransaction(transfer({ nonce })), context);
      assert.equal(reasonOf(outcome), "accepted");
    }
    assert.equal(mempool.take(mempool.sizeBytes).length, 2);
    assert.equal(mempool.take(mempool.sizeBytes + 15).length, 3);
  });

  test("a transaction that the block's own time undoes is not proposed", async () => {
    await using chain = await TestNode.open();
    await chain.addHotspots(3);
    const slot = await chain.untilEvent("slot-drawn");
    const challenger = ["h0", "h1", "h2"].find(
      (name) => keysOf(name).address === slot.challengers[0],
    );
    assert.ok(challenger !== undefined);
    const outcome = await chain.sender(challenger).send({
      kind: "open-challenge",
      challenge: { slot: slot.slot, index: 0 },
      secretHash: new Uint8Array(32),
      ephemeralKey: new Uint8Array(32),
    });
    assert.equal(outcome.outcome, "accepted");
    // The window closes while it waits.
    await chain.clock.advance(2 * minimalParams.openSeconds * 1000);
    await chain.producer.produce();
    assert.ok(outcome.outcome === "accepted");
    assert.equal(await chain.client.transaction(outcome.id), undefined);
    assert.equal(chain.node.hasTransactions, false);
    assert.equal(chain.node.block(chain.node.height)?.input.transactions.length, 0);
  });
});

async function linkOfNext(chain: TestNode): Promise<Uint8Array> {
  // Made by a copy, so that this node has not made it.
  await using twin = await TestNode.open({ store: chain.store.copy(), clock: chain.clock });
  await twin.producer.produce();
  const link = twin.node.block(twin.node.height)?.input.link;
  assert.ok(link !== undefined);
  return link;
}
