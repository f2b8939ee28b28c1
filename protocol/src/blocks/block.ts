/**
 * Blocks and commits with the bytes of CometBFT 0.38 (proto/tendermint/types). The first transaction
 * of each block is the producer's entropy link (protocol.md section 3.0):
 * ```
 * | 0xe0 | link 32 |
 * ```
 * Its first byte is no version of a transaction's, so the two cannot be taken for each other.
 */
import { equalBytes, fromUtf8, utf8 } from "../bytes/bytes.ts";
import { DecodeError } from "../bytes/decode-error.ts";
import { HASH_BYTES, sha256 } from "../bytes/hash.ts";
import { ProtoFields, protoMessage } from "../codec/protobuf.ts";
import { mainParams } from "../params.ts";
import { height } from "../units.ts";
import {
  type BlockId,
  encodeBlockId,
  encodeTimestamp,
  encodeVersion,
  type Header,
  headerHash,
  PART_BYTES,
  type Timestamp,
  VALIDATOR_ADDRESS_BYTES,
} from "./header.ts";
import { merkleRoot } from "./merkle.ts";

/** Bytes of an encoded block at most: its transactions, and room for header and commit. */
export const BLOCK_BYTES_MAX = mainParams.blockBytesMax + 65_536;
/** Transactions in a block at most, the link included; none is shorter than 100 bytes. */
export const BLOCK_TRANSACTIONS_MAX = 24_000;
const LINK_TAG = 0xe0;
/** Header, data, evidence and commit have fewer fields than this, entries apart. */
const FIELDS_MAX = 16;

/** absent: did not vote; nil: voted for no block. */
export type CommitFlag = "absent" | "commit" | "nil";
const FLAGS: readonly CommitFlag[] = ["absent", "commit", "nil"];

/** One validator's part of a commit. */
export interface CommitSignature {
  readonly flag: CommitFlag;
  /** 20 bytes; empty where absent. */
  readonly validatorAddress: Uint8Array;
  /** `zeroTimestamp` where absent. */
  readonly timestamp: Timestamp;
  /** 64 bytes; empty where absent. */
  readonly signature: Uint8Array;
}

/** Why a block is final: the precommits of its validators, in the order of the set. */
export interface Commit {
  readonly height: number;
  readonly round: number;
  readonly blockId: BlockId;
  readonly signatures: readonly CommitSignature[];
}

export interface Block {
  readonly header: Header;
  /** Encoded; the first is the producer's link. */
  readonly transactions: readonly Uint8Array[];
  /** Of the block before; empty at height 1. */
  readonly lastCommit: Commit;
}

/** SHA-256 of nothing: the evidence hash of a block without evidence. */
export const noEvidenceHash: Uint8Array = merkleRoot([]);

/** DataHash: the leaves are the hashes of the transactions' bytes (Txs.Hash). */
export function dataHash(transactions: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(transactions.map((transaction) => sha256(transaction)));
}

/** LastCommitHash (Commit.Hash). */
export function commitHash(commit: Commit): Uint8Array {
  return merkleRoot(commit.signatures.map(encodeCommitSignature));
}

/** Block id: hash of the header and of the encoded block in parts of 64 KiB (MakePartSet). */
export function blockIdOf({ block, bytes }: { block: Block; bytes: Uint8Array }): BlockId {
  const parts: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += PART_BYTES) {
    parts.push(bytes.subarray(start, start + PART_BYTES));
  }
  return {
    hash: headerHash(block.header),
    parts: { total: parts.length, hash: merkleRoot(parts) },
  };
}

export function encodeBlock(block: Block): Uint8Array {
  const data = protoMessage((fields) => {
    for (const transaction of block.transactions) fields.message(1, transaction);
  });
  return protoMessage((fields) => {
    fields.message(1, encodeHeader(block.header));
    fields.message(2, data);
    // Evidence of the embedded producer is a transaction, not part of its block.
    fields.message(3, new Uint8Array(0));
    fields.message(4, encodeCommit(block.lastCommit));
  });
}

/** The block that all of `bytes` are, which are exactly what encodeBlock writes. Throws DecodeError. */
export function decodeBlock(bytes: Uint8Array): Block {
  if (bytes.length > BLOCK_BYTES_MAX) throw outOfRange("block");
  const fields = new ProtoFields(bytes, { max: FIELDS_MAX });
  const data = new ProtoFields(fields.raw(2), { max: BLOCK_TRANSACTIONS_MAX });
  const block: Block = {
    header: readHeader(fields.raw(1)),
    transactions: data.repeated(1),
    lastCommit: readCommit(fields.raw(4)),
  };
  mustMatch(encodeBlock(block), bytes, "block");
  return block;
}

