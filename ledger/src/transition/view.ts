/**
 * What the transition reads and writes: typed rows in tables, ordered by key bytes. A View is
 * given; an Overlay is a View with changes on top, in memory. Rows are immutable values: a change is
 * a new row.
 */
import { compareBytes } from "@katydid/protocol";

/** How rows of one kind become bytes. `encode` is canonical: equal rows, equal bytes. */
export interface Table<T> {
  readonly name: string;
  /** First byte of the full key. */
  readonly id: number;
  encode(row: T): Uint8Array;
  decode(bytes: Uint8Array): T;
}

export interface ViewRange {
  /** Only keys that begin so. */
  readonly prefix?: Uint8Array;
  /** Only keys at or after this one (a whole key, prefix included). */
  readonly start?: Uint8Array;
  readonly limit?: number;
}

export interface View {
  get<T>(table: Table<T>, key: Uint8Array): T | undefined;
  /** Rows in the order of their key bytes. */
  range<T>(table: Table<T>, options?: ViewRange): Iterable<readonly [key: Uint8Array, row: T]>;
}

/** One changed row. `row` and `value` are undefined where it was deleted. */
export interface RowWrite {
  readonly table: Table<unknown>;
  /** Key within the table. */
  readonly key: Uint8Array;
  /** `table.id` and the key: what a store is asked for. */
  readonly fullKey: Uint8Array;
  /** The encoded row. */
  readonly value: Uint8Array | undefined;
  /** The same, decoded, for a cache of rows. */
  readonly row: unknown;
}

interface Change {
  readonly key: Uint8Array;
  readonly row: unknown;
}

interface TableChanges {
  readonly table: Table<unknown>;
  readonly byName: Map<string, Change>;
  /** Changes in key order, until the next new key. */
  sorted: readonly Change[] | undefined;
}

/** Bytes as a string of their code units: a Map key that compares as the bytes do. */
export function keyName(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString("latin1");
}

/** A View with changes on top. Not written anywhere until someone takes `writes()`. */
export class Overlay implements View {
  readonly #base: View;
  readonly #tables = new Map<number, TableChanges>();

  constructor(base: View) {
    this.#base = base;
  }

  get<T>(table: Table<T>, key: Uint8Array): T | undefined {
    const change = this.#tables.get(table.id)?.byName.get(keyName(key));
    return change === undefined ? this.#base.get(table, key) : (change.row as T | undefined);
  }

  /** Sets a row; undefined deletes it. */
  put<T>(table: Table<T>, key: Uint8Array, row: T | undefined): void {
    const changes = this.#changesOf(table);
    const name = keyName(key);
    changes.byName.set(name, { key, row });
    changes.sorted = undefined;
  }

  *range<T>(
    table: Table<T>,
    options: ViewRange = {},
  ): Iterable<readonly [key: Uint8Array, row: T]> {
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    for (const entry of this.#merged(table, options)) {
      if (left-- <= 0) return;
      yield entry;
    }
  }

  /** Takes over every change of another overlay, whose base this one is. */
  absorb(other: Overlay): void {
    for (const from of other.#tables.values()) {
      const changes = this.#changesOf(from.table);
      for (const [name, change] of from.byName) changes.byName.set(name, change);
      changes.sorted = undefined;
    }
  }

  /** Every change, encoded, sorted by full key. */
  writes(): RowWrite[] {
    const writes: RowWrite[] = [];
    for (const id of [...this.#tables.keys()].sort((a, b) => a - b)) {
      const changes = this.#tables.get(id);
      if (changes === undefined) continue;
      for (const { key, row } of sortedOf(changes)) {
        const fullKey = fullKeyOf(changes.table, key);
        const value = row === undefined ? undefined : changes.table.encode(row);
        writes.push({ table: changes.table, key, fullKey, value, row });
      }
    }
    return writes;
  }

  /** Changed keys of one table, with the row that stands now. */
  *changes<T>(table: Table<T>): Iterable<readonly [key: Uint8Array, row: T | undefined]> {
    const changes = this.#tables.get(table.id);
    if (changes === undefined) return;
    for (const { key, row } of sortedOf(changes)) yield [key, row as T | undefined];
  }

  #changesOf(table: Table<unknown>): TableChanges {
    const known = this.#tables.get(table.id);
    if (known !== undefined) return known;
    const fresh: TableChanges = { table, byName: new Map(), sorted: undefined };
    this.#tables.set(table.id, fresh);
    return fresh;
  }

  *#merged<T>(
    table: Table<T>,
    { prefix, start }: ViewRange,
  ): Iterable<readonly [key: Uint8Array, row: T]> {
    const bounds = { ...(prefix && { prefix }), ...(start && { start }) };
    const base = this.#base.range(table, bounds);
    const changes = this.#tables.get(table.id);
    if (changes === undefined) {
      yield* base;
      return;
    }
    const own = sortedOf(changes);
    let next = firstIndex(own, laterOf(start, prefix));
    for (const [key, row] of base) {
      while (next < own.length) {
        const change = own[next];
        if (change === undefined || compareBytes(change.key, key) >= 0) break;
        if (!within(change.key, prefix)) break;
        if (change.row !== undefined) yield [change.key, change.row as T];
        next++;
      }
      const same = own[next];
      if (same !== undefined && compareBytes(same.key, key) === 0) {
        if (same.row !== undefined) yield [same.key, same.row as T];
        next++;
      } else yield [key, row];
    }
    for (; next < own.length; next++) {
      const change = own[next];
      if (change === undefined || !within(change.key, prefix)) return;
      if (change.row !== undefined) yield [change.key, change.row as T];
    }
  }
}

/** The key under which a store keeps a row: table id, then the row's key. */
export function fullKeyOf(table: Table<unknown>, key: Uint8Array): Uint8Array {
  const full = new Uint8Array(1 + key.length);
  full[0] = table.id;
  full.set(key, 1);
  return full;
}

/** A View over nothing: genesis is built on it. */
export const emptyView: View = {
  get: () => undefined,
  range: () => [],
};

function sortedOf(changes: TableChanges): readonly Change[] {
  changes.sorted ??= [...changes.byName.values()].sort((a, b) => compareBytes(a.key, b.key));
  return changes.sorted;
}

/** Index of the first change at or after `from`; 0 without one. */
function firstIndex(changes: readonly Change[], from: Uint8Array | undefined): number {
  if (from === undefined) return 0;
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const change = changes[middle];
    if (change !== undefined && compareBytes(change.key, from) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a range begins: keys with a prefix are at or after it. */
function laterOf(
  start: Uint8Array | undefined,
  prefix: Uint8Array | undefined,
): Uint8Array | undefined {
  if (start === undefined || prefix === undefined) return start ?? prefix;
  return compareBytes(start, prefix) > 0 ? start : prefix;
}

function within(key: Uint8Array, prefix: Uint8Array | undefined): boolean {
  if (prefix === undefined) return true;
  if (key.length < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (key[i] !== prefix[i]) return false;
  return true;
}
