import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import cometbft from "../../fixtures/cometbft.json" with { type: "json" };
import { concatBytes, fromHex, toHex, utf8 } from "../bytes/bytes.ts";
import { DecodeError } from "../bytes/decode-error.ts";
import { sha256 } from "../bytes/hash.ts";
import { height, milliseconds } from "../units.ts";
import {
  type Block,
  blockIdOf,
  type Commit,
  type CommitFlag,
  commitHash,
  dataHash,
  decodeBlock,
  decodeCommit,
  decodeHeader,
  decodeLink,
  encodeBlock,
  encodeCommit,
  encodeHeader,
  encodeLink,
  noEvidenceHash,
} from "./block.ts";
import {
  type BlockId,
  consensusHash,
  type Header,
  headerHash,
  millisecondsOf,
  resultsHash,
  sortedValidators,
  timestampOf,
  validatorAddress,
  validatorsHash,
  voteSignBytes,
} from "./header.ts";
import { commitFlaw } from "./verify-commit.ts";

type HexBlockId = (typeof cometbft.votes)[number]["blockId"];
type HexBlock = (typeof cometbft.blocks)[number];

const blockIdFrom = (hex: HexBlockId): BlockId => ({
  hash: fromHex(hex.hash),
  parts: { total: hex.parts.total, hash: fromHex(hex.parts.hash) },
});

function headerFrom(hex: HexBlock["header"]): Header {
  return {
    version: hex.version,
    chainId: hex.chainId,
    height: height(hex.height),
    time: hex.time,
    lastBlockId: blockIdFrom(hex.lastBlockId),
    lastCommitHash: fromHex(hex.lastCommitHash),
    dataHash: fromHex(hex.dataHash),
    validatorsHash: fromHex(hex.validatorsHash),
    nextValidatorsHash: fromHex(hex.nextValidatorsHash),
    consensusHash: fromHex(hex.consensusHash),
    appHash: fromHex(hex.appHash),
    lastResultsHash: fromHex(hex.lastResultsHash),
    evidenceHash: fromHex(hex.evidenceHash),
    proposerAddress: fromHex(hex.proposerAddress),
  };
}

function commitFrom(hex: HexBlock["lastCommit"]): Commit {
  return {
    height: hex.height,
    round: hex.round,
    blockId: blockIdFrom(hex.blockId),
    signatures: hex.signatures.map((entry) => ({
      flag: entry.flag as CommitFlag,
      validatorAddress: fromHex(entry.validatorAddress),
      timestamp: entry.timestamp,
      signature: fromHex(entry.signature),
    })),
  };
}

function transactionsFrom(hex: HexBlock["transactions"]): Uint8Array[] {
  if (Array.isArray(hex)) return hex.map(fromHex);
  return Array.from({ length: hex.count }, (_, i) =>
    concatBytes(Uint8Array.of(0xe0), sha256(utf8(`tx-${i}`)), new Uint8Array(100)),
  );
}

function blockFrom(hex: HexBlock): Block {
  return {
    header: headerFrom(hex.header),
    transactions: transactionsFrom(hex.transactions),
    lastCommit: commitFrom(hex.lastCommit),
  };
}

const fullSet = cometbft.validatorSets.at(-1)?.validators.map(({ publicKey, power }) => ({
  publicKey: fromHex(publicKey),
  power,
}));
assert.ok(fullSet);

test("blocks have CometBFT's bytes and hashes", () => {
  assert.equal(cometbft.blocks.length, 4);
  for (const hex of cometbft.blocks) {
    const block = blockFrom(hex);
    const bytes = encodeBlock(block);
    assert.equal(toHex(headerHash(block.header)), hex.headerHash);
    assert.equal(toHex(encodeHeader(block.header)), hex.headerBytes);
    assert.equal(toHex(encodeCommit(block.lastCommit)), hex.commitBytes);
    assert.equal(toHex(commitHash(block.lastCommit)), hex.commitHash);
    assert.equal(toHex(dataHash(block.transactions)), hex.dataHash);
    assert.equal(toHex(sha256(bytes)), hex.sha256);
    if (hex.bytes !== undefined) assert.equal(toHex(bytes), hex.bytes);
    assert.deepEqual(blockIdOf({ block, bytes }), blockIdFrom(hex.blockId));
    assert.deepEqual(decodeBlock(bytes), block);
    assert.deepEqual(decodeHeader(fromHex(hex.headerBytes)), block.header);
    assert.deepEqual(decodeCommit(fromHex(hex.commitBytes)), block.lastCommit);
    assert.deepEqual(block.header.evidenceHash, noEvidenceHash);
  }
});

