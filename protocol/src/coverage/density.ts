/**
 * Density scale (protocol.md section 3; HIP-17, HIP-104): hotspots too many for their hexagons share
 * the pay of fewer. Counts are integers, a scale is the floored quotient of two products, so no
 * order of hotspots matters.
 */
import { assert } from "../bytes/assert.ts";
import type { DensityRow } from "../params.ts";
import type { Cell } from "../units.ts";
import { cellDisk, PARENT_RESOLUTION, parentOf } from "./cells.ts";
import { SCALE_ONE } from "./reward-units.ts";

/** A row per resolution; one that is missing between 10 and the lowest does not clip. */
export type DensityTable = Readonly<Record<number, DensityRow>>;

interface Level {
  readonly resolution: number;
  /** Absent: nothing is clipped here. */
  readonly row: DensityRow | undefined;
}

interface Count {
  readonly unclipped: number;
  readonly clipped: number;
}
const EMPTY: Count = { unclipped: 0, clipped: 0 };

/** From resolution 10 down to the lowest of the table. */
function levelsOf(table: DensityTable): Level[] {
  const lowest = Math.min(PARENT_RESOLUTION, ...Object.keys(table).map(Number));
  const levels: Level[] = [];
  for (let resolution = PARENT_RESOLUTION - 1; resolution >= lowest; resolution--) {
    levels.push({ resolution, row: table[resolution] });
  }
  return levels;
}

/** What a cell with `unclipped` counts when `full` cells of its disk have reached the target. */
function clip(input: { row: DensityRow; full: number; unclipped: number }): number {
  const { row, full, unclipped } = input;
  const limit = Math.min(row.max, row.target * Math.max(full - row.neighbours + 1, 1));
  return Math.min(limit, unclipped);
}

/** Product of clipped / unclipped over the counts, in parts of SCALE_ONE, floored. */
function scaleOfCounts(counts: readonly Count[]): bigint {
  let numerator = 1n;
  let denominator = 1n;
  for (const { clipped, unclipped } of counts) {
    if (clipped === unclipped) continue;
    numerator *= BigInt(clipped);
    denominator *= BigInt(unclipped);
  }
  return (SCALE_ONE * numerator) / denominator;
}

/**
 * Scales of all cells (one entry per hotspot, resolution 11 or finer), in parts of SCALE_ONE: the
 * definition, computed level by level over the whole world. `DensityIndex` is the fast way.
 */
export function densityScales(cells: readonly Cell[], table: DensityTable): Map<Cell, bigint> {
  const levels = levelsOf(table);
  let below = new Map<Cell, Count>();
  for (const cell of cells) {
    const parent = parentOf(cell, PARENT_RESOLUTION);
    const count = (below.get(parent)?.unclipped ?? 0) + 1;
    below.set(parent, { unclipped: count, clipped: count });
  }
  const byLevel: Map<Cell, Count>[] = [];
  for (const level of levels) {
    below = clipLevel(below, level);
    byLevel.push(below);
  }
  const scales = new Map<Cell, bigint>();
  for (const cell of cells) {
    if (scales.has(cell)) continue;
    const counts = levels.map(
      ({ resolution }, i) => byLevel[i]?.get(parentOf(cell, resolution)) ?? EMPTY,
    );
    scales.set(cell, scaleOfCounts(counts));
  }
  return scales;
}

function clipLevel(children: ReadonlyMap<Cell, Count>, level: Level): Map<Cell, Count> {
  const { resolution, row } = level;
  const sums = new Map<Cell, number>();
  for (const [child, { clipped }] of children) {
    const parent = parentOf(child, resolution);
    sums.set(parent, (sums.get(parent) ?? 0) + clipped);
  }
  const counts = new Map<Cell, Count>();
  for (const [cell, unclipped] of sums) {
    if (row === undefined) {
      counts.set(cell, { unclipped, clipped: unclipped });
      continue;
    }
    const full = cellDisk(cell).filter((near) => (sums.get(near) ?? 0) >= row.target).length;
    counts.set(cell, { unclipped, clipped: clip({ row, full, unclipped }) });
  }
  return counts;
}

/**
 * The same scales, kept up while hotspots come and go. A change touches its own ancestors and, where
 * one reaches or leaves its target, their disks: a bounded number of cells, whatever the world holds.
 */
