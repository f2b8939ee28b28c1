/**
 * The commitment to all rows: 2^16 buckets under a fixed-depth tree of SHA-256 (protocol.md §5).
 *
 * ```
 * row      key32 = SHA-256(logical key)              its first 16 bits choose the bucket
 * bucket   SHA-256(0x00 | key32 | SHA-256(value) | key32 | SHA-256(value) ...), sorted by key32
 * empty    32 zero bytes
 * node     SHA-256(left | right), sixteen levels
 * ```
 * The fixed depth and the leaf's prefix keep a node from passing for a bucket. The root depends on
 * the rows alone, not on the order in which they came. Interior nodes are kept in memory (4 MiB) and
 * rebuilt at start from the leaf hashes, which are stored at the head of each bucket's record.
 */
import assert from "node:assert/strict";
import { compareBytes, concatBytes, equalBytes, sha256 } from "@katydid/protocol";

export const BUCKET_BITS = 16;
export const BUCKET_COUNT = 1 << BUCKET_BITS;
const HASH_BYTES = 32;
const ENTRY_BYTES = 2 * HASH_BYTES;
const LEAF_PREFIX = Uint8Array.of(0);

/** Logical key and new value of a row; `value` undefined removes it. */
export interface TreeChange {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** What a set of changes does to the tree; nothing is changed until it is applied. */
export interface TreeUpdate {
  readonly root: Uint8Array;
  /** Records of the touched buckets (leaf hash, then entries); undefined: the bucket is empty now. */
  readonly buckets: ReadonlyMap<number, Uint8Array | undefined>;
  readonly nodes: ReadonlyMap<number, Uint8Array>;
}

/** A bucket's rows and the sixteen siblings on its path, leaf's first: presence and absence alike. */
export interface StateProof {
  readonly bucket: number;
  readonly entries: Uint8Array;
  readonly siblings: readonly Uint8Array[];
}

export class StateTree {
  /** Heap order: node 1 is the root, 2n and 2n+1 the children of n, leaves from BUCKET_COUNT on. */
  private readonly nodes = new Uint8Array(2 * BUCKET_COUNT * HASH_BYTES);
  private readonly readBucket: (bucket: number) => Uint8Array | undefined;

  /** `records`: every bucket that has rows; `readBucket` finds one later, as committed. */
  constructor(options: {
    readonly records: Iterable<readonly [bucket: number, record: Uint8Array]>;
    readonly readBucket: (bucket: number) => Uint8Array | undefined;
  }) {
    this.readBucket = options.readBucket;
    fillEmpty(this.nodes);
    const leaves = new Map<number, Uint8Array>();
    for (const [bucket, record] of options.records) {
      leaves.set(BUCKET_COUNT + bucket, record.subarray(0, HASH_BYTES));
    }
    this.setNodes(this.rehash(leaves));
  }

  get root(): Uint8Array {
    return this.node(1).slice();
  }

  /** Tree after `changes`, of which a later one of the same key wins. */
  update(changes: Iterable<TreeChange>): TreeUpdate {
    const byBucket = new Map<number, EntryChange[]>();
    for (const change of changes) {
      const key = sha256(change.key);
      const value = change.value === undefined ? undefined : sha256(change.value);
      const bucket = bucketOf(key);
      const list = byBucket.get(bucket);
      if (list === undefined) byBucket.set(bucket, [{ key, value }]);
      else list.push({ key, value });
    }
    const buckets = new Map<number, Uint8Array | undefined>();
    const leaves = new Map<number, Uint8Array>();
    for (const [bucket, list] of byBucket) {
      const before = this.readBucket(bucket)?.subarray(HASH_BYTES) ?? new Uint8Array(0);
      const entries = mergeEntries(before, list);
      const leaf = leafHash(entries);
      buckets.set(bucket, entries.length === 0 ? undefined : concatBytes(leaf, entries));
      leaves.set(BUCKET_COUNT + bucket, leaf);
    }
    const nodes = this.rehash(leaves);
    return { root: nodes.get(1) ?? this.root, buckets, nodes };
  }

  /** Takes over an update that was computed on this very state, once its buckets are stored. */
  apply(update: TreeUpdate): void {
    this.setNodes(update.nodes);
  }

  prove(logicalKey: Uint8Array): StateProof {
    const bucket = bucketOf(sha256(logicalKey));
    const siblings: Uint8Array[] = [];
    for (let node = BUCKET_COUNT + bucket; node > 1; node >>= 1) {
      siblings.push(this.node(node ^ 1).slice());
    }
    const entries = this.readBucket(bucket)?.slice(HASH_BYTES) ?? new Uint8Array(0);
    return { bucket, entries, siblings };
  }

