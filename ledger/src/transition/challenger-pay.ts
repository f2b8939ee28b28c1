/** Whether a challenger gets its unit, and why not. */
import { paramsByName } from "@katydid/protocol";
import type { ChallengerReason } from "../client/client.ts";
import type { Judgement, Revealed } from "./challenges.ts";
import { isDeniedAt } from "./classifications.ts";
import { chainOf, hotspotOf } from "./draft.ts";
import { isBonded, reciprocityAt } from "./hotspots.ts";
import type { View } from "./view.ts";

/** The first of the reasons, in this order, for which its unit is not booked; undefined: it is. */
export function unpaidChallenger(
  view: View,
  { row, judgement }: { row: Revealed; judgement: Judgement },
): ChallengerReason | undefined {
  const { challenger, drawn, reveal } = row;
  if (reveal.receipt === undefined) return "no-receipt";
  if (judgement.selected.length === 0) return "no-valid-witness";
  if (reveal.omitted) return "omitted";
  // A place that is not believed draws no lots, though it drew this one before.
  if (isDeniedAt(view, challenger, drawn.at)) return "denied";
  // A penalty since the draw may have taken its bond below half: then it is not paid (§6).
  const hotspot = hotspotOf(view, challenger);
  if (hotspot === undefined || !isBonded(hotspot)) return "not-bonded";
  return hasRadio(view, row) ? undefined : "no-reciprocity";
}

/**
 * Both halves of reciprocity, without grace, when the target was drawn: whoever draws lots has a
 * radio. In the arena identities that are software alone lived on challengers' units.
 */
function hasRadio(view: View, { challenger, drawn }: Revealed): boolean {
  // The undefended preset, where nobody looks, asks it of nobody.
  if (paramsByName(chainOf(view).params).classifierEpochs === 0) return true;
  const row = hotspotOf(view, challenger);
  if (row === undefined) return false;
  const { at, reciprocityWindowMs: windowMs } = drawn;
  const halves = [
    { stamps: row.beaconedAt, firstAt: row.firstBeaconedAt },
    { stamps: row.witnessedAt, firstAt: row.firstWitnessedAt },
  ];
  return halves.every((half) => reciprocityAt({ ...half, at, windowMs }) === "met");
}
