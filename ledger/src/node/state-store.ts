/**
 * The committed state: rows in the node's store, seen through a cache of decoded rows, and the tree
 * over them. It changes only by `commit`, together with whatever else belongs to the block.
 */
import assert from "node:assert/strict";
import type { Store, StoreWrite } from "@katydid/platform";
import { BoundedMap, compareBytes } from "@katydid/protocol";
import {
  fullKeyOf,
  keyName,
  type RowWrite,
  type Table,
  type View,
  type ViewRange,
} from "../transition/view.ts";
import { bucketKey, bucketOfKey, bucketsRange, prefixRange, rowKey } from "./layout.ts";

import { type StateProof, StateTree, type TreeUpdate } from "./state-tree.ts";

/** Decoded rows in one generation of the cache: some 50 MB of small rows. */
const ROWS_CACHED_MAX = 100_000;
/** Stands for a row that is known not to be there. */
const ABSENT = Symbol("absent");

export class StateStore implements View {
  private readonly store: Store;
  private readonly tree: StateTree;
  private readonly rows = new BoundedMap<string, unknown>(ROWS_CACHED_MAX);

  constructor(store: Store) {
    this.store = store;
    this.tree = new StateTree({
      records: bucketRecords(store),
      readBucket: (bucket) => store.get(bucketKey(bucket)),
    });
  }

  get root(): Uint8Array {
    return this.tree.root;
  }

  get<T>(table: Table<T>, key: Uint8Array): T | undefined {
    const fullKey = fullKeyOf(table, key);
    const name = keyName(fullKey);
    const cached = this.rows.get(name);
    if (cached !== undefined) return cached === ABSENT ? undefined : (cached as T);
    const bytes = this.store.get(rowKey(fullKey));
    if (bytes === undefined) {
      this.rows.set(name, ABSENT);
      return undefined;
    }
    const row = table.decode(bytes);
    this.rows.set(name, row);
    return row;
  }

  *range<T>(
    table: Table<T>,
    options: ViewRange = {},
  ): Iterable<readonly [key: Uint8Array, row: T]> {
    const prefix = rowKey(fullKeyOf(table, options.prefix ?? new Uint8Array(0)));
    const bounds = prefixRange(prefix);
    const from = options.start && rowKey(fullKeyOf(table, options.start));
    const start = from !== undefined && compareBytes(from, prefix) > 0 ? from : prefix;
    if (compareBytes(start, bounds.end) >= 0) return;
    const limit = options.limit === undefined ? {} : { limit: options.limit };
    for (const [storeKey, bytes] of this.store.range({ start, end: bounds.end, ...limit })) {
      const name = keyName(storeKey.subarray(1));
      const cached = this.rows.get(name);
      const row = cached === undefined || cached === ABSENT ? table.decode(bytes) : (cached as T);
      if (cached !== row) this.rows.set(name, row);
      yield [storeKey.slice(2), row];
    }
  }

  /** Tree after these writes. Nothing changes yet. */
  preview(writes: readonly RowWrite[]): TreeUpdate {
    return this.tree.update(writes.map(({ fullKey, value }) => ({ key: fullKey, value })));
  }

  /**
   * Writes rows, buckets and `others` in one store transaction. `update` is the preview of these
   * very writes on this very state. Resolves when durable; visible at once.
   */
  commit(options: {
    readonly writes: readonly RowWrite[];
    readonly update: TreeUpdate;
    readonly others: readonly StoreWrite[];
  }): Promise<void> {
    const { writes, update } = options;
    const all: StoreWrite[] = writes.map(({ fullKey, value }) => ({ key: rowKey(fullKey), value }));
    for (const [bucket, value] of update.buckets) all.push({ key: bucketKey(bucket), value });
    const durable = this.store.commit([...all, ...options.others]);
    for (const { fullKey, row } of writes) this.rows.set(keyName(fullKey), row ?? ABSENT);
    this.tree.apply(update);
    return durable;
  }

  /** Proof that a row is, or is not, in the committed state. `checkStateProof` verifies it. */
  prove<T>(table: Table<T>, key: Uint8Array): StateProof {
    return this.tree.prove(fullKeyOf(table, key));
  }

  /** Hashes every row anew and compares: what a start-up check or a test asks for. */
  assertConsistent(): void {
    const changes: { key: Uint8Array; value: Uint8Array }[] = [];
    for (const [key, value] of this.store.range(prefixRange(rowKey(new Uint8Array(0))))) {
      changes.push({ key: key.slice(1), value });
    }
    const fresh = new StateTree({ records: [], readBucket: () => undefined });
    const expected = fresh.update(changes).root;
    assert.equal(compareBytes(expected, this.root), 0, "the tree is not that of the rows");
  }
}

function* bucketRecords(store: Store): Iterable<readonly [number, Uint8Array]> {
  for (const [key, record] of store.range(bucketsRange)) yield [bucketOfKey(key), record];
}
