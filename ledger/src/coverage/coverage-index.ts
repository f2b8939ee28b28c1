/**
 * Where the network is heard, from challenges that are over. A beacon with a valid witness covers
 * the beaconer's cell; one with a receipt and no valid witness maps it without signal. Leaves are
 * cells of resolution 8; their parents up to resolution 2 sum them up, kept as evidence comes.
 */
import { type Address, type Cell, parentOf } from "@katydid/protocol";
import type { EndedChallenge } from "../node/index-store.ts";

export const LEAF_RESOLUTION = 8;
export const ROOT_RESOLUTION = 2;
/** Evidence that a leaf keeps, newest first; its figures are those of what is kept. */
export const EVIDENCE_PER_CELL_MAX = 100;

/** One beacon, and one hotspot that heard it or (without witness) nobody. */
export interface Evidence {
  readonly slot: number;
  readonly index: number;
  readonly beaconer: Address;
  readonly witness?: Address;
  readonly rssiDbm?: number;
  readonly distanceMeters?: number;
  /** Protocol time of the drawing. */
  readonly at: number;
}

export interface CoverageCell {
  readonly cell: Cell;
  readonly resolution: number;
  readonly state: "covered" | "mapped-without-signal";
  readonly bestRssiDbm?: number;
  /** Hotspots that hear a beacon from here, with the best of what they heard; by address. */
  readonly hotspots: readonly HeardBy[];
  /** Pieces of evidence there ever were since the node's index begins. */
  readonly count: number;
  readonly lastAt: number;
}
export interface HeardBy {
  readonly address: Address;
  readonly bestRssiDbm: number;
  readonly count: number;
}

interface Node {
  readonly cell: Cell;
  readonly resolution: number;
  /** Of a leaf; empty in parents. */
  evidence: readonly Evidence[];
  readonly children: Set<Node>;
  /** Leaves below (or this one) at which each hotspot hears something. */
  readonly hearers: Map<Address, number>;
  bestRssiDbm: number | undefined;
  count: number;
  lastAt: number;
}

export class CoverageIndex {
  private readonly nodes = new Map<Cell, Node>();
  private readonly onCell: (cell: Cell, resolution: number) => void;
  private leafCount = 0;
  private covered = 0;

  /** `onCell` is told of every cell that appears, at any resolution. */
  constructor(onCell: (cell: Cell, resolution: number) => void = () => undefined) {
    this.onCell = onCell;
  }

  /** Leaves that are covered, and all that are mapped. */
  get totals(): { readonly covered: number; readonly mapped: number } {
    return { covered: this.covered, mapped: this.leafCount };
  }

  /** Takes in a challenge that is over. Returns whether it says anything of coverage. */
  add(ended: EndedChallenge): boolean {
    const { target } = ended.view;
    const cell = target === undefined ? undefined : ended.cells[target];
    const evidence = evidenceOf(ended);
    if (cell === undefined || evidence.length === 0) return false;
    const leaf = this.leafAt(parentOf(cell, LEAF_RESOLUTION));
    const before = hearersOf(leaf.evidence);
    leaf.evidence = [...evidence, ...leaf.evidence].slice(0, EVIDENCE_PER_CELL_MAX);
    const after = hearersOf(leaf.evidence);
    this.covered += Number(after.size > 0) - Number(before.size > 0);
    for (const node of this.pathOf(leaf)) {
      for (const hotspot of before.keys()) if (!after.has(hotspot)) change(node, hotspot, -1);
      for (const hotspot of after.keys()) if (!before.has(hotspot)) change(node, hotspot, 1);
      node.count += evidence.length;
      node.lastAt = Math.max(node.lastAt, ended.view.drawnAt);
      node.bestRssiDbm = node === leaf ? bestOf(after) : bestOfChildren(node);
    }
    return true;
  }

  /** undefined: unmapped. */
  cell(cell: Cell): CoverageCell | undefined {
    const node = this.nodes.get(cell);
    return node === undefined ? undefined : { ...summary(node), hotspots: heardBy(node) };
  }

  /** What the tiles show of a cell; cheaper than `cell`. undefined: unmapped. */
  summary(cell: Cell): CellSummary | undefined {
    const node = this.nodes.get(cell);
    return node === undefined ? undefined : { ...summary(node), hotspots: node.hearers.size };
  }

  /** The newest evidence for a cell of any resolution, at most `EVIDENCE_PER_CELL_MAX`. */
  evidence(cell: Cell): readonly Evidence[] {
    const node = this.nodes.get(cell);
    return node === undefined ? [] : newest(leavesOf(node).flatMap((leaf) => leaf.evidence));
  }

