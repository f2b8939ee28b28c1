/** What classifiers read and found, for all to see: whoever has it computes the same. */
import {
  type Address,
  addressBytes,
  type Cell,
  compareBytes,
  type EdgeCounts,
  witnessDistance,
} from "@katydid/protocol";
import type {
  ClassificationView,
  HearingEdgeView,
  HearingView,
  StandingClassification,
  TrafficView,
} from "../client/client.ts";
import { classificationRow } from "./classifications.ts";
import { type ClassificationRow, classificationKinds } from "./classifier-rows.ts";
import {
  classificationTable,
  deniedEdgeTable,
  hearingTable,
  trafficTable,
} from "./classifier-tables.ts";
import { chainOf, hotspotOf } from "./draft.ts";
import { classificationOf, pairOf } from "./keys.ts";
import { fullKeyOf, type View } from "./view.ts";

/** The one that stands now: a denial, or else a mark. */
export function classificationView(view: View, hotspot: Address): ClassificationView | undefined {
  const now = chainOf(view).protocolTime;
  for (const kind of classificationKinds) {
    const row = classificationRow(view, { hotspot, kind });
    if (row !== undefined && row.until >= now) return viewOf(row);
  }
  return undefined;
}

function viewOf({ before: _, ...classification }: ClassificationRow): ClassificationView {
  return classification;
}

/** A classification that stands, and the full key of its row: what a page goes on after. */
export interface KeyedClassification {
  readonly key: Uint8Array;
  readonly standing: StandingClassification;
}

/** All that stand now: of hotspots, then of pairs, by key bytes. `start` is a full key. */
export function* standingClassifications(
  view: View,
  { start }: { readonly start?: Uint8Array },
): Iterable<KeyedClassification> {
  const now = chainOf(view).protocolTime;
  for (const [key, row] of view.range(classificationTable, within(classificationTable, start))) {
    if (row.until < now) continue;
    const { hotspot } = classificationOf(key);
    yield {
      key: fullKeyOf(classificationTable, key),
      standing: { kind: "hotspot", hotspots: [hotspot], classification: viewOf(row) },
    };
  }
  for (const [key, row] of view.range(deniedEdgeTable, within(deniedEdgeTable, start))) {
    if (row.until < now) continue;
    yield {
      key: fullKeyOf(deniedEdgeTable, key),
      standing: {
        kind: "edge",
        hotspots: pairOf(key),
        classification: viewOf({ ...row, evidence: [] }),
      },
    };
  }
}

/** The part of a table that is at or after a full key. */
function within(
  table: Parameters<typeof fullKeyOf>[0],
  start: Uint8Array | undefined,
): { readonly start?: Uint8Array } {
  if (start === undefined) return {};
  const [id] = start;
  if (id === table.id) return { start: start.slice(1) };
  // All of a later table, nothing of an earlier one.
  return compareBytes(start, Uint8Array.of(table.id)) < 0 ? {} : { start: NEVER };
}

/** Longer and larger than any key of these tables. */
const NEVER = new Uint8Array(256).fill(0xff);

/** undefined: none of its beacons was heard yet. */
export function hearingView(view: View, hotspot: Address): HearingView | undefined {
  const row = view.get(hearingTable, addressBytes(hotspot));
  if (row === undefined) return undefined;
  const cell = hotspotOf(view, hotspot)?.cell;
  const edges = row.edges.map((edge) => edgeView(view, edge, cell));
  return { hotspot, window: row.window, beacons: row.beacons, edges };
}

function edgeView(view: View, edge: EdgeCounts, from: Cell | undefined): HearingEdgeView {
  const to = hotspotOf(view, edge.witness)?.cell;
  const { heard, rssiDbmSum } = edge;
  const isPlaced = from !== undefined && to !== undefined;
  return {
    ...edge,
    ...(isPlaced && {
      distanceMeters: witnessDistance({ beaconer: from, witness: to }).distanceMeters,
    }),
    ...(heard > 0 && { meanRssiDbm: Math.round((10 * rssiDbmSum) / heard) / 10 }),
  };
}

/** undefined: no channel of it that paid has settled yet. */
export function trafficView(view: View, router: Address): TrafficView | undefined {
  const row = view.get(trafficTable, addressBytes(router));
  return row === undefined ? undefined : { router, ...row };
}
