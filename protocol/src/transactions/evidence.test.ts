import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Commit } from "../blocks/block.ts";
import { validatorAddress, zeroTimestamp } from "../blocks/header.ts";
import { commitFlaw } from "../blocks/verify-commit.ts";
import { verifySignature } from "../identity/keys.ts";
import type { SignedReceipt, SignedVoucher } from "../messages/message.ts";
import { sampleBytes, sampleChainId, sampleKey, transactionSamples } from "../testing/samples.ts";
import { dc, height, milliseconds } from "../units.ts";
import {
  precommitSignBytes,
  producerEquivocation,
  receiptsFlaw,
  routerEquivocation,
  targetEquivocation,
  vouchersFlaw,
} from "./evidence.ts";
import type { Evidence, ProducerEquivocation } from "./transaction.ts";

function sampleOf<Kind extends Evidence["kind"]>(kind: Kind): Extract<Evidence, { kind: Kind }> {
  for (const body of transactionSamples) {
    if (body.kind === "report-evidence" && body.evidence.kind === kind) {
      return body.evidence as Extract<Evidence, { kind: Kind }>;
    }
  }
  throw new Error(`no sample of ${kind}`);
}

const { first: receipt, second: otherReceipt } = sampleOf("target-equivocation");
const { first: voucher, second: otherVoucher } = sampleOf("router-equivocation");
const blocks = sampleOf("producer-equivocation");

test("two receipts prove something if they differ in nothing but contents", () => {
  const flaw = (changes: Partial<SignedReceipt>) =>
    receiptsFlaw(receipt, { ...otherReceipt, ...changes });
  const challenge = { slot: receipt.challenge.slot, index: 8 };
  const target = sampleKey("witness").address;
  const payloadHash = sampleBytes("another payload");
  assert.equal(flaw({ challenge, target, payloadHash }), "challenge");
  assert.equal(flaw({ target, payloadHash }), "target");
  assert.equal(flaw({ payloadHash }), "payloadHash");
  assert.equal(flaw({}), undefined);
  assert.equal(receiptsFlaw(receipt, { ...receipt }), "contents");
  // Another signature over the same contents is no other word.
  const signature = otherReceipt.signature;
  assert.equal(receiptsFlaw(receipt, { ...receipt, signature }), "contents");
  assert.equal(receiptsFlaw(receipt, { ...receipt, transmittedAt: milliseconds(1) }), undefined);
  assert.equal(targetEquivocation(receipt, receipt), undefined);
  assert.equal(targetEquivocation(receipt, otherReceipt)?.kind, "target-equivocation");
});

test("two vouchers prove something if neither follows the other", () => {
  const flaw = (changes: Partial<SignedVoucher>) =>
    vouchersFlaw(voucher, { ...voucher, ...changes });
  const channel = sampleBytes("another channel");
  const hotspot = sampleKey("witness").address;
  assert.equal(flaw({ channel, hotspot }), "channel");
  assert.equal(flaw({ hotspot, sequence: 301, cumulativeDc: dc(1n) }), "hotspot");
  assert.equal(flaw({}), "order");
  assert.equal(flaw({ sequence: 301 }), "order");
  assert.equal(flaw({ sequence: 299, cumulativeDc: dc(5n) }), "order");
  assert.equal(flaw({ cumulativeDc: dc(5n) }), undefined);
  assert.equal(flaw({ sequence: 301, cumulativeDc: dc(5n) }), undefined);
  assert.equal(flaw({ sequence: 299, cumulativePackets: 2 ** 40 }), undefined);
  assert.equal(routerEquivocation(voucher, voucher), undefined);
  assert.equal(routerEquivocation(otherVoucher, voucher)?.kind, "router-equivocation");
});

test("what two statements prove does not depend on which comes first", () => {
  const small = fc.nat(5);
  const vouchers = fc.tuple(small, small, small).map(([sequence, packets, amount]) => ({
    ...voucher,
    sequence,
    cumulativePackets: packets,
    cumulativeDc: dc(BigInt(amount)),
  }));
  fc.assert(
    fc.property(vouchers, vouchers, (a, b) => {
      assert.equal(vouchersFlaw(a, b), vouchersFlaw(b, a));
    }),
  );
  assert.equal(receiptsFlaw(otherReceipt, receipt), receiptsFlaw(receipt, otherReceipt));
});

/** The commit of one block by the sample's producer, as a node keeps it. */
function commitOf(of: "first" | "second", changes: Partial<Commit> = {}): Commit {
  const { round, blockId, timestamp, signature } = blocks[of];
  const by = validatorAddress(blocks.producerKey);
  const entry = { flag: "commit", validatorAddress: by, timestamp, signature } as const;
  return { height: blocks.height, round, blockId, signatures: [entry], ...changes };
}

test("commits of two blocks at one height become evidence; others do not", () => {
  const { producerKey } = blocks;
  const evidence = (first: Commit, second: Commit) =>
    producerEquivocation({ producerKey, first, second });
  assert.deepEqual(evidence(commitOf("first"), commitOf("second")), blocks);
  assert.equal(evidence(commitOf("first"), commitOf("first")), undefined);
  assert.equal(evidence(commitOf("first"), commitOf("second", { height: 9 })), undefined);
  const absent = {
    flag: "absent",
    validatorAddress: new Uint8Array(0),
    timestamp: zeroTimestamp,
    signature: new Uint8Array(0),
  } as const;
  const without = commitOf("second", { signatures: [absent] });
  assert.equal(evidence(commitOf("first"), without), undefined);
  const stranger = { producerKey: sampleKey("owner").publicKey };
  const both = { first: commitOf("first"), second: commitOf("second") };
  assert.equal(producerEquivocation({ ...stranger, ...both }), undefined);
});

test("what is signed are the bytes of the commit that makes a block final", () => {
  const { producerKey, height: at, first } = blocks;
  const digest = precommitSignBytes({ chainId: sampleChainId, height: at, precommit: first });
  const { signature } = first;
  assert.ok(verifySignature({ publicKey: producerKey, digest, signature }));
  const validators = [{ publicKey: producerKey, power: 1 }];
  const { blockId } = first;
  const flaw = (chainId: string) =>
    commitFlaw({ chainId, height: at, blockId, commit: commitOf("first"), validators });
  assert.equal(flaw(sampleChainId), undefined);
  assert.equal(flaw("elsewhere"), "signature-invalid");
});

test("no number that a transaction can bear is too large to be signed over", () => {
  const most = Number.MAX_SAFE_INTEGER;
  const precommit = {
    ...blocks.first,
    round: 0x7fff_ffff,
    timestamp: { seconds: most, nanos: 999_999_999 },
  };
  const at: ProducerEquivocation["height"] = height(most);
  assert.ok(precommitSignBytes({ chainId: "x", height: at, precommit }).length > 0);
});
