/**
 * Blocks of the embedded producer: CometBFT 0.38's header, a validator set of one, and the commit
 * that makes the block final. The header of H+1 bears the state root after H.
 */
import {
  BLOCK_PROTOCOL,
  type Block,
  type BlockId,
  blockIdOf,
  type Commit,
  commitFlaw,
  commitHash,
  commitSignBytes,
  concatBytes,
  consensusHash,
  dataHash,
  decodeBlock,
  decodeCommit,
  decodeLink,
  decodeTransaction,
  encodeBlock,
  encodeCommit,
  encodeLink,
  equalBytes,
  type KeyPair,
  type Milliseconds,
  millisecondsOf,
  noBlockId,
  noEvidenceHash,
  type Params,
  resultsHash,
  timestampOf,
  u32Bytes,
  validatorsHash,
} from "@katydid/protocol";
import type { BlockInput, TransactionResult } from "../transition/index.ts";

/** Version of the rules that headers bear. */
export const APP_VERSION = 1;
/** The one validator's power. */
const POWER = 1;
const LENGTH_BYTES = 4;

/** A block with all that was derived from its bytes. */
export interface SealedBlock {
  readonly block: Block;
  readonly bytes: Uint8Array;
  readonly id: BlockId;
  readonly commit: Commit;
  readonly input: BlockInput;
}

/** What the next header refers to. */
export interface ChainHead {
  readonly height: number;
  readonly blockTime: Milliseconds;
  /** Of the last block; `noBlockId` before the first. */
  readonly id: BlockId;
  readonly commit: Commit;
  /** Root of the state after the last block. */
  readonly appHash: Uint8Array;
  readonly resultsHash: Uint8Array;
}

/** Commit of no block: what block 1 bears. */
export const noCommit: Commit = { height: 0, round: 0, blockId: noBlockId, signatures: [] };

/** Why a block does not continue the chain. */
export interface BlockFlaw {
  readonly reason: string;
}

/** Puts a block together on `head` and signs it. `transactions`: those of `input`, encoded. */
export function sealBlock(options: {
  readonly chainId: string;
  readonly params: Params;
  readonly head: ChainHead;
  readonly input: BlockInput;
  readonly transactions: readonly Uint8Array[];
  readonly producer: KeyPair;
}): SealedBlock {
  const { chainId, head, input, producer } = options;
  const transactions = [encodeLink(input.link), ...options.transactions];
  const setHash = validatorsHash([{ publicKey: producer.publicKey, power: POWER }]);
  const block: Block = {
    header: {
      version: { block: BLOCK_PROTOCOL, app: APP_VERSION },
      chainId,
      height: input.height,
      time: timestampOf(input.blockTime),
      lastBlockId: head.id,
      lastCommitHash: commitHash(head.commit),
      dataHash: dataHash(transactions),
      validatorsHash: setHash,
      nextValidatorsHash: setHash,
      consensusHash: consensusHash({ maxBytes: options.params.blockBytesMax, maxGas: -1 }),
      appHash: head.appHash,
      lastResultsHash: head.resultsHash,
      evidenceHash: noEvidenceHash,
      proposerAddress: input.proposer,
    },
    transactions,
    lastCommit: head.commit,
  };
  const bytes = encodeBlock(block);
  const id = blockIdOf({ block, bytes });
  const commit = signCommit({ chainId, block, id, producer });
  return { block, bytes, id, commit, input };
}

