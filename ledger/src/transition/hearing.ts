/** Counters that classifiers read: who hears whose beacons, and whom routers pay. */
import {
  type Address,
  addressBytes,
  type CountedReport,
  countBeacon,
  countTraffic,
  type Dc,
  flightVerdict,
  NEAR_MAX,
  wholeDbm,
  windowAt,
} from "@katydid/protocol";
import type { ActiveIndex } from "./active-index.ts";
import { type Judged, type Judgement, passesRadio, type Revealed } from "./challenges.ts";
import { hearingTable, trafficTable } from "./classifier-tables.ts";
import type { Draft } from "./draft.ts";
import { activeTable } from "./tables.ts";

/**
 * Counts a settled challenge whose target showed its receipt and that somebody heard by rules 1 to
 * 13. What a challenger only listed is its word, and does not count. `index` is as it was when the
 * block's settlements began.
 */
export function countHearing(
  draft: Draft,
  input: { row: Revealed; judgement: Judgement; index: ActiveIndex },
): void {
  const { row, judgement, index } = input;
  const { target } = row.drawn;
  const cell = draft.hotspot(target)?.cell;
  if (row.reveal.receipt === undefined || cell === undefined) return;
  if (!judgement.judged.some(({ verdict }) => passesRadio(verdict))) return;
  const { params } = draft.context;
  const minCells = params.witnessCellsMin;
  const exclude = [target, row.challenger];
  const key = addressBytes(target);
  const hearing = countBeacon({
    before: draft.get(hearingTable, key),
    window: windowAt({ params, now: draft.now }),
    nearest: index.nearest({ cell, max: NEAR_MAX, minCells, exclude }),
    // The challenger may not witness, so its silence says nothing.
    isActive: (address) => address !== row.challenger && mayBeHeard(draft, address),
    reports: judgement.judged.flatMap((judged) => countedReport(row, judged)),
  });
  draft.put(hearingTable, key, hearing);
}

function mayBeHeard(draft: Draft, address: Address): boolean {
  const row = draft.get(activeTable, addressBytes(address));
  return row?.bonded === true && !row.denied;
}

function countedReport({ reveal }: Revealed, { report, verdict }: Judged): CountedReport[] {
  const isHeard = passesRadio(verdict);
  const isAbove = verdict.verdict === "invalid" && verdict.reason === "rssi-above-bound";
  if (!isHeard && !isAbove) return [];
  const { distanceMeters } = verdict;
  const receiptFineNs = reveal.receipt?.fineTimeNs;
  const reportFineNs = report.fineTimeNs;
  const counted = {
    witness: report.witness,
    outcome: isHeard ? ("heard" as const) : ("above" as const),
    rssiDbm: wholeDbm(report.rssiDbm),
  };
  if (receiptFineNs === undefined || reportFineNs === undefined || distanceMeters === undefined) {
    return [counted];
  }
  return [{ ...counted, flight: flightVerdict({ receiptFineNs, reportFineNs, distanceMeters }) }];
}

/** Counts a settled channel. */
export function countPayments(
  draft: Draft,
  settled: { router: Address; paid: readonly { readonly hotspot: Address; readonly dc: Dc }[] },
): void {
  const key = addressBytes(settled.router);
  const window = windowAt({ params: draft.context.params, now: draft.now });
  const { paid } = settled;
  if (paid.length === 0) return;
  draft.put(
    trafficTable,
    key,
    countTraffic({ before: draft.get(trafficTable, key), window, paid }),
  );
}
