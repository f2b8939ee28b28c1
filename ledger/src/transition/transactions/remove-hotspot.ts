/** remove-hotspot: a hotspot leaves at once, and its bond begins to unbond (leaving.ts). */
import type { RemoveHotspot } from "@katydid/protocol";
import { leave } from "../leaving.ts";
import { accept, type Rule, refuse } from "./ruling.ts";

export const removeHotspot: Rule<RemoveHotspot> = (draft, { actor, hotspot }) => {
  const row = draft.hotspot(hotspot);
  if (row === undefined) return refuse({ reason: "hotspot-unknown", hotspot });
  if (row.owner !== actor) return refuse({ reason: "not-owner", owner: row.owner });
  if (row.leftAt !== undefined) return refuse({ reason: "hotspot-left", hotspot });
  return accept(() => leave(draft, hotspot));
};
