/**
 * Reports evidence to the ledger (protocol.md section 6): two vouchers or two receipts of which an
 * honest signer makes one only. Each pair once, on disk before it is sent, and again until a block
 * has it or the ledger says why it will not; the reward is the owner's.
 */
import type { LedgerClient } from "@katydid/ledger/client";
import type { Clock, Log, Store } from "@katydid/platform";
import {
  codec,
  type Evidence,
  type Params,
  receiptCodec,
  routerEquivocation,
  type SignedReceipt,
  type SignedVoucher,
  sha256,
  targetEquivocation,
  toHex,
  voucherCodec,
} from "@katydid/protocol";
import type { SendTransaction } from "./ledger-link.ts";
import { EVIDENCE_REPORTS_MAX } from "./limits.ts";

export type Reportable = Extract<Evidence, { kind: "target-equivocation" | "router-equivocation" }>;

export interface ReporterOptions {
  readonly params: Params;
  readonly ledger: LedgerClient;
  readonly send: SendTransaction;
  readonly clock: Clock;
  readonly store: Store;
  readonly log: Log;
}

export interface ReportStatus {
  readonly kind: Reportable["kind"];
  readonly state: "waits" | "taken" | "refused";
  /** The ledger's last word on it. */
  readonly reason: string;
}

/** Refusals that pass: a challenge is revealed later, a queue empties, an owner fills his purse. */
const PASSING: ReadonlySet<string> = new Set([
  ...["not-revealed", "nonce-mismatch", "mempool-full", "queue-full", "busy", "balance-too-low"],
]);
/** What is in no block after so many was lost on its way. */
const LOST_AFTER_BLOCKS = 5;

const states = ["waits", "taken", "refused"] as const;

interface Row {
  readonly receipts: readonly SignedReceipt[];
  readonly vouchers: readonly SignedVoucher[];
  readonly state: (typeof states)[number];
  readonly reason: string;
}
const rowCodec = codec.struct<Row>({
  receipts: codec.list(receiptCodec, { max: 2 }),
  vouchers: codec.list(voucherCodec, { max: 2 }),
  state: codec.oneOf(states),
  reason: codec.text(64),
});

interface Item {
  readonly key: Uint8Array;
  readonly evidence: Reportable;
  state: ReportStatus["state"];
  reason: string;
  sent: { readonly id: string; readonly atMs: number } | undefined;
}

export class Reporter {
  readonly #options: ReporterOptions;
  readonly #items = new Map<string, Item>();
  #busy = false;

  constructor(options: ReporterOptions) {
    this.#options = options;
    for (const [key, value] of options.store.range()) {
      const { receipts, vouchers, state, reason } = codec.decode(rowCodec, value);
      const evidence = evidenceOf(receipts, vouchers);
      if (evidence === undefined) continue;
      this.#items.set(toHex(key), { key, evidence, state, reason, sent: undefined });
    }
  }

  /** Once for each pair, however often it is met. */
  report(evidence: Reportable): void {
    const key = sha256(encode({ evidence, state: "waits", reason: "" }));
    const name = toHex(key);
    if (this.#items.has(name) || this.#items.size >= EVIDENCE_REPORTS_MAX) return;
    const item: Item = { key, evidence, state: "waits", reason: "", sent: undefined };
    this.#items.set(name, item);
    this.#options.log.error({ kind: evidence.kind }, "someone signed two things: it is reported");
    this.#keep(item);
  }

  status(): readonly ReportStatus[] {
    return [...this.#items.values()].map(({ evidence, state, reason }) => ({
      kind: evidence.kind,
      state,
      reason,
    }));
  }

  /** Sends and looks after what waits. Called now and then; one round at a time. */
  async round(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (const item of this.#items.values()) {
        if (item.state === "waits") await this.#tend(item);
      }
    } finally {
      this.#busy = false;
    }
  }

  async #tend(item: Item): Promise<void> {
    const { ledger, send, clock, params } = this.#options;
    if (item.sent !== undefined) {
      const seen = await ledger.transaction(item.sent.id);
      const lostAfterMs = LOST_AFTER_BLOCKS * params.blockSecondsBusy * 1000;
      if (seen === undefined && clock.now() - item.sent.atMs < lostAfterMs) return;
      item.sent = undefined;
      if (seen?.outcome === "applied") return this.#ended(item, "taken", "");
      if (seen !== undefined) return this.#refused(item, seen.reason ?? "no-effect");
    }
    const outcome = await send({ kind: "report-evidence", evidence: item.evidence });
    if (outcome.outcome === "refused") return this.#refused(item, outcome.reason);
    item.sent = { id: outcome.id, atMs: clock.now() };
  }

  #refused(item: Item, reason: string): void {
    if (PASSING.has(reason)) item.reason = reason;
    else this.#ended(item, "refused", reason);
  }

  #ended(item: Item, state: "taken" | "refused", reason: string): void {
    Object.assign(item, { state, reason });
    this.#options.log.info({ kind: item.evidence.kind, state, reason }, "evidence reported");
    this.#keep(item);
  }

  #keep(item: Item): void {
    const { store, log } = this.#options;
    store.commit([{ key: item.key, value: encode(item) }]).catch((cause: unknown) => {
      log.error({ cause: String(cause) }, "evidence: the disk refuses, check it");
    });
  }
}

function encode({ evidence, state, reason }: Pick<Item, "evidence" | "state" | "reason">) {
  const receipts = evidence.kind === "target-equivocation" ? [evidence.first, evidence.second] : [];
  const vouchers = evidence.kind === "router-equivocation" ? [evidence.first, evidence.second] : [];
  return codec.encode(rowCodec, { receipts, vouchers, state, reason: reason.slice(0, 64) });
}

function evidenceOf(
  [receipt, otherReceipt]: readonly SignedReceipt[],
  [voucher, otherVoucher]: readonly SignedVoucher[],
): Reportable | undefined {
  if (receipt && otherReceipt) return targetEquivocation(receipt, otherReceipt);
  if (voucher && otherVoucher) return routerEquivocation(voucher, otherVoucher);
  return undefined;
}
