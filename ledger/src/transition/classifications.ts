/** Who stands under a classification, and when. What finds them: steps/classify.ts. */
import type { Address, Milliseconds } from "@katydid/protocol";
import type { ClassificationKind, ClassificationRow, Span } from "./classifier-rows.ts";
import { classificationTable, deniedEdgeTable } from "./classifier-tables.ts";
import { classificationKey, edgeKey } from "./keys.ts";
import type { View } from "./view.ts";

export function classificationRow(
  view: View,
  { hotspot, kind }: { hotspot: Address; kind: ClassificationKind },
): ClassificationRow | undefined {
  return view.get(classificationTable, classificationKey(hotspot, kind));
}

/** Whether the hotspot stood under a classification that denies it, at a protocol time (rule 2). */
export function isDeniedAt(view: View, hotspot: Address, at: Milliseconds): boolean {
  return stoodAt(classificationRow(view, { hotspot, kind: "denial" }), at);
}

/** Whether the unordered pair stood under one. */
export function isEdgeDeniedAt(
  view: View,
  { pair, at }: { pair: readonly [Address, Address]; at: Milliseconds },
): boolean {
  return stoodAt(view.get(deniedEdgeTable, edgeKey(...pair)), at);
}

/** Of an expired row that is kept, only past moments are within. */
function stoodAt(
  row: (Span & { readonly before: Span | undefined }) | undefined,
  at: Milliseconds,
): boolean {
  if (row === undefined) return false;
  return isWithin(row, at) || (row.before !== undefined && isWithin(row.before, at));
}

function isWithin({ since, until }: Span, at: Milliseconds): boolean {
  return since <= at && at <= until;
}
