/**
 * The in-process block producer: at most `blockSecondsBusy` after the last block while there is
 * work, else `blockSecondsIdle` (protocol.md §8). It reveals a link of its hash chains in each block
 * and commits to the next chain in good time.
 */
import { type Clock, Fault, type Log, type Timer } from "@katydid/platform";
import { type KeyPair, type Motes, type Params, validatorAddress } from "@katydid/protocol";
import { DirectLedgerClient } from "../client/direct-client.ts";
import { TransactionSender } from "../client/transaction-sender.ts";
import { type GenesisProducer, producerTable } from "../transition/index.ts";
import { EntropyChains } from "./entropy-chain.ts";
import type { LedgerNode } from "./ledger-node.ts";

/** Blocks between attempts to commit the next chain, if the ledger refused one. */
const COMMIT_RETRY_BLOCKS = 20;

export interface EmbeddedProducerOptions {
  readonly node: LedgerNode;
  /** Signs blocks, and owns the stake: it commits the next chains and is paid. */
  readonly key: KeyPair;
  /** 32 secret bytes that the hash chains come from; as those of `genesisProducer`. */
  readonly seed: Uint8Array;
  readonly clock: Clock;
  readonly log: Log;
  readonly params: Params;
  /** As that of genesis; for tests that want a chain to end. */
  readonly chainLength?: number;
}

/** The genesis entry of a producer with that key and seed. */
export function genesisProducer(options: {
  readonly key: KeyPair;
  readonly seed: Uint8Array;
  readonly stakeMotes: Motes;
  readonly chainLength?: number;
}): GenesisProducer {
  const chains = chainsOf(options);
  return {
    owner: options.key.address,
    stakeMotes: options.stakeMotes,
    producerKey: options.key.publicKey,
    chainTip: chains.tip(0),
    chainLength: chains.chainLength,
  };
}

export class EmbeddedProducer implements AsyncDisposable {
  /** Resolves when disposed; rejects where no block can be made any more (Fault, or a bug). */
  readonly closed: Promise<void>;
  private readonly options: EmbeddedProducerOptions;
  private readonly chains: EntropyChains;
  private readonly sender: TransactionSender;
  private readonly settle: PromiseWithResolvers<void>;
  private timer: { readonly at: number; readonly timer: Timer } | undefined;
  private making: Promise<void> | undefined;
  private attempt: { readonly number: number; readonly height: number } | undefined;
  private watch: { cancel(): void } | undefined;
  private disposed = false;

  constructor(options: EmbeddedProducerOptions) {
    const { node, key, clock, params } = options;
    this.options = options;
    this.chains = chainsOf(options);
    const client = new DirectLedgerClient(node);
    this.sender = new TransactionSender({
      client,
      signer: key,
      chainId: node.chainId,
      params,
      clock,
    });
    this.settle = Promise.withResolvers<void>();
    this.closed = this.settle.promise;
  }

  /** Makes blocks from now on. */
  start(): void {
    this.watch = this.options.node.onTransaction(() => this.schedule());
    this.schedule();
  }

  /** Makes one block at once. For tools and tests; `start` does it by the clock. */
  async produce(): Promise<void> {
    const { node, key } = this.options;
    const link = this.chains.link(node.height + 1);
    const sealed = node.propose({ link, producer: key });
    const outcome = node.finalize(sealed);
    if (outcome.outcome === "refused") {
      const { reason } = outcome.flaw;
      const advice = `the ledger refuses its own block (${reason}): report this`;
      throw new Fault({ code: "block-refused", advice, reason });
    }
    await node.storeBlock(sealed);
    await node.commit(outcome);
    this.commitNextChain();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    this.watch?.cancel();
    this.timer?.timer.cancel();
    await this.making;
    this.settle.resolve();
  }

  private schedule(): void {
    if (this.disposed || this.making !== undefined) return;
    const at = this.nextAt();
    if (this.timer !== undefined) {
      if (this.timer.at <= at) return;
      this.timer.timer.cancel();
    }
    const delayMs = Math.max(0, at - this.options.clock.now());
    this.timer = { at, timer: this.options.clock.after(delayMs, () => this.due(at)) };
  }

  /** Block time of the next block, as things stand. */
  private nextAt(): number {
    const { node, params } = this.options;
    const busy = node.lastBlockTime + params.blockSecondsBusy * 1000;
    const idle = node.lastBlockTime + params.blockSecondsIdle * 1000;
    if (node.hasTransactions) return busy;
    const due = node.workDueAt;
    return due === undefined ? idle : Math.min(idle, Math.max(busy, due));
  }

  private due(at: number): void {
    this.timer = undefined;
    // Timers of the system may fire a millisecond early: the block would miss what is due.
    if (this.options.clock.now() < at) {
      this.schedule();
      return;
    }
    this.making = this.produce().then(
      () => {
        this.making = undefined;
        this.schedule();
      },
      (error: unknown) => this.fail(error),
    );
  }

  private fail(error: unknown): void {
    const { log, node } = this.options;
    this.making = undefined;
    this.watch?.cancel();
    this.disposed = true;
    const reason = error instanceof Error ? error.message : String(error);
    log.error({ height: node.height, reason }, "no block can be made");
    this.settle.reject(error);
  }

  /** Half a chain before its end, so that a refusal (a fee that cannot be paid) can be mended. */
  private commitNextChain(): void {
    const { node, key } = this.options;
    const { number, index } = this.chains.positionOf(node.height + 1);
    if (index < this.chains.chainLength / 2) return;
    const { attempt } = this;
    const isRetry = attempt?.number === number;
    if (isRetry && node.height - attempt.height < COMMIT_RETRY_BLOCKS) return;
    const row = node.state.get(producerTable, validatorAddress(key.publicKey));
    if (row === undefined || row.next !== undefined) return;
    this.attempt = { number, height: node.height };
    void this.sendNextChain(number + 1);
  }

  private async sendNextChain(number: number): Promise<void> {
    const { key, log } = this.options;
    const outcome = await this.sender.send({
      kind: "stake",
      motes: 0n as Motes,
      producerKey: key.publicKey,
      chainTip: this.chains.tip(number),
      chainLength: this.chains.chainLength,
    });
    if (outcome.outcome === "accepted") return;
    const { reason } = outcome;
    log.error({ number, reason }, "the next hash chain was refused: blocks end with this one");
  }
}

function chainsOf(options: {
  readonly seed: Uint8Array;
  readonly chainLength?: number;
}): EntropyChains {
  const { seed, chainLength } = options;
  return new EntropyChains({ seed, ...(chainLength !== undefined && { length: chainLength }) });
}
