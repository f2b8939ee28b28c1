/** What the GWMP server counts. */
import type { Counter, Metrics } from "@katydid/platform";

export interface GwmpMetrics {
  readonly datagrams: Counter;
  readonly malformed: Counter;
  readonly foreign: Counter;
  readonly frames: Counter;
  readonly skipped: Counter;
  readonly dropped: Counter;
  readonly transmissions: Counter;
  readonly unexpectedAcks: Counter;
}

export function gwmpMetrics(metrics: Metrics): GwmpMetrics {
  return {
    datagrams: metrics.counter({
      name: "gwmp_datagrams_total",
      help: "Well-formed datagrams received, by kind",
      labels: ["kind"],
    }),
    malformed: metrics.counter({
      name: "gwmp_malformed_total",
      help: "Datagrams dropped because they could not be read, by reason",
      labels: ["reason"],
    }),
    foreign: metrics.counter({
      name: "gwmp_foreign_total",
      help: "Datagrams of another forwarder than ours, dropped",
    }),
    frames: metrics.counter({
      name: "gwmp_frames_total",
      help: "Frames received, by the state of their CRC",
      labels: ["crc"],
    }),
    skipped: metrics.counter({
      name: "gwmp_entries_skipped_total",
      help: "Entries of rxpk that could not be read, by reason",
      labels: ["reason"],
    }),
    dropped: metrics.counter({
      name: "gwmp_frames_dropped_total",
      help: "Frames dropped because nobody took them in time",
    }),
    transmissions: metrics.counter({
      name: "gwmp_transmissions_total",
      help: "Requests to transmit, by outcome",
      labels: ["outcome"],
    }),
    unexpectedAcks: metrics.counter({
      name: "gwmp_unexpected_acks_total",
      help: "Acknowledgements of transmissions that nobody waits for (any more)",
    }),
  };
}