test("votes have CometBFT's sign bytes", () => {
  for (const hex of cometbft.votes) {
    const vote = {
      type: hex.type as "prevote" | "precommit",
      chainId: hex.chainId,
      height: height(hex.height),
      round: hex.round,
      blockId: blockIdFrom(hex.blockId),
      timestamp: hex.timestamp,
    };
    assert.equal(toHex(voteSignBytes(vote)), hex.signBytes);
  }
});

test("validator sets have CometBFT's order and hash", () => {
  for (const hex of cometbft.validatorSets) {
    const validators = hex.validators.map(({ publicKey, power }) => ({
      publicKey: fromHex(publicKey),
      power,
    }));
    const addresses = sortedValidators(validators).map(({ publicKey }) =>
      toHex(validatorAddress(publicKey)),
    );
    assert.deepEqual(addresses, hex.order);
    assert.equal(toHex(validatorsHash(validators)), hex.hash);
    assert.equal(toHex(validatorsHash(validators.toReversed())), hex.hash);
  }
});

test("consensus parameters and results have CometBFT's hashes", () => {
  for (const { maxBytes, maxGas, hash } of cometbft.consensusParams) {
    assert.equal(toHex(consensusHash({ maxBytes, maxGas })), hash);
  }
  for (const { results, hash } of cometbft.results) {
    const bytes = results.map(({ code, data }) => ({ code, data: fromHex(data) }));
    assert.equal(toHex(resultsHash(bytes)), hash);
  }
});

test("a commit that CometBFT accepts holds, and fails for one reason at a time", () => {
  const [, hex] = cometbft.blocks;
  assert.ok(hex);
  const { header, lastCommit } = blockFrom(hex);
  const right = {
    chainId: header.chainId,
    height: header.height - 1,
    blockId: header.lastBlockId,
    commit: lastCommit,
    validators: fullSet,
  };
  const [first, ...rest] = lastCommit.signatures;
  assert.ok(first);
  const tampered = { ...first, signature: first.signature.map((byte) => byte ^ 1) };
  const absent = { ...first, flag: "absent" as const };
  const foreign = { ...first, validatorAddress: new Uint8Array(20) };
  const table = [
    ["it holds", {}, undefined],
    ["another height", { height: header.height }, "wrong-height"],
    ["another block", { blockId: { ...right.blockId, hash: sha256() } }, "wrong-block"],
    ["fewer validators", { validators: fullSet.slice(1) }, "wrong-validators"],
    [
      "another's address",
      { commit: { ...lastCommit, signatures: [foreign, ...rest] } },
      "wrong-validators",
    ],
    ["another chain", { chainId: "elsewhere" }, "signature-invalid"],
    [
      "a changed signature",
      { commit: { ...lastCommit, signatures: [tampered, ...rest] } },
      "signature-invalid",
    ],
    // The first has 250 of 281.
    [
      "without the strongest",
      { commit: { ...lastCommit, signatures: [absent, ...rest] } },
      "too-little-power",
    ],
  ] as const;
  for (const [name, change, flaw] of table) {
    assert.equal(commitFlaw({ ...right, ...change }), flaw, name);
  }
});

test("a block decodes from its own bytes only", () => {
  const [, , hex] = cometbft.blocks;
  assert.ok(hex?.bytes);
  const bytes = fromHex(hex.bytes);
  const bit = fc.integer({ min: 0, max: 8 * bytes.length - 1 });
  fc.assert(
    fc.property(bit, (at) => {
      const changed = bytes.slice();
      changed[at >> 3] = (changed[at >> 3] as number) ^ (1 << (at & 7));
      decodesExactly(changed);
    }),
    { numRuns: 500 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), decodesExactly));
  assert.throws(() => decodeBlock(concatBytes(bytes, Uint8Array.of(0x2a, 0))), DecodeError);
});

function decodesExactly(bytes: Uint8Array): void {
  try {
    assert.deepEqual(encodeBlock(decodeBlock(bytes)), bytes);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
}

test("links are tagged", () => {
  const link = sha256(utf8("link"));
  assert.deepEqual(decodeLink(encodeLink(link)), link);
  assert.throws(() => decodeLink(link), { code: "unknown-kind" });
  assert.throws(() => decodeLink(encodeLink(link).subarray(1, 0)), { code: "unknown-kind" });
  assert.throws(() => decodeLink(concatBytes(encodeLink(link), link)), { code: "out-of-range" });
});

test("timestamps keep milliseconds, before 1970 too", () => {
  for (const ms of [0, 1, 999, 1000, 1_790_000_000_123, -1, -1000]) {
    const timestamp = timestampOf(milliseconds(ms));
    assert.ok(timestamp.nanos >= 0 && timestamp.nanos < 1e9);
    assert.equal(millisecondsOf(timestamp), ms);
  }
});
