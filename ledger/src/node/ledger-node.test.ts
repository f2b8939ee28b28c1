import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Motes, tokens } from "@katydid/protocol";
import { keysOf, TestNode } from "./testing.ts";

const payBob = (amount: Motes) => ({
  kind: "transfer" as const,
  payments: [{ payee: keysOf("bob").address, motes: amount, memo: new Uint8Array(0) }],
});

describe("ledger node", () => {
  test("a transfer goes through mempool and block", async () => {
    await using chain = await TestNode.open();
    const outcome = await chain.sender("rich").send(payBob(tokens(3)));
    assert.equal(outcome.outcome, "accepted");
    assert.ok(outcome.outcome === "accepted");
    assert.equal(await chain.client.transaction(outcome.id), undefined);
    await chain.blocks();
    assert.equal((await chain.client.account(keysOf("bob").address)).motes, tokens(3));
    const view = await chain.client.transaction(outcome.id);
    assert.deepEqual(view, { id: outcome.id, height: 1, kind: "transfer", outcome: "applied" });
    const status = await chain.client.status();
    assert.equal(status.height, 1);
    chain.node.state.assertConsistent();
  });
});
