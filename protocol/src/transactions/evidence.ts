/**
 * Evidence of equivocation (protocol.md section 6): what two signed statements prove together, and
 * how whoever holds them puts them into report-evidence. Pure; signatures are the ledger's to check.
 */

import type { Commit } from "../blocks/block.ts";
import { encodeBlockId, validatorAddress } from "../blocks/header.ts";
import { commitSignBytes } from "../blocks/verify-commit.ts";
import { equalBytes } from "../bytes/bytes.ts";
import { encode, struct } from "../codec/codec.ts";
import type { Receipt, SignedReceipt, SignedVoucher } from "../messages/message.ts";
import { receiptFields } from "../messages/message-fields.ts";
import { voucherOrder } from "../money/settle.ts";
import type {
  Bytes32,
  ProducerEquivocation,
  RouterEquivocation,
  SignedPrecommit,
  TargetEquivocation,
} from "./transaction.ts";

const receiptBody = struct<Receipt>(receiptFields);

/** The field by which a pair proves nothing; undefined: it does, if both signatures hold. */
export function receiptsFlaw(
  first: SignedReceipt,
  second: SignedReceipt,
): "challenge" | "target" | "payloadHash" | "contents" | undefined {
  const { slot, index } = first.challenge;
  if (slot !== second.challenge.slot || index !== second.challenge.index) return "challenge";
  if (first.target !== second.target) return "target";
  if (!equalBytes(first.payloadHash, second.payloadHash)) return "payloadHash";
  // Another signature over the same contents says nothing else.
  return equalBytes(encode(receiptBody, first), encode(receiptBody, second))
    ? "contents"
    : undefined;
}

/** As `receiptsFlaw`, of vouchers. */
export function vouchersFlaw(
  first: SignedVoucher,
  second: SignedVoucher,
): "channel" | "hotspot" | "order" | undefined {
  if (!equalBytes(first.channel, second.channel)) return "channel";
  if (first.hotspot !== second.hotspot) return "hotspot";
  return voucherOrder(first, second) === "conflict" ? undefined : "order";
}

/** As `receiptsFlaw`, of precommits at one height. Votes for no block are not in their form. */
export function precommitsFlaw(
  first: SignedPrecommit,
  second: SignedPrecommit,
): "blockId" | undefined {
  const same = equalBytes(encodeBlockId(first.blockId), encodeBlockId(second.blockId));
  return same ? "blockId" : undefined;
}

/** Evidence against a target, or undefined where the two receipts are none. */
export function targetEquivocation(
  first: SignedReceipt,
  second: SignedReceipt,
): TargetEquivocation | undefined {
  if (receiptsFlaw(first, second) !== undefined) return undefined;
  return { kind: "target-equivocation", first, second };
}

/** Evidence against a router, or undefined where the two vouchers are none. */
export function routerEquivocation(
  first: SignedVoucher,
  second: SignedVoucher,
): RouterEquivocation | undefined {
  if (vouchersFlaw(first, second) !== undefined) return undefined;
  return { kind: "router-equivocation", first, second };
}

/**
 * Evidence against the producer of that key, from the commits of two blocks; undefined where they
 * are of one block, of two heights, or not both signed by it.
 */
export function producerEquivocation(input: {
  readonly producerKey: Bytes32;
  readonly first: Commit;
  readonly second: Commit;
}): ProducerEquivocation | undefined {
  const { producerKey } = input;
  if (input.first.height !== input.second.height) return undefined;
  const first = precommitOf(input.first, producerKey);
  const second = precommitOf(input.second, producerKey);
  if (first === undefined || second === undefined) return undefined;
  if (precommitsFlaw(first, second) !== undefined) return undefined;
  const height = input.first.height as ProducerEquivocation["height"];
  return { kind: "producer-equivocation", producerKey, height, first, second };
}

/** Bytes that the producer signed, for the consensus rule of signatures. */
export function precommitSignBytes(input: {
  readonly chainId: string;
  readonly height: ProducerEquivocation["height"];
  readonly precommit: SignedPrecommit;
}): Uint8Array {
  const { chainId, height, precommit } = input;
  const { round, blockId, timestamp } = precommit;
  const commit = { height, round, blockId, signatures: [] };
  return commitSignBytes({ chainId, commit, entry: { flag: "commit", timestamp } });
}

function precommitOf(commit: Commit, producerKey: Bytes32): SignedPrecommit | undefined {
  const { round, blockId } = commit;
  const address = validatorAddress(producerKey);
  const entry = commit.signatures.find(
    ({ flag, validatorAddress: by }) => flag === "commit" && equalBytes(by, address),
  );
  if (entry === undefined) return undefined;
  const { timestamp, signature } = entry;
  return { round, blockId, timestamp, signature };
}
