/** What evidence is held against, as long as it is accepted: memos of challenges, heights of epochs. */
import { type ChallengeId, type Height, type Milliseconds, milliseconds } from "@katydid/protocol";
import type { Beacon, Targeted } from "./challenges.ts";
import type { Draft } from "./draft.ts";
import { challengeKey, slotKey } from "./keys.ts";
import { MEMOS_PER_BLOCK_MAX } from "./limits.ts";
import { heightMarkTable, memoTable } from "./tables.ts";

/** Evidence is accepted this long after the deed. */
export function evidenceUntil(draft: Draft, deed: Milliseconds): Milliseconds {
  return milliseconds(deed + draft.context.params.evidenceWindowSeconds * 1000);
}

/**
 * From its reveal on it is known what the target had to transmit. The window runs from the draw: a
 * target that left since is then still unbonding (checkParams).
 */
export function rememberChallenge(
  draft: Draft,
  input: { challenge: ChallengeId; row: Targeted; beacon: Beacon },
): void {
  const { challenge, row, beacon } = input;
  const { target, at } = row.drawn;
  const until = evidenceUntil(draft, at);
  const key = challengeKey(challenge);
  draft.put(memoTable, key, { target, payloadHash: beacon.payloadHash, until, slashed: false });
  draft.schedule({ kind: "memo", at: milliseconds(until + 1), id: key });
}

export function forgetMemos(draft: Draft): void {
  for (const { id } of draft.takeDue("memo", MEMOS_PER_BLOCK_MAX)) {
    draft.put(memoTable, id, undefined);
  }
}

/** Marks the first block of each epoch; drops marks from before the evidence window. */
export function markHeight(draft: Draft): void {
  const key = slotKey(draft.chain.epoch);
  if (draft.get(heightMarkTable, key) !== undefined) return;
  const { height } = draft.context;
  draft.put(heightMarkTable, key, { height, at: draft.now });
  for (const [markKey, { at }] of [...draft.range(heightMarkTable, { limit: 2 })]) {
    if (evidenceUntil(draft, at) < draft.now) draft.put(heightMarkTable, markKey, undefined);
  }
}

/**
 * Least height about which evidence against a producer is accepted: that of the first epoch that
 * began within the window. What a vote says of its own time is the offender's word.
 */
export function oldestHeight(draft: Draft): Height {
  for (const [, { height, at }] of draft.range(heightMarkTable)) {
    if (evidenceUntil(draft, at) >= draft.now) return height;
  }
  return draft.context.height;
}
