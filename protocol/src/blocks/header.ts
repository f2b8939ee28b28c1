/**
 * Headers, block ids, votes and validator sets with the bytes and hashes of CometBFT 0.38
 * (types/block.go, types/canonical.go, types/validator_set.go), so that one verifier serves the
 * embedded producer and CometBFT alike. Vectors from CometBFT itself: fixtures/cometbft.json.
 */
import { assert } from "../bytes/assert.ts";
import { compareBytes, utf8 } from "../bytes/bytes.ts";
import { sha256 } from "../bytes/hash.ts";
import { lengthDelimited, protoMessage } from "../codec/protobuf.ts";
import { type Height, type Milliseconds, milliseconds } from "../units.ts";
import { merkleRoot } from "./merkle.ts";

/** CometBFT's block protocol (version/version.go). */
export const BLOCK_PROTOCOL = 11;
/** Bytes of a validator's address: the first of SHA-256 of its key. */
export const VALIDATOR_ADDRESS_BYTES = 20;
/** Bytes of one part of a block (types/params.go BlockPartSizeBytes). */
export const PART_BYTES = 65_536;

/** Time as protobuf has it; nanos 0 to 999,999,999. */
export interface Timestamp {
  /** Since 1970-01-01 UTC; Go's zero time is -62,135,596,800. */
  readonly seconds: number;
  readonly nanos: number;
}

export interface BlockId {
  /** Hash of the header; empty for "no block". */
  readonly hash: Uint8Array;
  readonly parts: { readonly total: number; readonly hash: Uint8Array };
}

export interface Header {
  readonly version: { readonly block: number; readonly app: number };
  readonly chainId: string;
  readonly height: Height;
  readonly time: Timestamp;
  readonly lastBlockId: BlockId;
  /** Hash of the commit of the block before. */
  readonly lastCommitHash: Uint8Array;
  readonly dataHash: Uint8Array;
  readonly validatorsHash: Uint8Array;
  readonly nextValidatorsHash: Uint8Array;
  readonly consensusHash: Uint8Array;
  /** Root of the state after the block before. */
  readonly appHash: Uint8Array;
  readonly lastResultsHash: Uint8Array;
  readonly evidenceHash: Uint8Array;
  /** 20 bytes. */
  readonly proposerAddress: Uint8Array;
}

export interface Validator {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly power: number;
}

/** What a validator signs. An empty block id is a vote for no block. */
export interface Vote {
  readonly type: "prevote" | "precommit";
  readonly chainId: string;
  readonly height: Height;
  readonly round: number;
  readonly blockId: BlockId;
  readonly timestamp: Timestamp;
}

const NO_BYTES = new Uint8Array(0);
/** "No block": the last block of the first one. */
export const noBlockId: BlockId = { hash: NO_BYTES, parts: { total: 0, hash: NO_BYTES } };
/** Go's zero time, the timestamp of an absent signature. */
export const zeroTimestamp: Timestamp = { seconds: -62_135_596_800, nanos: 0 };

export function timestampOf(time: Milliseconds): Timestamp {
  const seconds = Math.floor(time / 1000);
  return { seconds, nanos: (time - 1000 * seconds) * 1_000_000 };
}

/** Milliseconds, floored. */
export function millisecondsOf({ seconds, nanos }: Timestamp): Milliseconds {
  return milliseconds(seconds * 1000 + Math.floor(nanos / 1_000_000));
}

/** 32 bytes: the Merkle root over the encoded fields, in their order (Header.Hash). */
export function headerHash(header: Header): Uint8Array {
  return merkleRoot([
    encodeVersion(header.version),
    wrapped(utf8(header.chainId)),
    protoMessage((fields) => fields.varint(1, header.height)),
    encodeTimestamp(header.time),
    encodeBlockId(header.lastBlockId),
    wrapped(header.lastCommitHash),
    wrapped(header.dataHash),
    wrapped(header.validatorsHash),
    wrapped(header.nextValidatorsHash),
    wrapped(header.consensusHash),
    wrapped(header.appHash),
    wrapped(header.lastResultsHash),
    wrapped(header.evidenceHash),
    wrapped(header.proposerAddress),
  ]);
}

