/**
 * Public classifiers at the end of an epoch, before it is paid: what they find is written down, and
 * what is held of the edges that it rests on is burned (burns.ts). Whoever is found again stands
 * longer.
 */
import {
  type Address,
  type ClassifierName,
  classify,
  compareAddresses,
  deniesHotspot,
  EVIDENCE_MAX,
  type Finding,
  type Motes,
  milliseconds,
} from "@katydid/protocol";
import { classifyInput } from "../classifications.ts";
import type { ClassificationKind, ClassificationRow, Span } from "../classifier-rows.ts";
import { classificationTable, deniedEdgeTable } from "../classifier-tables.ts";
import type { Draft } from "../draft.ts";
import { challengeLifeMs, refreshActive } from "../hotspots.ts";
import { classificationKey, classificationOf, EDGE_KEY_BYTES, edgeKey } from "../keys.ts";
import { CLASSIFICATIONS_PER_BLOCK_MAX } from "../limits.ts";
import type { Table } from "../view.ts";
import { burnHeld } from "./burns.ts";

/** One hotspot's findings of a kind: the highest score, and all evidence. */
export interface FoundHotspot {
  readonly hotspot: Address;
  readonly kind: ClassificationKind;
  readonly classifier: ClassifierName;
  readonly score: number;
  readonly evidence: readonly Address[];
}
export interface FoundEdge {
  readonly pair: readonly [Address, Address];
  readonly classifier: ClassifierName;
  readonly score: number;
}

/** Runs the classifiers, if it is their epoch. */
export function classifyHotspots(draft: Draft): void {
  const { params } = draft.context;
  const { classifierEpochs } = params;
  if (classifierEpochs === 0 || (draft.chain.epoch + 1) % classifierEpochs !== 0) return;
  const findings = classify({ params, ...classifyInput(draft) });
  const hotspots = foundHotspots(findings);
  const edges = foundEdges(findings);
  const burned = burnHeld(draft, { hotspots, edges });
  for (const found of hotspots) {
    putHotspot(draft, found, burned.hotspots.get(found.hotspot) ?? 0n);
  }
  for (const found of edges) putEdge(draft, found, burned.edges.get(found) ?? 0n);
}

function foundHotspots(findings: readonly Finding[]): FoundHotspot[] {
  const found = new Map<string, FoundHotspot>();
  const ranked = findings.filter((finding) => finding.kind === "hotspot").sort(byScore);
  for (const { hotspot, classifier, score, evidence } of ranked) {
    const kind = deniesHotspot(classifier) ? "denial" : "mark";
    const name = `${kind} ${hotspot}`;
    const first = found.get(name) ?? { hotspot, kind, classifier, score, evidence: [] };
    const all = [...new Set([...first.evidence, ...evidence])].slice(0, EVIDENCE_MAX);
    found.set(name, { ...first, evidence: all.sort(compareAddresses) });
  }
  return [...found.values()];
}

function foundEdges(findings: readonly Finding[]): FoundEdge[] {
  const found = new Map<string, FoundEdge>();
  const ranked = findings.filter((finding) => finding.kind === "edge").sort(byScore);
  for (const { pair, classifier, score } of ranked) {
    const name = pair.join(" ");
    if (!found.has(name)) found.set(name, { pair, classifier, score });
  }
  return [...found.values()];
}

/** Highest first; equals stay in the order of the classifiers. */
function byScore(a: Finding, b: Finding): number {
  return b.score - a.score;
}

function putHotspot(draft: Draft, found: FoundHotspot, burned: bigint): void {
  const { hotspot, kind, classifier, score, evidence } = found;
  const key = classificationKey(hotspot, kind);
  const before = draft.get(classificationTable, key);
  const stand = standing(draft, { before, burned, key });
  const row: ClassificationRow = { ...stand, classifier, score, evidence };
  draft.put(classificationTable, key, row);
  refreshActive(draft, hotspot);
  draft.touch(hotspot);
  const { before: _, ...classification } = row;
  const subjects = [...new Set([hotspot, ...ownersOf(draft, [hotspot]), ...evidence])];
  draft.tell({ kind: "classified", subjects, hotspot, classification });
}

function putEdge(draft: Draft, { pair, classifier, score }: FoundEdge, more: bigint): void {
  const key = edgeKey(...pair);
  const before = draft.get(deniedEdgeTable, key);
  const stand = standing(draft, { before, burned: more, key });
  const { until, burned } = stand;
  draft.put(deniedEdgeTable, key, { ...stand, classifier, score });
  const subjects = [...new Set([...pair, ...ownersOf(draft, pair)])];
  draft.tell({ kind: "edge-classified", subjects, pair, classifier, until, burned });
}

function ownersOf(draft: Draft, hotspots: readonly Address[]): Address[] {
  return hotspots.flatMap((hotspot) => draft.hotspot(hotspot)?.owner ?? []);
}

interface Standing extends Span {
  readonly burned: Motes;
  readonly before: Span | undefined;
}

/** From now on, or on from before if it still stands. A row always has one due entry. */
function standing(
  draft: Draft,
  input: { before: Standing | undefined; burned: bigint; key: Uint8Array },
): Standing {
  const { before, burned, key } = input;
  const { now, context } = draft;
  const until = milliseconds(now + context.params.classificationSeconds * 1000);
  if (before === undefined) {
    draft.schedule({ kind: "classification", at: milliseconds(until + 1), id: key });
    return { since: now, until, burned: burned as Motes, before: undefined };
  }
  if (before.until >= now) {
    const sum = (before.burned + burned) as Motes;
    return { since: before.since, until, burned: sum, before: before.before };
  }
  const span = { since: before.since, until: before.until };
  return { since: now, until, burned: burned as Motes, before: span };
}

/** Expires what was not found again, and forgets what no open challenge can ask for any more. */
export function expireClassifications(draft: Draft): void {
  for (const { id } of draft.takeDue("classification", CLASSIFICATIONS_PER_BLOCK_MAX)) {
    if (id.length === EDGE_KEY_BYTES) expire(draft, deniedEdgeTable, id);
    else {
      const { hotspot } = classificationOf(id);
      expire(draft, classificationTable, id);
      refreshActive(draft, hotspot);
      if (draft.hotspot(hotspot) !== undefined) draft.touch(hotspot);
    }
  }
}

function expire<Row extends Span>(draft: Draft, table: Table<Row>, id: Uint8Array): void {
  const row = draft.get(table, id);
  if (row === undefined) return;
  const forgetAt = milliseconds(row.until + challengeLifeMs(draft.context.params) + 1);
  const isRenewed = row.until >= draft.now;
  if (!isRenewed && forgetAt <= draft.now) draft.put(table, id, undefined);
  else {
    const at = isRenewed ? milliseconds(row.until + 1) : forgetAt;
    draft.schedule({ kind: "classification", at, id });
  }
}
