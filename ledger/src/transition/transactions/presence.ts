/** presence: a hotspot says that it is there, at most once per window. */
import { milliseconds, type Presence } from "@katydid/protocol";
import { markActive } from "../hotspots.ts";
import { accept, type Rule, refuse } from "./ruling.ts";

export const presence: Rule<Presence> = (draft, body) => {
  const row = draft.hotspot(body.actor);
  if (row === undefined) return refuse({ reason: "hotspot-unknown", hotspot: body.actor });
  if (row.leftAt !== undefined) return refuse({ reason: "hotspot-left", hotspot: body.actor });
  if (row.presenceAt !== undefined) {
    const again = milliseconds(row.presenceAt + draft.context.params.activitySeconds * 1000);
    if (draft.now < again) return refuse({ reason: "presence-too-soon", again });
  }
  return accept(() => {
    draft.updateHotspot(body.actor, { presenceAt: draft.now });
    markActive(draft, body.actor);
  });
};
