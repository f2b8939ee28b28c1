/**
 * Transactions that wait for a block, in the order in which they came. Each was planned over the
 * committed state and all that wait before it, so that what is admitted holds in the next block
 * unless time or the block's own steps intervene; after each block what is left is planned anew.
 */
import {
  type Address,
  DecodeError,
  decodeTransaction,
  type Transaction,
  toHex,
} from "@katydid/protocol";
import type { SubmitOutcome } from "../client/client.ts";
import { toWire } from "../client/wire.ts";
import {
  type BlockContext,
  identityOf,
  Overlay,
  plan,
  type Refusal,
  type View,
} from "../transition/index.ts";

export const MEMPOOL_TRANSACTIONS_MAX = 10_000;
export const MEMPOOL_BYTES_MAX = 16 * 1024 * 1024;
/** What a block adds to a transaction: protobuf's tag and length, of 2 MiB at most. */
const ENTRY_OVERHEAD_BYTES = 5;
/** One actor's waiting transactions at most, so that none can fill the pool alone. */
export const MEMPOOL_PER_ACTOR_MAX = 500;

export interface MempoolLimits {
  readonly transactionsMax: number;
  readonly bytesMax: number;
  readonly perActorMax: number;
}

export const mempoolLimits: MempoolLimits = {
  transactionsMax: MEMPOOL_TRANSACTIONS_MAX,
  bytesMax: MEMPOOL_BYTES_MAX,
  perActorMax: MEMPOOL_PER_ACTOR_MAX,
};

export interface PooledTransaction {
  /** Hex. */
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly transaction: Transaction;
}

/** One that waited and will not be in a block after all. */
export interface Dropped {
  readonly id: string;
  readonly refusal: Refusal;
}

export class Mempool {
  private readonly chainId: string;
  private readonly limits: MempoolLimits;
  private readonly entries = new Map<string, PooledTransaction>();
  private readonly perActor = new Map<Address, number>();
  private bytes = 0;
  private committed: View;
  private pending: Overlay;

  constructor(options: {
    readonly chainId: string;
    readonly view: View;
    readonly limits?: MempoolLimits;
  }) {
    this.chainId = options.chainId;
    this.limits = options.limits ?? mempoolLimits;
    this.committed = options.view;
    this.pending = new Overlay(options.view);
  }

  get size(): number {
    return this.entries.size;
  }

  get sizeBytes(): number {
    return this.bytes;
  }

  /** Takes a transaction in, or says why not; `context` is that of the block that may be next. */
  submit(bytes: Uint8Array, context: BlockContext): SubmitOutcome {
    let transaction: Transaction;
    try {
      transaction = decodeTransaction(bytes);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return refused({ reason: "malformed", code: error.code, field: error.field });
    }
    const full = this.refuseFull(transaction.body.actor, bytes.length);
    if (full !== undefined) return full;
    const planned = plan(this.pending, transaction, context);
    if (planned.outcome === "refused") return refused(planned.refusal);
    this.pending.absorb(planned.changes);
    const id = toHex(identityOf({ chainId: this.chainId, transaction }).id);
    this.add({ id, bytes, transaction });
    return { outcome: "accepted", id };
  }

  /** From the oldest on, as many as `bytesMax` of block hold, with what a block adds to each. */
  take(bytesMax: number): readonly PooledTransaction[] {
    const taken: PooledTransaction[] = [];
    let bytes = 0;
    for (const entry of this.entries.values()) {
      bytes += entry.bytes.length + ENTRY_OVERHEAD_BYTES;
      if (bytes > bytesMax) break;
      taken.push(entry);
    }
    return taken;
  }

  /** Without these, which are in a block now or did not hold in one. */
  remove(ids: Iterable<string>): void {
    for (const id of ids) this.delete(id);
  }

  /** Plans what is left over the state after a block. Returns what no longer holds, and is gone. */
  recheck(context: BlockContext): readonly Dropped[] {
    this.pending = new Overlay(this.committed);
    const dropped: Dropped[] = [];
    for (const { id, transaction } of this.entries.values()) {
      const planned = plan(this.pending, transaction, context);
      if (planned.outcome === "accepted") this.pending.absorb(planned.changes);
      else dropped.push({ id, refusal: planned.refusal });
    }
    for (const { id } of dropped) this.delete(id);
    return dropped;
  }

  private refuseFull(actor: Address, bytes: number): SubmitOutcome | undefined {
    const { transactionsMax, bytesMax, perActorMax } = this.limits;
    if (this.entries.size >= transactionsMax) {
      return refused({ reason: "mempool-full", limit: transactionsMax });
    }
    if (this.bytes + bytes > bytesMax) {
      return refused({ reason: "mempool-bytes-full", limit: bytesMax });
    }
    if ((this.perActor.get(actor) ?? 0) >= perActorMax) {
      return refused({ reason: "mempool-actor-full", limit: perActorMax });
    }
    return undefined;
  }

  private add(entry: PooledTransaction): void {
    const { actor } = entry.transaction.body;
    this.entries.set(entry.id, entry);
    this.perActor.set(actor, (this.perActor.get(actor) ?? 0) + 1);
    this.bytes += entry.bytes.length;
  }

  private delete(id: string): void {
    const entry = this.entries.get(id);
    if (entry === undefined) return;
    const { actor } = entry.transaction.body;
    this.entries.delete(id);
    const left = (this.perActor.get(actor) ?? 0) - 1;
    if (left > 0) this.perActor.set(actor, left);
    else this.perActor.delete(actor);
    this.bytes -= entry.bytes.length;
  }
}

/** A refusal as clients see it: the same over HTTP and in process, so numbers as JSON has them. */
export function refused(
  refusal: Readonly<Record<string, unknown>> & { readonly reason: string },
): SubmitOutcome {
  const { reason, ...rest } = refusal;
  return {
    outcome: "refused",
    reason,
    detail: toWire(rest) as Readonly<Record<string, unknown>>,
  };
}
