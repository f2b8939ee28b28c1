import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import cometbft from "../../fixtures/cometbft.json" with { type: "json" };
import { fromHex, toHex } from "../bytes/bytes.ts";
import { merkleProof, merkleRoot, verifyMerkleProof } from "./merkle.ts";

test("trees have CometBFT's roots and proofs", () => {
  for (const { leaves: hex, root, proof } of cometbft.trees) {
    const leaves = hex.map(fromHex);
    assert.equal(toHex(merkleRoot(leaves)), root);
    if (proof === undefined) continue;
    const { aunts, ...place } = merkleProof({ leaves, index: proof.index });
    assert.deepEqual({ ...place, aunts: aunts.map(toHex) }, proof);
  }
});

const leavesOf = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 40 });

test("a proof shows its own leaf at its own place", () => {
  fc.assert(
    fc.property(leavesOf, fc.nat(), fc.nat(), (leaves, first, second) => {
      const index = first % leaves.length;
      const other = second % leaves.length;
      const root = merkleRoot(leaves);
      const proof = merkleProof({ leaves, index });
      const leaf = leaves[index] as Uint8Array;
      assert.ok(verifyMerkleProof({ root, leaf, proof }));
      const isSame = toHex(leaves[other] as Uint8Array) === toHex(leaf);
      const otherLeaf = leaves[other] as Uint8Array;
      assert.equal(verifyMerkleProof({ root, leaf: otherLeaf, proof }), isSame);
      const longer = { ...proof, aunts: [...proof.aunts, root] };
      assert.ok(!verifyMerkleProof({ root, leaf, proof: longer }));
      assert.ok(!verifyMerkleProof({ root, leaf, proof: { ...proof, index: leaves.length } }));
    }),
  );
});

test("a proof of absurd size is refused at once", () => {
  const root = merkleRoot([root32()]);
  const proof = { index: 1, total: Number.MAX_SAFE_INTEGER, aunts: Array(1000).fill(root) };
  assert.ok(!verifyMerkleProof({ root, leaf: root32(), proof }));
  assert.ok(!verifyMerkleProof({ root, leaf: root32(), proof: { ...proof, total: Number.NaN } }));
});

function root32(): Uint8Array {
  return new Uint8Array(32);
}