/** BytesValue and StringValue: one field, left out where it is empty. */
function wrapped(value: Uint8Array): Uint8Array {
  return protoMessage((fields) => fields.raw(1, value));
}

export function encodeVersion({ block, app }: Header["version"]): Uint8Array {
  return protoMessage((fields) => {
    fields.varint(1, block);
    fields.varint(2, app);
  });
}

export function encodeTimestamp({ seconds, nanos }: Timestamp): Uint8Array {
  return protoMessage((fields) => {
    fields.varint(1, seconds);
    fields.varint(2, nanos);
  });
}

/** BlockID and CanonicalBlockID: the same bytes. */
export function encodeBlockId({ hash, parts }: BlockId): Uint8Array {
  const partSet = protoMessage((fields) => {
    fields.varint(1, parts.total);
    fields.raw(2, parts.hash);
  });
  return protoMessage((fields) => {
    fields.raw(1, hash);
    fields.message(2, partSet);
  });
}

/** Bytes that a validator signs: CanonicalVote, length-delimited (VoteSignBytes). */
export function voteSignBytes(vote: Vote): Uint8Array {
  const { blockId } = vote;
  const message = protoMessage((fields) => {
    fields.varint(1, vote.type === "prevote" ? 1 : 2);
    fields.fixed64(2, vote.height);
    fields.fixed64(3, vote.round);
    if (!isNoBlock(blockId)) fields.message(4, encodeBlockId(blockId));
    fields.message(5, encodeTimestamp(vote.timestamp));
    fields.raw(6, utf8(vote.chainId));
  });
  return lengthDelimited(message);
}

function isNoBlock({ hash, parts }: BlockId): boolean {
  return hash.length === 0 && parts.total === 0 && parts.hash.length === 0;
}

/** 20 bytes: the first of SHA-256 of the key. */
export function validatorAddress(publicKey: Uint8Array): Uint8Array {
  return sha256(publicKey).slice(0, VALIDATOR_ADDRESS_BYTES);
}

/** The order of a validator set: more power first, then by address. Commits have it too. */
export function sortedValidators(validators: readonly Validator[]): Validator[] {
  return validators
    .map((validator) => ({ validator, address: validatorAddress(validator.publicKey) }))
    .sort((a, b) => b.validator.power - a.validator.power || compareBytes(a.address, b.address))
    .map(({ validator }) => validator);
}

/** Hash of a validator set, in whatever order it is given (ValidatorSet.Hash). */
export function validatorsHash(validators: readonly Validator[]): Uint8Array {
  const leaves = sortedValidators(validators).map(({ publicKey, power }) => {
    assert(publicKey.length === 32, "an Ed25519 key");
    return protoMessage((fields) => {
      fields.message(
        1,
        protoMessage((key) => key.raw(1, publicKey)),
      );
      fields.varint(2, power);
    });
  });
  return merkleRoot(leaves);
}

/** Hash of what headers say of the consensus parameters (ConsensusParams.Hash); gas -1: no limit. */
export function consensusHash(params: { maxBytes: number; maxGas: number }): Uint8Array {
  return sha256(
    protoMessage((fields) => {
      fields.varint(1, params.maxBytes);
      fields.varint(2, params.maxGas);
    }),
  );
}

export interface TransactionResult {
  /** 0: it took effect. */
  readonly code: number;
  readonly data: Uint8Array;
}

/** LastResultsHash of a block's results: code and data count, log and events do not. */
export function resultsHash(results: readonly TransactionResult[]): Uint8Array {
  const leaves = results.map(({ code, data }) =>
    protoMessage((fields) => {
      fields.varint(1, code);
      fields.raw(2, data);
    }),
  );
  return merkleRoot(leaves);
}
