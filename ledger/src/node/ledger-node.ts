/**
 * A ledger node: chain, mempool, index and coverage, and those who watch. It makes no blocks by
 * itself: an EmbeddedProducer does, or an engine that calls its three steps.
 */
import assert from "node:assert/strict";
import { type Clock, Fault, type Log, type Metrics, type Store } from "@katydid/platform";
import {
  type Height,
  type KeyPair,
  type Milliseconds,
  type NetworkFile,
  type Params,
  toHex,
  validatorAddress,
} from "@katydid/protocol";
import type { LedgerEvent, SubmitOutcome, Watch, WatchOptions } from "../client/client.ts";
import { sequenceOf } from "../client/events.ts";
import { CoverageIndex } from "../coverage/coverage-index.ts";
import { CoverageTiles, type HotspotPoint } from "../coverage/coverage-tiles.ts";
import type { BlockContext, BlockInput, BlockRefusal, Genesis } from "../transition/index.ts";
import { Chain, type Finalized, type FinalizeOutcome } from "./chain.ts";
import { EventHub } from "./event-hub.ts";
import { type IndexLimits, IndexStore } from "./index-store.ts";
import { Mempool, type MempoolLimits } from "./mempool.ts";
import { type NodeMetrics, nodeMetrics } from "./node-metrics.ts";
import { LedgerQueries } from "./queries.ts";
import { type SealedBlock, sealBlock } from "./sealed-block.ts";
import type { StateStore } from "./state-store.ts";

/** More than a block has events. */
const EVENTS_PER_BLOCK_MAX = 999_999_999;
/** Bytes of a block that header, link and commit may take of its limit. */
const BLOCK_OVERHEAD_BYTES = 4096;

export interface LedgerNodeOptions {
  /** Empty, or of this genesis. The node does not close it. */
  readonly store: Store;
  readonly genesis: Genesis;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly mempool?: MempoolLimits;
  readonly index?: IndexLimits;
  /** Blocks that are kept. */
  readonly blocksMax?: number;
}

export class LedgerNode {
  readonly queries: LedgerQueries;
  readonly coverage: CoverageIndex;
  readonly tiles: CoverageTiles;
  /** Height at which coverage or a hotspot last changed: names the content of the tiles. */
  mapHeight = 0;
  private readonly chain: Chain;
  private readonly mempool: Mempool;
  private readonly hub: EventHub;
  readonly clock: Clock;
  private readonly log: Log;
  private readonly metrics: NodeMetrics;
  private readonly workHandlers = new Set<() => void>();
  private points: { readonly height: number; readonly list: readonly HotspotPoint[] } | undefined;

  private constructor(options: LedgerNodeOptions, parts: { chain: Chain; index: IndexStore }) {
    const { clock, log } = options;
    const { chain, index } = parts;
    this.clock = clock;
    this.log = log;
    this.metrics = nodeMetrics(options.metrics);
    this.chain = chain;
    this.queries = new LedgerQueries(parts);
    this.mempool = new Mempool({
      chainId: chain.chainId,
      view: chain.state,
      ...(options.mempool && { limits: options.mempool }),
    });
    this.hub = new EventHub({
      clock,
      stored: (after) => index.eventsAfter(after, { height: chain.height }),
    });
    this.coverage = new CoverageIndex((cell, resolution) => this.tiles.addCell(cell, resolution));
    this.tiles = new CoverageTiles({ index: this.coverage, hotspots: () => this.hotspotPoints() });
    for (const ended of index.endedChallenges()) this.coverage.add(ended);
    this.mapHeight = chain.height;
    this.metrics.height.set(chain.height);
  }

  /** Throws Fault "store-version", "store-other-chain" or "store-corrupt". */
  static async open(options: LedgerNodeOptions): Promise<LedgerNode> {
    const { store, genesis, log, blocksMax } = options;
    const index = new IndexStore({ store, ...(options.index && { limits: options.index }) });
    const chain = await Chain.open({
      store,
      genesis,
      log,
      index: ({ sealed, result, events, ended }) =>
        index.writes({ height: sealed.input.height, events, rewards: result.rewards, ended }),
      ...(blocksMax !== undefined && { blocksMax }),
    });
    return new LedgerNode(options, { chain, index });
  }

  get chainId(): string {
    return this.chain.chainId;
  }
  get params(): Params {
    return this.chain.params;
  }
  get height(): Height {
    return this.chain.height;
  }
  /** Of the committed state: for tools and tests that look closer than `queries` do. */
  get state(): StateStore {
    return this.chain.state;
  }

  // ---- Transactions and events ---------------------------------------------------------------

  /** Into the mempool; a refusal is an outcome. */
  submit(bytes: Uint8Array): SubmitOutcome {
    const outcome = this.mempool.submit(bytes, this.admissionContext());
    if (outcome.outcome === "refused") {
      this.metrics.refused.add(1, { reason: outcome.reason });
      return outcome;
    }
    this.metrics.mempool.set(this.mempool.size);
    for (const handler of this.workHandlers) handler();
    return outcome;
  }

  /** Sequence after which only what is still to come follows. */
  get sequence(): string {
    return sequenceOf({ height: this.height, index: EVENTS_PER_BLOCK_MAX });
  }

  /** As LedgerClient.watch. */
  watch(options: WatchOptions, handler: (event: LedgerEvent) => void): Watch {
    return this.hub.watch(options, handler);
  }

  /** Watches that are open. */
  get watchers(): number {
    return this.hub.size;
  }

