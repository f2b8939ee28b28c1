/** Challengers that opened and did not reveal pay, and are not drawn for a window. */
import { penalizeBond } from "../bonds.ts";
import { challengeOfId } from "../challenges.ts";
import type { Draft } from "../draft.ts";
import { silence } from "../hotspots.ts";
import { challengeOf } from "../keys.ts";
import { CHALLENGES_PER_BLOCK_MAX } from "../limits.ts";
import { challengeTable } from "../tables.ts";

export function timeOutChallenges(draft: Draft): void {
  for (const { id } of draft.takeDue("timeout", CHALLENGES_PER_BLOCK_MAX)) {
    const challenge = challengeOf(id);
    const row = challengeOfId(draft, challenge);
    if (row?.state !== "targeted") continue;
    const { challenger } = row;
    const percent = draft.context.params.silencePenaltyPercent;
    const penalty = penalizeBond(draft, { hotspot: challenger, percent });
    silence(draft, challenger);
    draft.put(challengeTable, id, undefined);
    const subjects = row.drawn === undefined ? [challenger] : [challenger, row.drawn.target];
    draft.tell({ kind: "challenge-silent", subjects, challenge, challenger, penalty });
  }
}