/** Whether a block continues the chain: everything but its transactions. */
export function blockFlaw(options: {
  readonly chainId: string;
  readonly params: Params;
  readonly head: ChainHead;
  readonly sealed: SealedBlock;
  /** The producer that the state knows by the header's proposer address. */
  readonly producerKey: Uint8Array | undefined;
}): BlockFlaw | undefined {
  const { chainId, head, sealed, producerKey } = options;
  const { header } = sealed.block;
  if (header.chainId !== chainId) return { reason: "chain-mismatch" };
  if (header.height !== head.height + 1) return { reason: "height-mismatch" };
  if (producerKey === undefined) return { reason: "proposer-unknown" };
  const validators = [{ publicKey: producerKey, power: POWER }];
  const setHash = validatorsHash(validators);
  const blockSize = { maxBytes: options.params.blockBytesMax, maxGas: -1 };
  const hashes: readonly (readonly [Uint8Array, Uint8Array, string])[] = [
    [header.lastBlockId.hash, head.id.hash, "last-block-mismatch"],
    [header.lastCommitHash, commitHash(sealed.block.lastCommit), "last-commit-mismatch"],
    [encodeCommit(sealed.block.lastCommit), encodeCommit(head.commit), "last-commit-mismatch"],
    [header.dataHash, dataHash(sealed.block.transactions), "data-mismatch"],
    [header.appHash, head.appHash, "state-root-mismatch"],
    [header.lastResultsHash, head.resultsHash, "results-mismatch"],
    [header.validatorsHash, setHash, "validators-mismatch"],
    [header.nextValidatorsHash, setHash, "validators-mismatch"],
    [header.consensusHash, consensusHash(blockSize), "parameters-mismatch"],
    [header.evidenceHash, noEvidenceHash, "evidence-mismatch"],
  ];
  const wrong = hashes.find(([actual, expected]) => !equalBytes(actual, expected));
  if (wrong !== undefined) return { reason: wrong[2] };
  const { id: blockId, commit } = sealed;
  const flaw = commitFlaw({ chainId, height: header.height, blockId, commit, validators });
  return flaw === undefined ? undefined : { reason: flaw };
}

/** LastResultsHash of a block: the link's result, then those of the transactions. */
export function resultsHashOf(results: readonly TransactionResult[]): Uint8Array {
  const data = new Uint8Array(0);
  const codes = results.map(({ outcome }) => ({ code: outcome === "applied" ? 0 : 1, data }));
  return resultsHash([{ code: 0, data }, ...codes]);
}

/** Head after a block. */
export function headAfter(options: {
  readonly sealed: SealedBlock;
  readonly appHash: Uint8Array;
  readonly resultsHash: Uint8Array;
}): ChainHead {
  const { sealed, appHash } = options;
  return {
    height: sealed.input.height,
    blockTime: sealed.input.blockTime,
    id: sealed.id,
    commit: sealed.commit,
    appHash,
    resultsHash: options.resultsHash,
  };
}

/** Bytes under which a store keeps it: `length u32 | block | commit`. */
export function encodeSealed({ bytes, commit }: SealedBlock): Uint8Array {
  return concatBytes(u32Bytes(bytes.length), bytes, encodeCommit(commit));
}

/** Throws DecodeError for what is no block. Signatures are not checked. */
export function decodeSealed(stored: Uint8Array): SealedBlock {
  const length = new DataView(stored.buffer, stored.byteOffset).getUint32(0);
  const bytes = stored.slice(LENGTH_BYTES, LENGTH_BYTES + length);
  const block = decodeBlock(bytes);
  const commit = decodeCommit(stored.slice(LENGTH_BYTES + length));
  const [link, ...transactions] = block.transactions;
  const input: BlockInput = {
    height: block.header.height,
    blockTime: millisecondsOf(block.header.time),
    proposer: block.header.proposerAddress,
    link: decodeLink(link ?? new Uint8Array(0)),
    transactions: transactions.map(decodeTransaction),
  };
  return { block, bytes, id: blockIdOf({ block, bytes }), commit, input };
}

function signCommit(options: {
  readonly chainId: string;
  readonly block: Block;
  readonly id: BlockId;
  readonly producer: KeyPair;
}): Commit {
  const { chainId, block, id, producer } = options;
  const unsigned = { height: block.header.height, round: 0, blockId: id };
  // The embedded producer votes as it makes the block: the vote's time is the block's.
  const entry = { flag: "commit", timestamp: block.header.time } as const;
  const digest = commitSignBytes({ chainId, commit: { ...unsigned, signatures: [] }, entry });
  const signature = producer.sign(digest);
  const validatorAddress = block.header.proposerAddress;
  return { ...unsigned, signatures: [{ ...entry, validatorAddress, signature }] };
}
