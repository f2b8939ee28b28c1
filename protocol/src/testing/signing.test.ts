import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../bytes/bytes.ts";
import { isChainId } from "../bytes/domain.ts";
import {
  type SignedMessage,
  verifyMessage,
  verifyMessageNative,
} from "../messages/message-codec.ts";
import { mainParams } from "../params.ts";
import { signersOf } from "../transactions/signers.ts";
import type { TransactionBody, TransactionKind } from "../transactions/transaction.ts";
import { encodeTransaction } from "../transactions/transaction-codec.ts";
import {
  feeOf,
  signedBytes,
  signTransaction,
  transactionId,
  unsignedBy,
  withLeastFee,
} from "../transactions/transaction-signing.ts";
import { dc } from "../units.ts";
import {
  sampleChainId as chainId,
  messageSamples,
  sampleKey,
  transactionSamples,
} from "./samples.ts";

const people = ["owner", "hotspot", "witness", "router"].map(sampleKey);
const signedSamples = messageSamples.filter(
  (message): message is SignedMessage => "signature" in message,
);

function sampleOf<Kind extends TransactionKind>(kind: Kind) {
  const found = transactionSamples.find((body) => body.kind === kind);
  assert.ok(found);
  return found as Extract<TransactionBody, { kind: Kind }>;
}

test("a signed message holds by its signer, on its chain, and unchanged", () => {
  assert.equal(signedSamples.length, 9);
  for (const message of signedSamples) {
    const signer = people.find(({ address }) => verifyMessage({ chainId, message, by: address }));
    assert.ok(signer, message.kind);
    const by = signer.address;
    assert.ok(verifyMessageNative({ chainId, message, by }));
    assert.ok(!verifyMessageNative({ chainId: "elsewhere", message, by }));
    const [changed = 0, ...rest] = message.signature;
    const forged = { ...message, signature: Uint8Array.of(changed ^ 1, ...rest) };
    assert.ok(!verifyMessageNative({ chainId, message: forged, by }));
    for (const other of people) {
      assert.equal(verifyMessageNative({ chainId, message, by: other.address }), other === signer);
    }
  }
});

test("ids differ by chain and by every body, and not by signature", () => {
  const ids = transactionSamples.map((body) => toHex(transactionId({ chainId, body })));
  assert.equal(new Set(ids).size, transactionSamples.length);
  const body = sampleOf("burn");
  const elsewhere = transactionId({ chainId: "elsewhere", body });
  assert.notEqual(toHex(elsewhere), toHex(transactionId({ chainId, body })));
});

test("signers come once each, the actor first", () => {
  const [owner, hotspot, witness] = people.map(({ address }) => address);
  assert.ok(owner && hotspot && witness);
  const added = sampleOf("add-hotspot");
  assert.deepEqual(signersOf(added), [owner, witness, hotspot]);
  assert.deepEqual(signersOf({ ...added, owner }), [owner, hotspot]);
  const registered = sampleOf("register-router");
  assert.deepEqual(signersOf(registered), [owner, registered.router]);
  assert.deepEqual(signersOf({ ...registered, router: owner }), [owner]);
  const sold = sampleOf("transfer-hotspot");
  assert.deepEqual(signersOf(sold), [owner, witness]);
  assert.deepEqual(signersOf({ ...sold, newOwner: owner }), [owner]);
  assert.deepEqual(signersOf(sampleOf("presence")), [hotspot]);
});

test("the first signer whose signature does not hold is named, by both rules", () => {
  for (const body of transactionSamples) {
    const transaction = signTransaction({ chainId, body, signers: people });
    const signers = signersOf(body);
    for (const rule of ["consensus", "admission"] as const) {
      assert.equal(unsignedBy({ chainId, transaction, rule }), undefined, body.kind);
      assert.equal(
        unsignedBy({ chainId, transaction: { body, signatures: [] }, rule }),
        signers[0],
      );
    }
    for (const [i, signature] of transaction.signatures.entries()) {
      const forged = signature.with(0, (signature[0] as number) ^ 1);
      const signatures = transaction.signatures.with(i, forged);
      const found = unsignedBy({ chainId, transaction: { body, signatures }, rule: "admission" });
      assert.equal(found, signers[i]);
    }
  }
  assert.throws(() => signTransaction({ chainId, body: sampleOf("burn"), signers: [] }));
});

test("fees are those of protocol.md section 1", () => {
  const fee = (body: TransactionBody, bytes: number) => feeOf({ params: mainParams, body, bytes });
  const table: [TransactionBody, number, bigint][] = [
    [sampleOf("open-challenge"), 5000, 0n],
    [sampleOf("challenge-receipts"), 5000, 0n],
    [sampleOf("late-receipt"), 5000, 0n],
    [sampleOf("add-hotspot"), 300, 100_000n],
    [sampleOf("assert-location"), 200, 10_000n],
    [{ ...sampleOf("register-router"), slabs: 1 }, 200, 10_100_000n],
    [{ ...sampleOf("register-router"), slabs: 3 }, 200, 10_300_000n],
    [{ ...sampleOf("update-router"), addSlabs: 0 }, 240, 10n],
    [{ ...sampleOf("update-router"), addSlabs: 2 }, 241, 200_011n],
    [sampleOf("transfer"), 24, 1n],
    [sampleOf("transfer"), 25, 2n],
    [sampleOf("burn"), 0, 1n],
    [sampleOf("report-commitment"), 240, 10n],
    [sampleOf("transfer-hotspot"), 240, 10n],
    [sampleOf("remove-hotspot"), 120, 5n],
    [sampleOf("fill-bond"), 120, 5n],
    [sampleOf("make-good"), 120, 5n],
    [sampleOf("unstake"), 120, 5n],
    [sampleOf("report-evidence"), 601, 26n],
  ];
  for (const [body, bytes, expected] of table) assert.equal(fee(body, bytes), expected, body.kind);
});

test("the least fee pays for its own size", () => {
  for (const sample of transactionSamples) {
    const body = withLeastFee({ params: mainParams, body: { ...sample, feeDc: dc(0n) } });
    const transaction = signTransaction({ chainId, body, signers: people });
    const bytes = encodeTransaction(transaction).length;
    assert.equal(signedBytes(body), bytes);
    assert.ok(body.feeDc >= feeOf({ params: mainParams, body, bytes }), body.kind);
  }
});

test("chain ids", () => {
  for (const good of ["k", "katydid-1", "a.b_C-9", "x".repeat(50)]) assert.ok(isChainId(good));
  for (const bad of ["", "a b", "é", "x".repeat(51), "a\n"]) assert.ok(!isChainId(bad));
});
