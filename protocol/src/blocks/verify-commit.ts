/** What makes a block final, and lets someone without the chain trust a header. */

import { equalBytes } from "../bytes/bytes.ts";
import { verifySignature } from "../identity/keys.ts";
import { height as heightOf } from "../units.ts";
import type { Commit, CommitSignature } from "./block.ts";
import {
  type BlockId,
  encodeBlockId,
  noBlockId,
  sortedValidators,
  type Validator,
  validatorAddress,
  voteSignBytes,
} from "./header.ts";

export type CommitFlaw =
  | "wrong-height"
  | "wrong-block"
  | "wrong-validators"
  | "signature-invalid"
  | "too-little-power";

/**
 * Why `commit` does not make the block final; undefined where it does: valid precommits for it by
 * more than two thirds of the power of `validators` (VerifyCommit, CometBFT types/validation.go).
 * Every signature that is there must hold.
 */
export function commitFlaw(input: {
  readonly chainId: string;
  readonly height: number;
  readonly blockId: BlockId;
  readonly commit: Commit;
  readonly validators: readonly Validator[];
}): CommitFlaw | undefined {
  const { chainId, commit } = input;
  if (commit.height !== input.height) return "wrong-height";
  if (!equalBytes(encodeBlockId(commit.blockId), encodeBlockId(input.blockId))) {
    return "wrong-block";
  }
  const validators = sortedValidators(input.validators);
  if (validators.length !== commit.signatures.length) return "wrong-validators";
  let total = 0n;
  let power = 0n;
  for (const [i, validator] of validators.entries()) {
    const entry = commit.signatures[i] as CommitSignature;
    total += BigInt(validator.power);
    if (entry.flag === "absent") continue;
    if (!equalBytes(entry.validatorAddress, validatorAddress(validator.publicKey))) {
      return "wrong-validators";
    }
    const digest = commitSignBytes({ chainId, commit, entry });
    const { publicKey } = validator;
    if (!verifySignature({ publicKey, digest, signature: entry.signature })) {
      return "signature-invalid";
    }
    if (entry.flag === "commit") power += BigInt(validator.power);
  }
  return 3n * power > 2n * total ? undefined : "too-little-power";
}

/** Bytes that an entry of a commit signed (Commit.VoteSignBytes). */
export function commitSignBytes(input: {
  readonly chainId: string;
  readonly commit: Commit;
  readonly entry: Pick<CommitSignature, "flag" | "timestamp">;
}): Uint8Array {
  const { chainId, commit, entry } = input;

  return voteSignBytes({
    type: "precommit",
    chainId,
    height: heightOf(commit.height),
    round: commit.round,
    blockId: entry.flag === "commit" ? commit.blockId : noBlockId,
    timestamp: entry.timestamp,
  });
}
