/** Hotspots that did not take part for a window are active no longer. */
import { addressFromBytes, milliseconds } from "@katydid/protocol";
import { putActive } from "../active-index.ts";
import type { Draft } from "../draft.ts";
import { EXPIRIES_PER_BLOCK_MAX } from "../limits.ts";

export function expireActivity(draft: Draft): void {
  const windowMs = draft.context.params.activitySeconds * 1000;
  for (const { id } of draft.takeDue("inactive", EXPIRIES_PER_BLOCK_MAX)) {
    const hotspot = addressFromBytes(id);
    const row = draft.hotspot(hotspot);
    if (row === undefined) continue;
    const at = milliseconds(row.lastActiveAt + windowMs);
    // It took part since the entry was made: look again when that will be a window ago.
    if (at > draft.now) draft.schedule({ kind: "inactive", at, id });
    else {
      putActive(draft, hotspot, undefined);
      draft.touch(hotspot);
    }
  }
}