  // ---- Blocks --------------------------------------------------------------------------------

  /** Whether there is a transaction for the next block. */
  get hasTransactions(): boolean {
    return this.mempool.size > 0;
  }
  get lastBlockTime(): Milliseconds {
    return this.chain.tip.blockTime;
  }
  /** Block time at which something becomes due, if the blocks until then do not change that. */
  get workDueAt(): Milliseconds | undefined {
    const due = this.chain.workDueAt;
    if (due === undefined) return undefined;
    return (this.lastBlockTime + Math.max(0, due - this.chain.protocolTime)) as Milliseconds;
  }
  /** Calls the handler whenever a transaction has come in. */
  onTransaction(handler: () => void): Watch {
    this.workHandlers.add(handler);
    return { cancel: () => void this.workHandlers.delete(handler) };
  }

  /**
   * A signed block on top of the last, of what waits in the mempool. What does not hold in it is
   * dropped. Throws Fault "producer-refused" where the state does not let this producer make it.
   */
  propose(options: { readonly link: Uint8Array; readonly producer: KeyPair }): SealedBlock {
    const { link, producer } = options;
    const { chainId, params } = this;
    const head = this.chain.tip;
    for (let round = 0; ; round += 1) {
      const taken = this.mempool.take(params.blockBytesMax - BLOCK_OVERHEAD_BYTES);
      const input: BlockInput = {
        height: (this.height + 1) as Height,
        blockTime: this.chain.blockTimeAt(this.clock.now()),
        proposer: validatorAddress(producer.publicKey),
        link,
        transactions: taken.map(({ transaction }) => transaction),
      };
      const outcome = this.chain.execute(input);
      if (outcome.outcome === "refused") throw producerRefused(outcome.refusal);
      const dropped = outcome.results.filter((result) => result.outcome === "no-effect");
      if (dropped.length === 0) {
        const transactions = taken.map(({ bytes }) => bytes);
        return sealBlock({ chainId, params, head, input, transactions, producer });
      }
      assert(round < taken.length, "each round drops something");
      for (const { id, refusal } of dropped) this.noteDropped(id, refusal?.reason ?? "unknown");
      this.mempool.remove(dropped.map(({ id }) => id));
    }
  }

  /** Step one: what a block does, or why it is refused. Writes nothing. */
  finalize(sealed: SealedBlock): FinalizeOutcome {
    const outcome = this.chain.finalize(sealed);
    if (outcome.outcome === "refused") return outcome;
    // A proposal that holds a transaction without effect is refused whole (protocol.md section 2).
    const idle = outcome.result.results.find((result) => result.outcome === "no-effect");
    if (idle === undefined) return outcome;
    return { outcome: "refused", flaw: { reason: "transaction-without-effect" } };
  }

  /** Step two: resolves when the block is durable. */
  storeBlock(sealed: SealedBlock): Promise<void> {
    return this.chain.storeBlock(sealed);
  }

  /** Step three: resolves when the state is durable; then mempool and watchers are told. */
  async commit(finalized: Finalized): Promise<void> {
    await this.chain.commit(finalized);
    const { sealed, result, events } = finalized;
    this.metrics.height.set(this.height);
    this.metrics.blockBytes.observe(sealed.bytes.length);
    for (const { kind } of result.results) this.metrics.transactions.add(1, { kind });
    this.followMap(finalized);
    this.mempool.remove(result.results.map(({ id }) => id));
    const context = this.admissionContext();
    for (const { id, refusal } of this.mempool.recheck(context))
      this.noteDropped(id, refusal.reason);
    this.metrics.mempool.set(this.mempool.size);
    this.hub.publish(events);
  }

  block(height: number): SealedBlock | undefined {
    return this.chain.block(height);
  }

  // ---- Others --------------------------------------------------------------------------------

  /** What a hotspot or wallet needs to join; undefined before the first block. */
  networkFile(urls: Pick<NetworkFile, "ledgers">): NetworkFile | undefined {
    if (this.height === 0) return undefined;
    return {
      chainId: this.chainId,
      trustedHeader: { height: this.height, hash: toHex(this.chain.tip.id.hash) },
      ledgers: urls.ledgers,
      relays: this.queries.relays().map(({ url }) => url),
    };
  }

  private admissionContext(): BlockContext {
    return this.chain.contextAt(this.clock.now(), this.chain.signatures.admission);
  }

  private noteDropped(id: string, reason: string): void {
    this.metrics.dropped.add(1, { reason });
    this.log.debug({ id, reason }, "transaction dropped: it no longer holds");
  }

  private followMap({ ended, events }: Finalized): void {
    let changed = events.some(({ kind }) => kind === "hotspot-changed");
    for (const challenge of ended) changed = this.coverage.add(challenge) || changed;
    if (changed) this.mapHeight = this.height;
  }

  private hotspotPoints(): readonly HotspotPoint[] {
    if (this.points?.height === this.mapHeight) return this.points.list;
    const list: HotspotPoint[] = [];
    for (const { address, name, cell, active, densityScale } of this.queries.allHotspots()) {
      if (cell !== undefined) list.push({ address, name, cell, active, scale: densityScale });
    }
    this.points = { height: this.mapHeight, list };
    return list;
  }
}

function producerRefused(refusal: BlockRefusal): Fault {
  const { reason } = refusal;
  const advice = `the ledger does not accept blocks of this producer (${reason}): check its key and seed`;
  return new Fault({ code: "producer-refused", advice, reason });
}
