/** The counters of forwarding, as the metrics and the status page have them. */
import type { Metrics } from "@katydid/platform";
import { frameOutcomes, NamedCounts, uplinkOutcomes } from "./frame-counts.ts";
import { voucherVerdicts } from "./voucher-book.ts";

const downlinkOutcomes = ["transmitted", "second-window", "refused"] as const;
const redemptionOutcomes = ["submitted", "confirmed", "refused", "no-effect"] as const;

export function forwardingCounts(metrics: Metrics) {
  return {
    frames: new NamedCounts({
      metrics,
      name: "katydid_frames_total",
      help: "Frames that the radio handed over, by what became of them.",
      label: "outcome",
      values: frameOutcomes,
    }),
    uplinks: new NamedCounts({
      metrics,
      name: "katydid_uplinks_total",
      help: "Frames on their way to routers, by what became of them later.",
      label: "outcome",
      values: uplinkOutcomes,
    }),
    vouchers: new NamedCounts({
      metrics,
      name: "katydid_vouchers_total",
      help: "Vouchers from routers, by verdict.",
      label: "verdict",
      values: voucherVerdicts,
    }),
    downlinks: new NamedCounts({
      metrics,
      name: "katydid_downlinks_total",
      help: "Downlinks that routers asked for, by what became of them.",
      label: "outcome",
      values: downlinkOutcomes,
    }),
    redemptions: new NamedCounts({
      metrics,
      name: "katydid_redemptions_total",
      help: "Vouchers brought to the ledger, by what became of them.",
      label: "outcome",
      values: redemptionOutcomes,
    }),
  };
}
