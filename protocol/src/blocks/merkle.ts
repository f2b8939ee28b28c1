/**
 * Merkle trees as RFC 6962 §2.1 has them, and CometBFT after it: leaves and nodes are hashed with
 * different prefixes; a tree of n leaves splits at the largest power of two below n.
 */
import { equalBytes } from "../bytes/bytes.ts";
import { sha256 } from "../bytes/hash.ts";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
/** Hashes in one proof at most: a tree of 2^40 leaves. */
export const AUNTS_MAX = 40;

export interface MerkleProof {
  readonly index: number;
  /** Leaves of the tree. */
  readonly total: number;
  /** Siblings from the leaf up. */
  readonly aunts: readonly Uint8Array[];
}

/** Root over leaves in their order, 32 bytes; of no leaves it is SHA-256 of nothing. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256();
  return rootOf(leaves.map(leafHash), 0, leaves.length);
}

export function leafHash(leaf: Uint8Array): Uint8Array {
  return sha256(LEAF, leaf);
}

export function nodeHash({ left, right }: { left: Uint8Array; right: Uint8Array }): Uint8Array {
  return sha256(NODE, left, right);
}

/** Proof that the leaf at `index` is in the tree. `index` is below the number of leaves. */
export function merkleProof(input: {
  readonly leaves: readonly Uint8Array[];
  readonly index: number;
}): MerkleProof {
  const hashes = input.leaves.map(leafHash);
  const aunts: Uint8Array[] = [];
  let start = 0;
  let end = hashes.length;
  while (end - start > 1) {
    const split = start + splitOf(end - start);
    const isLeft = input.index < split;
    aunts.push(isLeft ? rootOf(hashes, split, end) : rootOf(hashes, start, split));
    if (isLeft) end = split;
    else start = split;
  }
  return { index: input.index, total: hashes.length, aunts: aunts.reverse() };
}

/** Whether the proof leads from the leaf to the root. Never throws. */
export function verifyMerkleProof(input: {
  readonly root: Uint8Array;
  readonly leaf: Uint8Array;
  readonly proof: MerkleProof;
}): boolean {
  const { index, total, aunts } = input.proof;
  if (!Number.isSafeInteger(total) || !Number.isSafeInteger(index)) return false;
  if (index < 0 || index >= total || aunts.length > AUNTS_MAX) return false;
  const turns = turnsTo({ index, total });
  if (turns.length !== aunts.length) return false;
  let hash = leafHash(input.leaf);
  for (const [i, aunt] of aunts.entries()) {
    const isLeft = turns[turns.length - 1 - i] === "left";
    hash = isLeft ? nodeHash({ left: hash, right: aunt }) : nodeHash({ left: aunt, right: hash });
  }
  return equalBytes(hash, input.root);
}

/** Ways from the root down to a leaf. */
function turnsTo({ index, total }: { index: number; total: number }): ("left" | "right")[] {
  const turns: ("left" | "right")[] = [];
  let offset = index;
  let size = total;
  while (size > 1) {
    const split = splitOf(size);
    const isLeft = offset < split;
    turns.push(isLeft ? "left" : "right");
    if (!isLeft) offset -= split;
    size = isLeft ? split : size - split;
  }
  return turns;
}

/** Root over hashes[start..end), which is not empty. */
function rootOf(hashes: readonly Uint8Array[], start: number, end: number): Uint8Array {
  if (end - start === 1) return hashes[start] as Uint8Array;
  const split = start + splitOf(end - start);
  return nodeHash({ left: rootOf(hashes, start, split), right: rootOf(hashes, split, end) });
}

/** Largest power of two below `size`, which is at least 2. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}
