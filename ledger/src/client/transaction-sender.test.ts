import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cellAt, type Db, type Motes, minimalParams, tokens } from "@katydid/protocol";
import { mempoolLimits } from "../node/mempool.ts";
import { TestNode } from "../node/testing.ts";
import { CHAIN_ID, keysOf } from "../transition/testing.ts";
import type { LedgerClient } from "./client.ts";
import { SENDER_QUEUE_MAX, TransactionSender } from "./transaction-sender.ts";

const gift = (motes: Motes = tokens(1)) => ({
  kind: "transfer" as const,
  payments: [{ payee: keysOf("bob").address, motes, memo: new Uint8Array(0) }],
});

describe("transaction sender", () => {
  test("many sent at once get nonces in their order", async () => {
    await using chain = await TestNode.open();
    const sender = chain.sender("rich");
    const outcomes = await Promise.all([1, 2, 3].map(() => sender.send(gift())));
    assert.deepEqual(
      outcomes.map(({ outcome }) => outcome),
      ["accepted", "accepted", "accepted"],
    );
    await chain.blocks();
    assert.equal(chain.node.queries.account(keysOf("bob").address).motes, tokens(3));
  });

  test("two senders of one actor, and a restart, meet the nonce again", async () => {
    await using chain = await TestNode.open();
    const [one, two] = [chain.sender("rich"), chain.sender("rich")];
    for (const sender of [one, two, two, one, chain.sender("rich")]) {
      assert.equal((await sender.send(gift())).outcome, "accepted");
    }
    await chain.blocks();
    assert.equal(chain.node.queries.account(keysOf("rich").address).nonce, 5);
  });

  test("a location that is free is sent free where the owner does not pay", async () => {
    await using chain = await TestNode.open();
    await chain.addHotspots(1);
    const { items } = chain.node.queries.hotspots();
    assert.ok(items[0]?.cell !== undefined);
    const again = await chain.sender("rich").send({
      kind: "assert-location",
      hotspot: keysOf("h0").address,
      cell: cellAt({ latDegrees: 40.1, lngDegrees: -105 }, 12),
      gainDbi: 3 as Db,
      elevationMeters: 2,
    });
    assert.equal(again.outcome, "accepted");
  });

  test("what the ledger refuses for itself is told, and does not hold up what follows", async () => {
    await using chain = await TestNode.open();
    const sender = chain.sender("rich");
    const tooMuch = await sender.send(gift(tokens(2_000_000)));
    assert.ok(tooMuch.outcome === "refused");
    assert.equal(tooMuch.reason, "balance-too-low");
    assert.equal((await sender.send(gift())).outcome, "accepted");
  });

  test("a full mempool is told, and later it goes on", async () => {
    const limits = { mempool: { ...mempoolLimits, perActorMax: 1 } };
    await using chain = await TestNode.open({ limits });
    const sender = chain.sender("rich");
    assert.equal((await sender.send(gift())).outcome, "accepted");
    const full = await sender.send(gift());
    assert.ok(full.outcome === "refused" && full.reason === "mempool-actor-full");
    await chain.blocks();
    assert.equal((await sender.send(gift())).outcome, "accepted");
  });

  test("its queue is bounded; a ledger that is away rejects and lets the next one try", async () => {
    await using chain = await TestNode.open();
    let away = true;
    const client: Pick<LedgerClient, "status" | "account" | "submit"> = {
      status: () => chain.client.status(),
      account: (address) => chain.client.account(address),
      submit: (bytes) => (away ? Promise.reject(new Error("away")) : chain.client.submit(bytes)),
    };
    const common = { chainId: CHAIN_ID, params: minimalParams, clock: chain.clock };
    const sender = new TransactionSender({ client, signer: keysOf("rich"), ...common });
    const sent = Array.from({ length: SENDER_QUEUE_MAX }, () => sender.send(gift()));
    const beyond = await sender.send(gift());
    assert.ok(beyond.outcome === "refused" && beyond.reason === "queue-full");
    const settled = await Promise.allSettled(sent);
    assert.ok(settled.every(({ status }) => status === "rejected"));
    away = false;
    assert.equal((await sender.send(gift())).outcome, "accepted");
  });
});