export function encodeHeader(header: Header): Uint8Array {
  return protoMessage((fields) => {
    fields.message(1, encodeVersion(header.version));
    fields.raw(2, utf8(header.chainId));
    fields.varint(3, header.height);
    fields.message(4, encodeTimestamp(header.time));
    fields.message(5, encodeBlockId(header.lastBlockId));
    fields.raw(6, header.lastCommitHash);
    fields.raw(7, header.dataHash);
    fields.raw(8, header.validatorsHash);
    fields.raw(9, header.nextValidatorsHash);
    fields.raw(10, header.consensusHash);
    fields.raw(11, header.appHash);
    fields.raw(12, header.lastResultsHash);
    fields.raw(13, header.evidenceHash);
    fields.raw(14, header.proposerAddress);
  });
}

/** Throws DecodeError for what encodeHeader does not write. */
export function decodeHeader(bytes: Uint8Array): Header {
  const header = readHeader(bytes);
  mustMatch(encodeHeader(header), bytes, "header");
  return header;
}

export function encodeCommit(commit: Commit): Uint8Array {
  return protoMessage((fields) => {
    fields.varint(1, commit.height);
    fields.varint(2, commit.round);
    fields.message(3, encodeBlockId(commit.blockId));
    for (const entry of commit.signatures) fields.message(4, encodeCommitSignature(entry));
  });
}

/** Throws DecodeError for what encodeCommit does not write. */
export function decodeCommit(bytes: Uint8Array): Commit {
  const commit = readCommit(bytes);
  mustMatch(encodeCommit(commit), bytes, "commit");
  return commit;
}

/** The entropy link, 32 bytes, as the first transaction of a block. */
export function encodeLink(link: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + HASH_BYTES);
  bytes[0] = LINK_TAG;
  bytes.set(link, 1);
  return bytes;
}

/** The link of a block's first transaction. Throws DecodeError where it is none. */
export function decodeLink(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== LINK_TAG) throw new DecodeError({ code: "unknown-kind", field: "link" });
  if (bytes.length !== 1 + HASH_BYTES) throw outOfRange("link");
  return new Uint8Array(bytes.subarray(1));
}

function encodeCommitSignature(entry: CommitSignature): Uint8Array {
  return protoMessage((fields) => {
    fields.varint(1, 1 + FLAGS.indexOf(entry.flag));
    fields.raw(2, entry.validatorAddress);
    fields.message(3, encodeTimestamp(entry.timestamp));
    fields.raw(4, entry.signature);
  });
}

function readHeader(bytes: Uint8Array): Header {
  const fields = new ProtoFields(bytes, { max: FIELDS_MAX });
  const version = new ProtoFields(fields.raw(1), { max: FIELDS_MAX });
  return {
    version: { block: version.int(1), app: version.int(2) },
    chainId: fromUtf8(fields.raw(2)),
    height: height(fields.int(3)),
    time: readTimestamp(fields.raw(4)),
    lastBlockId: readBlockId(fields.raw(5)),
    lastCommitHash: fields.raw(6),
    dataHash: fields.raw(7),
    validatorsHash: fields.raw(8),
    nextValidatorsHash: fields.raw(9),
    consensusHash: fields.raw(10),
    appHash: fields.raw(11),
    lastResultsHash: fields.raw(12),
    evidenceHash: fields.raw(13),
    proposerAddress: fields.raw(14),
  };
}

function readCommit(bytes: Uint8Array): Commit {
  const fields = new ProtoFields(bytes, { max: FIELDS_MAX + mainParams.validatorsMax });
  return {
    height: fields.int(1),
    round: fields.int(2),
    blockId: readBlockId(fields.raw(3)),
    signatures: fields.repeated(4).map(readCommitSignature),
  };
}

function readCommitSignature(bytes: Uint8Array): CommitSignature {
  const fields = new ProtoFields(bytes, { max: FIELDS_MAX });
  const flag = FLAGS[fields.int(1) - 1];
  if (flag === undefined) throw outOfRange("commit flag");
  const validatorAddress = fields.raw(2);
  if (![0, VALIDATOR_ADDRESS_BYTES].includes(validatorAddress.length)) {
    throw outOfRange("validator address");
  }
  const timestamp = readTimestamp(fields.raw(3));
  return { flag, validatorAddress, timestamp, signature: fields.raw(4) };
}

function readBlockId(bytes: Uint8Array): BlockId {
  const fields = new ProtoFields(bytes, { max: FIELDS_MAX });
  const parts = new ProtoFields(fields.raw(2), { max: FIELDS_MAX });
  return { hash: fields.raw(1), parts: { total: parts.int(1), hash: parts.raw(2) } };
}

function readTimestamp(bytes: Uint8Array): Timestamp {
  const fields = new ProtoFields(bytes, { max: FIELDS_MAX });
  const timestamp = { seconds: fields.int(1), nanos: fields.int(2) };
  if (timestamp.nanos < 0 || timestamp.nanos > 999_999_999) throw outOfRange("nanos");
  return timestamp;
}

function mustMatch(written: Uint8Array, read: Uint8Array, field: string): void {
  if (!equalBytes(written, read)) throw new DecodeError({ code: "not-canonical", field });
}

function outOfRange(field: string): DecodeError {
  return new DecodeError({ code: "out-of-range", field });
}
