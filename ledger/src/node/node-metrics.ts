/** What a node counts. */
import type { Counter, Gauge, Histogram, Metrics } from "@katydid/platform";

export interface NodeMetrics {
  readonly height: Gauge;
  readonly mempool: Gauge;
  readonly transactions: Counter;
  readonly refused: Counter;
  readonly dropped: Counter;
  readonly blockBytes: Histogram;
}

export function nodeMetrics(metrics: Metrics): NodeMetrics {
  return {
    height: metrics.gauge({ name: "ledger_height", help: "Height of the last block" }),
    mempool: metrics.gauge({
      name: "ledger_mempool_transactions",
      help: "Transactions that wait for a block",
    }),
    transactions: metrics.counter({
      name: "ledger_transactions_total",
      help: "Transactions in blocks, by kind",
      labels: ["kind"],
    }),
    refused: metrics.counter({
      name: "ledger_transactions_refused_total",
      help: "Transactions that the mempool refused, by reason",
      labels: ["reason"],
    }),
    dropped: metrics.counter({
      name: "ledger_transactions_dropped_total",
      help: "Transactions that no longer held after a block, by reason",
      labels: ["reason"],
    }),
    blockBytes: metrics.histogram({
      name: "ledger_block_bytes",
      help: "Size of blocks",
      buckets: [1000, 10_000, 100_000, 1_000_000],
    }),
  };
}
