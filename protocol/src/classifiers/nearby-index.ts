/**
 * Who is near whom: located hotspots by resolution-8 cell (about 0.9 km from centre to centre). A
 * search goes outward ring by ring and ends with the first ring that completes it, so it costs a
 * bounded number of look-ups however many hotspots the world has.
 */
import { assert } from "../bytes/assert.ts";
import { cellGridDistance, cellRings, PARENT_RESOLUTION, parentOf } from "../coverage/cells.ts";
import { compareAddresses } from "../identity/address.ts";
import type { Address, Cell } from "../units.ts";
import { groundOf, squareMeters } from "./ground.ts";
import { NEAR_RINGS_MAX } from "./thresholds.ts";

/** Resolution of the buckets. */
const BUCKET_RESOLUTION = 8;
/** Rings are looked up in portions: most searches end within the first. */
const PORTIONS: readonly number[] = [3, NEAR_RINGS_MAX];

interface Candidate {
  readonly address: Address;
  readonly parent: Cell;
  readonly squareMeters: number;
}

export class NearbyIndex {
  /** By resolution-8 cell: its hotspots and their cells. */
  readonly #buckets = new Map<Cell, Map<Address, Cell>>();
  readonly #bucketOf = new Map<Address, Cell>();

  /** Adds a hotspot (cell of resolution 11 or finer), or moves it. */
  add(address: Address, cell: Cell): void {
    this.remove(address);
    const bucket = parentOf(cell, BUCKET_RESOLUTION);
    const members = this.#buckets.get(bucket) ?? new Map<Address, Cell>();
    members.set(address, cell);
    this.#buckets.set(bucket, members);
    this.#bucketOf.set(address, bucket);
  }

  /** Forgets a hotspot; one that is not there is no mistake. */
  remove(address: Address): void {
    const bucket = this.#bucketOf.get(address);
    if (bucket === undefined) return;
    this.#bucketOf.delete(address);
    const members = this.#buckets.get(bucket);
    members?.delete(address);
    if (members?.size === 0) this.#buckets.delete(bucket);
  }

  get size(): number {
    return this.#bucketOf.size;
  }

  /**
   * At most `max` hotspots around the cell (resolution 11 or finer), by ring and then distance and
   * key bytes. Left out are `exclude`, those whose resolution-11 parents are less than `minCells`
   * from the cell's (rule 12: they could not witness), and those less than that from one that is
   * taken already: a pile of identities on one roof counts as one neighbour, so it cannot crowd out
   * the others. Depends on the members alone, not on the order in which they came.
   */
  nearest(input: {
    cell: Cell;
    max: number;
    minCells: number;
    exclude: Iterable<Address>;
  }): Address[] {
    const { cell, max, minCells } = input;
    const excluded = new Set(input.exclude);
    const center = parentOf(cell, PARENT_RESOLUTION);
    const taken: Candidate[] = [];
    let ring = 0;
    for (const radius of PORTIONS) {
      const rings = cellRings(parentOf(cell, BUCKET_RESOLUTION), radius);
      for (; ring <= radius && taken.length < max; ring++) {
        for (const candidate of this.#candidates(rings[ring] ?? [], { cell, excluded })) {
          if (taken.length >= max) break;
          const clear =
            isApart({ a: center, b: candidate.parent, minCells }) &&
            taken.every(({ parent }) => isApart({ a: parent, b: candidate.parent, minCells }));
          if (clear) taken.push(candidate);
        }
      }
      if (taken.length >= max) break;
    }
    return taken.map(({ address }) => address);
  }

  /** Members of a ring's cells, nearest first. */
  #candidates(
    cells: readonly Cell[],
    from: { cell: Cell; excluded: ReadonlySet<Address> },
  ): Candidate[] {
    const here = groundOf(from.cell);
    const found: Candidate[] = [];
    for (const bucket of cells) {
      for (const [address, cell] of this.#buckets.get(bucket) ?? []) {
        if (from.excluded.has(address)) continue;
        found.push({
          address,
          parent: parentOf(cell, PARENT_RESOLUTION),
          squareMeters: squareMeters(here, groundOf(cell)),
        });
      }
    }
    return found.sort(
      (a, b) => a.squareMeters - b.squareMeters || compareAddresses(a.address, b.address),
    );
  }
}

/** Rule 12's distance. Where H3 cannot tell (pentagons, far apart) they are not side by side. */
function isApart(input: { a: Cell; b: Cell; minCells: number }): boolean {
  assert(input.minCells >= 0, "a number of cells");
  return (cellGridDistance(input.a, input.b) ?? input.minCells) >= input.minCells;
}