  private leafAt(cell: Cell): Node {
    const known = this.nodes.get(cell);
    if (known !== undefined) return known;
    this.leafCount += 1;
    let child = this.create(cell, LEAF_RESOLUTION);
    for (let resolution = LEAF_RESOLUTION - 1; resolution >= ROOT_RESOLUTION; resolution -= 1) {
      const parentCell = parentOf(cell, resolution);
      const parent = this.nodes.get(parentCell);
      const node = parent ?? this.create(parentCell, resolution);
      node.children.add(child);
      if (parent !== undefined) break;
      child = node;
    }
    return this.nodes.get(cell) ?? child;
  }

  private create(cell: Cell, resolution: number): Node {
    const node: Node = {
      cell,
      resolution,
      evidence: [],
      children: new Set(),
      hearers: new Map(),
      bestRssiDbm: undefined,
      count: 0,
      lastAt: 0,
    };
    this.nodes.set(cell, node);
    this.onCell(cell, resolution);
    return node;
  }

  /** The leaf, then its parents. */
  private *pathOf(leaf: Node): Iterable<Node> {
    yield leaf;
    for (let resolution = LEAF_RESOLUTION - 1; resolution >= ROOT_RESOLUTION; resolution -= 1) {
      const node = this.nodes.get(parentOf(leaf.cell, resolution));
      if (node !== undefined) yield node;
    }
  }
}

export type CellSummary = Omit<CoverageCell, "hotspots"> & { readonly hotspots: number };

function evidenceOf({ view }: EndedChallenge): readonly Evidence[] {
  const { target, receipt, challenge, drawnAt } = view;
  if (target === undefined || receipt === undefined) return [];
  const common = { ...challenge, beaconer: target, at: drawnAt };
  const heard: Evidence[] = [];
  for (const witness of view.witnesses) {
    if (witness.verdict !== "valid" || witness.rssiDbm === undefined) continue;
    const { rssiDbm, distanceMeters } = witness;
    const distance = distanceMeters === undefined ? {} : { distanceMeters };
    heard.push({ ...common, witness: witness.witness, rssiDbm, ...distance });
  }
  return heard.length > 0 ? heard : [common];
}

function summary(node: Node): Omit<CoverageCell, "hotspots"> {
  const { cell, resolution, bestRssiDbm, count, lastAt } = node;
  return {
    cell,
    resolution,
    state: bestRssiDbm === undefined ? "mapped-without-signal" : "covered",
    ...(bestRssiDbm !== undefined && { bestRssiDbm }),
    count,
    lastAt,
  };
}

function hearersOf(evidence: readonly Evidence[]): ReadonlyMap<Address, HeardBy> {
  const heard = new Map<Address, HeardBy>();
  for (const { witness, rssiDbm } of evidence) {
    if (witness === undefined || rssiDbm === undefined) continue;
    const before = heard.get(witness);
    heard.set(witness, {
      address: witness,
      bestRssiDbm: Math.max(before?.bestRssiDbm ?? rssiDbm, rssiDbm),
      count: (before?.count ?? 0) + 1,
    });
  }
  return heard;
}

function heardBy(node: Node): readonly HeardBy[] {
  const evidence = leavesOf(node).flatMap((leaf) => leaf.evidence);
  const heard = [...hearersOf(evidence).values()];
  return heard.sort((a, b) => b.bestRssiDbm - a.bestRssiDbm || compareText(a.address, b.address));
}

function bestOf(heard: ReadonlyMap<Address, HeardBy>): number | undefined {
  let best: number | undefined;
  for (const { bestRssiDbm } of heard.values()) best = Math.max(best ?? bestRssiDbm, bestRssiDbm);
  return best;
}

function bestOfChildren(node: Node): number | undefined {
  let best: number | undefined;
  for (const { bestRssiDbm } of node.children) {
    if (bestRssiDbm !== undefined) best = Math.max(best ?? bestRssiDbm, bestRssiDbm);
  }
  return best;
}

function change(node: Node, hotspot: Address, by: number): void {
  const leaves = (node.hearers.get(hotspot) ?? 0) + by;
  if (leaves > 0) node.hearers.set(hotspot, leaves);
  else node.hearers.delete(hotspot);
}

function leavesOf(node: Node): readonly Node[] {
  if (node.resolution === LEAF_RESOLUTION) return [node];
  return [...node.children].flatMap(leavesOf);
}

function newest(evidence: readonly Evidence[]): readonly Evidence[] {
  const sorted = [...evidence].sort(
    (a, b) => b.slot - a.slot || a.index - b.index || compareText(a.witness ?? "", b.witness ?? ""),
  );
  return sorted.slice(0, EVIDENCE_PER_CELL_MAX);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
