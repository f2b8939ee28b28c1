/**
 * The chain of blocks and the state after the last of them. Three steps (protocol.md §5): `finalize`
 * computes and writes nothing, `storeBlock` keeps the block, `commit` writes rows, tree, height and
 * root in one store transaction. The state is never ahead of the blocks; `open` replays what it lacks.
 */
import { Fault, type Log, type Store, type StoreWrite } from "@katydid/platform";
import {
  DecodeError,
  equalBytes,
  type Height,
  headerHash,
  height,
  type Milliseconds,
  milliseconds,
  noBlockId,
  type Params,
  paramsByName,
  toHex,
  transactionId,
} from "@katydid/protocol";
import type { LedgerEvent } from "../client/client.ts";
import { sequenceOf } from "../client/events.ts";
import {
  ActiveIndex,
  applyBlock,
  type BlockContext,
  type BlockInput,
  type BlockOutcome,
  type BlockResult,
  chainOf,
  type Genesis,
  nextContext,
  producerTable,
  type Verify,
  workDueAt,
} from "../transition/index.ts";
import { endedChallenges } from "./ended-challenges.ts";
import type { EndedChallenge } from "./index-store.ts";
import * as layout from "./layout.ts";
import { initialise, readHead, writeHead } from "./node-meta.ts";
import {
  type BlockFlaw,
  blockFlaw,
  type ChainHead,
  decodeSealed,
  encodeSealed,
  headAfter,
  noCommit,
  resultsHashOf,
  type SealedBlock,
} from "./sealed-block.ts";
import { SignatureCache } from "./signature-cache.ts";
import { StateStore } from "./state-store.ts";
import type { TreeUpdate } from "./state-tree.ts";

/** Blocks that are kept, with the index of their transactions: 23 days of blocks at 10 s. */
export const BLOCKS_MAX = 200_000;

/** What a block does, computed and not yet written. */
export interface Finalized {
  readonly sealed: SealedBlock;
  readonly result: BlockResult;
  readonly update: TreeUpdate;
  readonly resultsHash: Uint8Array;
  /** Numbered; the `block` event is the last. */
  readonly events: readonly LedgerEvent[];
  readonly ended: readonly EndedChallenge[];
}

export type FinalizeOutcome =
  | (Finalized & { readonly outcome: "finalized" })
  | { readonly outcome: "refused"; readonly flaw: BlockFlaw };

/** Further writes that belong to a block's commit: an index over what it did. */
export type IndexWrites = (finalized: Finalized) => readonly StoreWrite[];

export class Chain {
  readonly params: Params;
  readonly chainId: string;
  readonly state: StateStore;
  readonly signatures = new SignatureCache();
  private readonly store: Store;
  private readonly blocksMax: number;
  /** Follows the state: for views, when no block is being made. */
  readonly activeIndex = new ActiveIndex();
  private readonly index: IndexWrites;
  private head: ChainHead;
  private dueAt: Milliseconds | undefined;
  /** The last execution: a producer proposes and finalizes the same input. */
  private executed: { readonly input: BlockInput; readonly outcome: BlockOutcome } | undefined;

  private constructor(options: ChainOptions, head: ChainHead) {
    const { genesis, store } = options;
    this.params = paramsByName(genesis.params);
    this.chainId = genesis.chainId;
    this.store = store;
    this.index = options.index;
    this.blocksMax = options.blocksMax ?? BLOCKS_MAX;
    this.state = new StateStore(store);
    this.head = { ...head, appHash: this.state.root };
    this.dueAt = workDueAt(this.state);
  }

  /**
   * Opens the chain in a store, which is empty or of this very genesis, and replays stored blocks
   * above the state. Throws Fault "store-version", "store-other-chain" or "store-corrupt".
   */
  static async open(options: ChainOptions): Promise<Chain> {
    const { store, genesis, log } = options;
    await initialise(store, genesis);
    const meta = readHead(store);
    const stored = meta.height === 0 ? undefined : readBlock(store, meta.height);
    const common = { height: meta.height, resultsHash: meta.resultsHash, appHash: meta.appHash };
    if (meta.height > 0 && stored === undefined) throw corrupt("the last block is missing");
    const head: ChainHead =
      stored === undefined
        ? { ...common, blockTime: genesis.time, id: noBlockId, commit: noCommit }
        : { ...common, blockTime: stored.input.blockTime, id: stored.id, commit: stored.commit };
    const chain = new Chain(options, head);
    if (!equalBytes(chain.state.root, meta.appHash)) throw corrupt("the state root does not match");
    const replayed = await chain.replay();
    if (replayed > 0)
      log.info({ blocks: replayed, height: chain.height }, "stored blocks replayed");
    return chain;
  }

  get height(): Height {
    return height(this.head.height);
  }
  get tip(): ChainHead {
    return this.head;
  }
  /** Protocol time from which on there is work for a block, as the last block said. */
  get workDueAt(): Milliseconds | undefined {
    return this.dueAt;
  }
  get protocolTime(): Milliseconds {
    return chainOf(this.state).protocolTime;
  }

