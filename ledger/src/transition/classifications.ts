/** Who stands under a classification, and when. What finds them: steps/classify.ts. */
import {
  type Address,
  addressFromBytes,
  type ClassifiedHotspot,
  type ClassifyInput,
  type Hearing,
  type Milliseconds,
  milliseconds,
} from "@katydid/protocol";
import type { ClassificationKind, ClassificationRow, Span } from "./classifier-rows.ts";
import {
  classificationTable,
  deniedEdgeTable,
  hearingTable,
  trafficTable,
} from "./classifier-tables.ts";
import { chainOf } from "./draft.ts";
import { classificationKey, edgeKey } from "./keys.ts";
import { activeTable, hotspotTable } from "./tables.ts";
import type { View } from "./view.ts";

/**
 * What the classifiers look at, from the rows alone: located hotspots that are active or whose pay
 * is held (or one could leave in time).
 */
export function classifyInput(view: View): Omit<ClassifyInput, "params"> {
  const hotspots: ClassifiedHotspot[] = [];
  const hearings = new Map<Address, Hearing>();
  for (const [key, { cell, held, locatedAt }] of view.range(hotspotTable)) {
    if (cell === undefined) continue;
    if (held === 0n && view.get(activeTable, key) === undefined) continue;
    const address = addressFromBytes(key);
    hotspots.push({ address, cell, locatedAt: locatedAt ?? milliseconds(0) });
    const hearing = view.get(hearingTable, key);
    if (hearing !== undefined) hearings.set(address, hearing);
  }
  const traffics = new Map(
    [...view.range(trafficTable)].map(([key, row]) => [addressFromBytes(key), row]),
  );
  return { now: chainOf(view).protocolTime, hotspots, hearings, traffics };
}

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
