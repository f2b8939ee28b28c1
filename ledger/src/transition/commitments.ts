/** Commitments of witnesses and targets, and where they are found again. */
import { type Address, type ChallengeId, equalBytes, type Params } from "@katydid/protocol";
import type { Draft } from "./draft.ts";
import { commitmentKey } from "./keys.ts";
import { returnFee } from "./money.ts";
import type { CommitmentRow } from "./rows.ts";
import { commitmentTable } from "./tables.ts";
import type { View } from "./view.ts";

export interface Committed {
  readonly challenge: ChallengeId;
  readonly by: Address;
  /** SHA-256 of the signed report or receipt. */
  readonly hash: Uint8Array;
}

/**
 * The commitment for a report. Who heard a beacon cannot know whose challenge it was, so it names
 * the slot of the moment: any from the challenge's own to that of its timeout will do.
 */
export function findCommitment(
  view: View,
  { challenge, by, hash }: Committed,
  params: Params,
): { readonly key: Uint8Array; readonly row: CommitmentRow } | undefined {
  const last = challenge.slot + slotsOfChallenge(params);
  for (let slot = challenge.slot; slot <= last; slot++) {
    const key = commitmentKey(slot, by);
    const row = view.get(commitmentTable, key);
    if (row !== undefined && equalBytes(row.reportHash, hash)) return { key, row };
  }
  return undefined;
}

/** Slots that begin between the draw of a challenge and its timeout, at most: 10 or 21. */
function slotsOfChallenge(params: Params): number {
  const { openSeconds, challengeTimeoutSeconds, idleLimitSeconds, slotSeconds } = params;
  return Math.ceil((openSeconds + challengeTimeoutSeconds + 2 * idleLimitSeconds) / slotSeconds);
}

/** Gives the fee of a commitment back whose report holds; once. */
export function returnCommitmentFee(draft: Draft, committed: Committed): void {
  const found = findCommitment(draft, committed, draft.context.params);
  if (found === undefined) return;
  const { payer, feeDc, feeMotes } = found.row;
  returnFee(draft, { payer, dc: feeDc, cost: feeMotes });
  draft.put(commitmentTable, found.key, undefined);
}
