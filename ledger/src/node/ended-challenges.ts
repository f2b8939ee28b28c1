/** From the events of a block: the challenges that ended in it, as an index keeps them. */
import { type Address, addressBytes, type Cell } from "@katydid/protocol";
import type { ChallengeView, LedgerEvent } from "../client/client.ts";
import { challengeView, hotspotTable, type View } from "../transition/index.ts";
import { type EndedChallenge, participantsOf } from "./index-store.ts";

/** `before`: the state before the block, where the challenges still stand. */
export function endedChallenges(
  events: readonly LedgerEvent[],
  before: View,
): readonly EndedChallenge[] {
  const ended: EndedChallenge[] = [];
  for (const event of events) {
    const view = endOf(event, before);
    if (view !== undefined) ended.push({ view, cells: cellsOf(view, before) });
  }
  return ended;
}

function endOf(event: LedgerEvent, before: View): ChallengeView | undefined {
  switch (event.kind) {
    case "challenge-settled":
      return event.view;
    case "challenge-silent": {
      const last = challengeView(before, event.challenge);
      return last === undefined ? undefined : { ...last, state: "silent" };
    }
    case "challenge-lapsed": {
      const last = challengeView(before, event.challenge);
      return last === undefined ? undefined : { ...last, state: "lapsed" };
    }
    default:
      return undefined;
  }
}

function cellsOf(view: ChallengeView, state: View): EndedChallenge["cells"] {
  const cells: Record<Address, Cell> = {};
  for (const hotspot of participantsOf(view)) {
    const cell = state.get(hotspotTable, addressBytes(hotspot))?.cell;
    if (cell !== undefined) cells[hotspot] = cell;
  }
  return cells;
}
