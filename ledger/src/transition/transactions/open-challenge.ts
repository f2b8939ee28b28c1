/** open-challenge: whoever was drawn commits to a secret. Free. */
import { milliseconds, type OpenChallenge } from "@katydid/protocol";
import { challengeOfId } from "../challenges.ts";
import { markActive } from "../hotspots.ts";
import { challengeKey, slotKey } from "../keys.ts";
import { challengeTable, slotTable } from "../tables.ts";
import { accept, type Rule, refuse } from "./ruling.ts";

export const openChallenge: Rule<OpenChallenge> = (draft, body) => {
  const { challenge, actor, secretHash, ephemeralKey } = body;
  const slot = draft.get(slotTable, slotKey(challenge.slot));
  if (slot === undefined) return refuse({ reason: "slot-unknown", slot: challenge.slot });
  const challenger = slot.challengers[challenge.index];
  if (challenger !== actor) {
    return refuse({ reason: "not-drawn", ...(challenger !== undefined && { challenger }) });
  }
  if (draft.hotspot(actor)?.leftAt !== undefined) {
    return refuse({ reason: "hotspot-left", hotspot: actor });
  }
  if (challengeOfId(draft, challenge) !== undefined) return refuse({ reason: "already-opened" });
  if (draft.now > slot.openUntil) {
    return refuse({ reason: "window-closed", closedAt: milliseconds(slot.openUntil) });
  }
  return accept(() => {
    draft.put(challengeTable, challengeKey(challenge), {
      state: "opened",
      challenger: actor,
      secretHash,
      ephemeralKey,
      drawn: undefined,
      reveal: undefined,
    });
    markActive(draft, actor);
  });
};