export class DensityIndex {
  readonly #levels: readonly IndexLevel[];
  /** Hotspots per res-11 cell. */
  readonly #parents = new Map<Cell, number>();

  constructor(table: DensityTable) {
    this.#levels = levelsOf(table).map(({ resolution, row }) => new IndexLevel(resolution, row));
  }

  /** Counts one more hotspot in the cell (resolution 11 or finer). */
  add(cell: Cell): void {
    this.#change(cell, 1);
  }

  /** Counts one hotspot less; there must be one (else a bug). */
  remove(cell: Cell): void {
    this.#change(cell, -1);
  }

  /** Scale of a hotspot in the cell, in parts of SCALE_ONE; 1 where nobody is counted. */
  scaleOf(cell: Cell): bigint {
    return scaleOfCounts(this.#levels.map((level) => level.countOf(cell)));
  }

  #change(cell: Cell, delta: 1 | -1): void {
    const parent = parentOf(cell, PARENT_RESOLUTION);
    const count = (this.#parents.get(parent) ?? 0) + delta;
    assert(count >= 0, `no hotspot is counted in ${cell}`);
    if (count === 0) this.#parents.delete(parent);
    else this.#parents.set(parent, count);
    let changes: ReadonlyMap<Cell, number> = new Map([[parent, delta]]);
    for (const level of this.#levels) {
      if (changes.size === 0) return;
      changes = level.apply(changes);
    }
  }
}

/** Counts of one resolution, and how many cells of each cell's disk have reached the target. */
class IndexLevel {
  readonly #resolution: number;
  readonly #row: DensityRow | undefined;
  readonly #counts = new Map<Cell, Count>();
  readonly #full = new Map<Cell, number>();

  constructor(resolution: number, row: DensityRow | undefined) {
    this.#resolution = resolution;
    this.#row = row;
  }

  countOf(cell: Cell): Count {
    return this.#counts.get(parentOf(cell, this.#resolution)) ?? EMPTY;
  }

  /** Takes changes of the clipped counts of children; returns those of this level's cells. */
  apply(children: ReadonlyMap<Cell, number>): Map<Cell, number> {
    const deltas = new Map<Cell, number>();
    for (const [child, delta] of children) {
      const cell = parentOf(child, this.#resolution);
      deltas.set(cell, (deltas.get(cell) ?? 0) + delta);
    }
    const unclippedOf = new Map<Cell, number>();
    for (const [cell, delta] of deltas) {
      if (delta === 0) continue;
      const before = this.#counts.get(cell)?.unclipped ?? 0;
      unclippedOf.set(cell, before + delta);
      this.#cross({ cell, before, after: before + delta, touched: unclippedOf });
    }
    const changes = new Map<Cell, number>();
    for (const [cell, unclipped] of unclippedOf) {
      const change = this.#recount(cell, unclipped);
      if (change !== 0) changes.set(cell, change);
    }
    return changes;
  }

  /** Where a cell reached or left its target, its disk has to be clipped anew. */
  #cross(input: { cell: Cell; before: number; after: number; touched: Map<Cell, number> }): void {
    if (this.#row === undefined) return;
    const { target } = this.#row;
    const isFull = input.after >= target;
    if (input.before >= target === isFull) return;
    for (const near of cellDisk(input.cell)) {
      const full = (this.#full.get(near) ?? 0) + (isFull ? 1 : -1);
      if (full === 0) this.#full.delete(near);
      else this.#full.set(near, full);
      const count = this.#counts.get(near);
      if (count !== undefined && !input.touched.has(near)) {
        input.touched.set(near, count.unclipped);
      }
    }
  }

  /** Returns by how much the clipped count changed. */
  #recount(cell: Cell, unclipped: number): number {
    const before = this.#counts.get(cell)?.clipped ?? 0;
    if (unclipped === 0) {
      this.#counts.delete(cell);
      return -before;
    }
    const full = this.#full.get(cell) ?? 0;
    const clipped = this.#row === undefined ? unclipped : clip({ row: this.#row, full, unclipped });
    this.#counts.set(cell, { unclipped, clipped });
    return clipped - before;
  }
}