  /** Context of a block that would be made at a time, for planning. */
  contextAt(now: Milliseconds, verify: Verify): BlockContext {
    return nextContext(this.state, { blockTime: this.blockTimeAt(now), verify });
  }

  /** Whole milliseconds, later than the last block. */
  blockTimeAt(now: Milliseconds): Milliseconds {
    return milliseconds(Math.max(Math.floor(now), this.head.blockTime + 1));
  }

  /** What a block would do. Writes nothing. */
  execute(input: BlockInput): BlockOutcome {
    if (this.executed?.input === input) return this.executed.outcome;
    const options = { verify: this.signatures.consensus, index: this.activeIndex };
    const outcome = applyBlock(this.state, input, options);
    this.executed = { input, outcome };
    return outcome;
  }

  /** Step one: checks a whole block and computes what it does. A pure function of the state. */
  finalize(sealed: SealedBlock): FinalizeOutcome {
    const producer = this.state.get(producerTable, sealed.input.proposer);
    const { chainId, params, head } = this;
    const producerKey = producer?.producerKey;
    const flaw = blockFlaw({ chainId, params, head, sealed, producerKey });
    if (flaw !== undefined) return { outcome: "refused", flaw };
    const outcome = this.execute(sealed.input);
    if (outcome.outcome === "refused") return { outcome: "refused", flaw: outcome.refusal };
    const update = this.state.preview(outcome.writes);
    const resultsHash = resultsHashOf(outcome.results);
    const events = numbered({ sealed, result: outcome, root: update.root });
    const ended = endedChallenges(events, this.state);
    return { outcome: "finalized", sealed, result: outcome, update, resultsHash, events, ended };
  }

  /** Step two. Resolves when the block is durable. */
  storeBlock(sealed: SealedBlock): Promise<void> {
    const key = layout.blockKey(sealed.input.height);
    return this.store.commit([{ key, value: encodeSealed(sealed) }]);
  }

  /** Step three, of what `finalize` made on this very state. Visible at once; resolves when durable. */
  commit(finalized: Finalized): Promise<void> {
    const { sealed, result, update, resultsHash } = finalized;
    const { height: committed } = sealed.input;
    const head = headAfter({ sealed, appHash: update.root, resultsHash });
    const others = [
      ...this.index(finalized),
      ...this.prune(committed - this.blocksMax),
      writeHead({ height: committed, appHash: update.root, resultsHash }),
    ];
    const durable = this.state.commit({ writes: result.writes, update, others });
    this.head = head;
    this.dueAt = result.workDueAt;
    this.executed = undefined;
    return durable;
  }

  block(at: number): SealedBlock | undefined {
    return readBlock(this.store, at);
  }

  /** Applies stored blocks above the state. Returns how many. */
  private async replay(): Promise<number> {
    let replayed = 0;
    for (;;) {
      const sealed = readBlock(this.store, this.head.height + 1);
      if (sealed === undefined) return replayed;
      const outcome = this.finalize(sealed);
      if (outcome.outcome === "refused") {
        throw corrupt(`block ${sealed.input.height} does not hold: ${outcome.flaw.reason}`);
      }
      await this.commit(outcome);
      replayed += 1;
    }
  }

  private prune(expired: number): StoreWrite[] {
    const old = expired > 0 ? readBlock(this.store, expired) : undefined;
    if (old === undefined) return [];
    const { chainId } = this;
    const ids = old.input.transactions.map(({ body }) => transactionId({ chainId, body }));
    const keys = [layout.blockKey(expired), ...ids.map(layout.transactionKey)];
    return keys.map((key) => ({ key, value: undefined }));
  }
}

export interface ChainOptions {
  readonly store: Store;
  readonly genesis: Genesis;
  readonly log: Log;
  readonly index: IndexWrites;
  readonly blocksMax?: number;
}

function numbered(options: {
  readonly sealed: SealedBlock;
  readonly result: BlockResult;
  readonly root: Uint8Array;
}): readonly LedgerEvent[] {
  const { sealed, result } = options;
  const { height: at, blockTime, transactions } = sealed.input;
  const events = result.events.map((event, index) => ({
    ...event,
    sequence: sequenceOf({ height: at, index }),
  }));
  const block: LedgerEvent = {
    kind: "block",
    sequence: sequenceOf({ height: at, index: events.length }),
    height: at,
    protocolTime: result.protocolTime,
    blockTime,
    subjects: [],
    transactions: transactions.length,
    stateRoot: toHex(options.root),
    headerHash: toHex(headerHash(sealed.block.header)),
  };
  return [...events, block];
}

function readBlock(store: Store, at: number): SealedBlock | undefined {
  const stored = store.get(layout.blockKey(at));
  if (stored === undefined) return undefined;
  try {
    return decodeSealed(stored);
  } catch (cause) {
    if (cause instanceof DecodeError) throw corrupt(`block ${at} is damaged`, cause);
    throw cause;
  }
}

function corrupt(what: string, cause?: unknown): Fault {
  const advice = `the ledger's store is damaged (${what}): restore it from a copy or start afresh`;
  return new Fault({ code: "store-corrupt", advice }, { cause });
}
