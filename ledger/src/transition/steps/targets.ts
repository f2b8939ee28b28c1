/** Targets: drawn by the entropy of the first block after the opening window. */
import { type ChallengeId, drawTarget, milliseconds, reciprocityWindowMs } from "@katydid/protocol";
import type { ActiveIndex } from "../active-index.ts";
import type { Draft } from "../draft.ts";
import { challengeKey, challengeOf } from "../keys.ts";
import { SLOTS_PER_BLOCK_MAX } from "../limits.ts";
import type { ChallengeRow } from "../rows.ts";
import { challengeTable } from "../tables.ts";

export function drawTargets(draft: Draft, index: ActiveIndex): void {
  for (const { id } of draft.takeDue("target", SLOTS_PER_BLOCK_MAX)) {
    const opened = [...draft.range(challengeTable, { prefix: id })];
    if (opened.length > 0) index.sync(draft);
    for (const [key, row] of opened) drawOne(draft, { challenge: challengeOf(key), row, index });
  }
}

interface Opened {
  readonly challenge: ChallengeId;
  readonly row: ChallengeRow;
  readonly index: ActiveIndex;
}

function drawOne(draft: Draft, { challenge, row, index }: Opened): void {
  const { params } = draft.context;
  const { entropy, active } = draft.chain;
  const { challenger, secretHash, ephemeralKey } = row;
  const key = challengeKey(challenge);
  const target = drawTarget({
    entropy,
    challenge,
    candidates: index.targetZones,
    exclude: challenger,
  });
  const cell = target === undefined ? undefined : draft.hotspot(target)?.cell;
  if (target === undefined || cell === undefined) {
    draft.put(challengeTable, key, undefined);
    draft.tell({ kind: "challenge-lapsed", subjects: [challenger], challenge, challenger });
    return;
  }
  const deadlineAt = milliseconds(draft.now + params.challengeTimeoutSeconds * 1000);
  const drawn = {
    target,
    targetEntropy: entropy,
    at: draft.now,
    deadlineAt,
    scale: index.scaleOf(cell),
    reciprocityWindowMs: milliseconds(reciprocityWindowMs({ params, active })),
  };
  draft.put(challengeTable, key, { ...row, state: "targeted", drawn });
  draft.schedule({ kind: "timeout", at: milliseconds(deadlineAt + 1), id: key });
  draft.tell({
    kind: "target-drawn",
    subjects: [challenger, target],
    challenge,
    challenger,
    target,
    targetEntropy: entropy,
    secretHash,
    ephemeralKey,
    deadlineAt,
  });
}