  /** Hashes upwards from changed nodes of one level. Returns all that changed, these included. */
  private rehash(leaves: ReadonlyMap<number, Uint8Array>): Map<number, Uint8Array> {
    const changed = new Map(leaves);
    let level: Iterable<number> = leaves.keys();
    for (let depth = 0; depth < BUCKET_BITS; depth += 1) {
      const parents = new Set<number>();
      for (const node of level) parents.add(node >> 1);
      for (const parent of parents) {
        const left = changed.get(2 * parent) ?? this.node(2 * parent);
        const right = changed.get(2 * parent + 1) ?? this.node(2 * parent + 1);
        changed.set(parent, sha256(left, right));
      }
      level = parents;
    }
    return changed;
  }

  private node(index: number): Uint8Array {
    return this.nodes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  }

  private setNodes(nodes: ReadonlyMap<number, Uint8Array>): void {
    for (const [index, hash] of nodes) this.nodes.set(hash, index * HASH_BYTES);
  }
}

/** Verdict of a proof against a root: what it says about the row. Anyone can check it alone. */
export function checkStateProof(options: {
  readonly root: Uint8Array;
  readonly logicalKey: Uint8Array;
  readonly proof: StateProof;
}):
  | { readonly kind: "present"; readonly valueHash: Uint8Array }
  | { readonly kind: "absent" | "invalid" } {
  const { root, proof } = options;
  const key = sha256(options.logicalKey);
  if (proof.bucket !== bucketOf(key) || proof.siblings.length !== BUCKET_BITS) {
    return { kind: "invalid" };
  }
  if (proof.entries.length % ENTRY_BYTES !== 0) return { kind: "invalid" };
  let hash = leafHash(proof.entries);
  let node = BUCKET_COUNT + proof.bucket;
  for (const sibling of proof.siblings) {
    hash = node % 2 === 0 ? sha256(hash, sibling) : sha256(sibling, hash);
    node >>= 1;
  }
  if (!equalBytes(hash, root)) return { kind: "invalid" };
  for (let at = 0; at < proof.entries.length; at += ENTRY_BYTES) {
    if (equalBytes(proof.entries.subarray(at, at + HASH_BYTES), key)) {
      return { kind: "present", valueHash: proof.entries.slice(at + HASH_BYTES, at + ENTRY_BYTES) };
    }
  }
  return { kind: "absent" };
}

interface EntryChange {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

function bucketOf(key: Uint8Array): number {
  return ((key[0] ?? 0) << 8) | (key[1] ?? 0);
}

function leafHash(entries: Uint8Array): Uint8Array {
  return entries.length === 0 ? new Uint8Array(HASH_BYTES) : sha256(LEAF_PREFIX, entries);
}

/** Sorted entries with the changes in their places. */
function mergeEntries(before: Uint8Array, changes: readonly EntryChange[]): Uint8Array {
  assert(before.length % ENTRY_BYTES === 0);
  const sorted = sortedChanges(changes);
  const parts: Uint8Array[] = [];
  let next = 0;
  for (let at = 0; at < before.length; at += ENTRY_BYTES) {
    const entry = before.subarray(at, at + ENTRY_BYTES);
    const key = entry.subarray(0, HASH_BYTES);
    let replaced = false;
    for (let change = sorted[next]; change !== undefined; change = sorted[next]) {
      const order = compareBytes(change.key, key);
      if (order > 0) break;
      if (change.value !== undefined) parts.push(change.key, change.value);
      next += 1;
      if (order === 0) {
        replaced = true;
        break;
      }
    }
    if (!replaced) parts.push(entry);
  }
  for (const change of sorted.slice(next)) {
    if (change.value !== undefined) parts.push(change.key, change.value);
  }
  return concatBytes(...parts);
}

/** By key, the last of each key only. */
function sortedChanges(changes: readonly EntryChange[]): readonly EntryChange[] {
  if (changes.length === 1) return changes;
  const order = changes.map((change, index) => ({ change, index }));
  order.sort((a, b) => compareBytes(a.change.key, b.change.key) || a.index - b.index);
  return order
    .filter((item, at) => {
      const following = order[at + 1];
      return following === undefined || !equalBytes(following.change.key, item.change.key);
    })
    .map((item) => item.change);
}

/** Every node of a tree without rows: one hash per level. */
function fillEmpty(nodes: Uint8Array): void {
  let hash: Uint8Array = new Uint8Array(HASH_BYTES);
  for (let first = BUCKET_COUNT; first > 1; ) {
    first >>= 1;
    hash = sha256(hash, hash);
    nodes.set(hash, first * HASH_BYTES);
    // Doubling copies: a level of 2^n equal nodes in n steps.
    for (let count = 1; count < first; count *= 2) {
      const start = first * HASH_BYTES;
      nodes.copyWithin(start + count * HASH_BYTES, start, start + count * HASH_BYTES);
    }
  }
}
