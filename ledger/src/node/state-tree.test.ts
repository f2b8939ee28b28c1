import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concatBytes, equalBytes, sha256, toHex, utf8 } from "@katydid/protocol";
import fc from "fast-check";
import { BUCKET_BITS, checkStateProof, StateTree, type TreeChange } from "./state-tree.ts";

/** A tree with its buckets in memory. */
function treeOf(changes: readonly TreeChange[] = []) {
  const records = new Map<number, Uint8Array>();
  const tree = new StateTree({ records, readBucket: (bucket) => records.get(bucket) });
  const apply = (more: readonly TreeChange[]) => {
    const update = tree.update(more);
    for (const [bucket, record] of update.buckets) {
      if (record === undefined) records.delete(bucket);
      else records.set(bucket, record);
    }
    tree.apply(update);
    assert.deepEqual(tree.root, update.root);
  };
  apply(changes);
  return { tree, records, apply };
}

// Keys of one byte collide in no bucket; longer numbers of them meet often enough in a run of many.
const change = fc.record({
  key: fc.nat(40).map((key) => utf8(`key ${key}`)),
  value: fc.option(fc.uint8Array({ maxLength: 4 }), { nil: undefined }),
});

describe("state tree", () => {
  test("an empty tree is sixteen levels of hashes over zero bytes", () => {
    let hash: Uint8Array = new Uint8Array(32);
    for (let level = 0; level < BUCKET_BITS; level += 1) hash = sha256(hash, hash);
    assert.equal(toHex(treeOf().tree.root), toHex(hash));
  });

  test("one row makes the root that the definition says", () => {
    const key = utf8("alice");
    const value = utf8("12");
    const keyHash = sha256(key);
    let hash = sha256(Uint8Array.of(0), keyHash, sha256(value));
    let empty: Uint8Array = new Uint8Array(32);
    let path = ((keyHash[0] ?? 0) << 8) | (keyHash[1] ?? 0);
    for (let level = 0; level < BUCKET_BITS; level += 1) {
      hash = path % 2 === 0 ? sha256(hash, empty) : sha256(empty, hash);
      empty = sha256(empty, empty);
      path >>= 1;
    }
    assert.equal(toHex(treeOf([{ key, value }]).tree.root), toHex(hash));
  });

  test("the root depends on the rows, not on how they came to be", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(change, { maxLength: 12 }), { maxLength: 4 }),
        fc.integer(),
        (batches, seed) => {
          const { tree, apply, records } = treeOf();
          const rows = new Map<string, TreeChange>();
          for (const batch of batches) {
            apply(batch);
            for (const each of batch) rows.set(toHex(each.key), each);
          }
          const left = [...rows.values()].filter(({ value }) => value !== undefined);
          const shuffled = left.sort((a, b) => order(a, seed) - order(b, seed));
          assert.deepEqual(treeOf(shuffled).tree.root, tree.root);
          const reopened = new StateTree({ records, readBucket: (at) => records.get(at) });
          assert.deepEqual(reopened.root, tree.root);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("rows of one bucket are sorted, replaced and removed among each other", () => {
    const keys = keysOfOneBucket(4);
    const rows = keys.map((key, at) => ({ key, value: Uint8Array.of(at) }));
    const { tree, apply } = treeOf(rows.toReversed());
    assert.deepEqual(treeOf(rows).tree.root, tree.root);
    const [first, second, third, fourth] = keys as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    apply([
      { key: second, value: undefined },
      { key: fourth, value: utf8("new") },
    ]);
    const expected = [
      { key: first, value: Uint8Array.of(0) },
      { key: third, value: Uint8Array.of(2) },
      { key: fourth, value: utf8("new") },
    ];
    assert.deepEqual(treeOf(expected).tree.root, tree.root);
  });

  test("an update that is not applied changes nothing", () => {
    const { tree } = treeOf([{ key: utf8("a"), value: utf8("1") }]);
    const before = tree.root;
    const update = tree.update([{ key: utf8("b"), value: utf8("2") }]);
    assert.notDeepEqual(update.root, before);
    assert.deepEqual(tree.root, before);
  });

  test("proofs show presence and absence, and nothing else", () => {
    const rows = Array.from({ length: 50 }, (_, at) => ({
      key: utf8(`row ${at}`),
      value: utf8(`value ${at}`),
    }));
    const { tree } = treeOf(rows);
    const logicalKey = utf8("row 7");
    const proof = tree.prove(logicalKey);
    const verdict = checkStateProof({ root: tree.root, logicalKey, proof });
    assert.equal(verdict.kind, "present");
    assert.ok(verdict.kind === "present" && equalBytes(verdict.valueHash, sha256(utf8("value 7"))));
    const missing = utf8("row 51");
    const absence = { root: tree.root, logicalKey: missing, proof: tree.prove(missing) };
    assert.equal(checkStateProof(absence).kind, "absent");
    assert.equal(checkStateProof({ root: tree.root, logicalKey: missing, proof }).kind, "invalid");
    const forged = { ...proof, entries: concatBytes(proof.entries, new Uint8Array(64)) };
    assert.equal(checkStateProof({ root: tree.root, logicalKey, proof: forged }).kind, "invalid");
    const short = { ...proof, siblings: proof.siblings.slice(1) };
    assert.equal(checkStateProof({ root: tree.root, logicalKey, proof: short }).kind, "invalid");
  });
});

function order({ key }: TreeChange, seed: number): number {
  return new DataView(sha256(key, utf8(String(seed))).buffer).getUint32(0);
}

/** Keys whose hashes begin with the same sixteen bits. */
function keysOfOneBucket(count: number): readonly Uint8Array[] {
  const byBucket = new Map<string, Uint8Array[]>();
  for (let at = 0; ; at += 1) {
    const key = utf8(`search ${at}`);
    const bucket = toHex(sha256(key).subarray(0, 2));
    const found = [...(byBucket.get(bucket) ?? []), key];
    byBucket.set(bucket, found);
    if (found.length === count) return found;
  }
}
