/**
 * report-commitment: a witness or target puts the hash of what it signed before the reveal, in case
 * the challenger ignores it. One per hotspot and slot.
 */
import type { ReportCommitment } from "@katydid/protocol";
import { commitmentKey, slotKey } from "../keys.ts";
import { commitmentTable, slotTable } from "../tables.ts";
import { accept, type Rule, refuse } from "./ruling.ts";

export const reportCommitment: Rule<ReportCommitment> = (draft, body) => {
  const { slot, actor, reportHash } = body;
  if (draft.get(slotTable, slotKey(slot)) === undefined) {
    return refuse({ reason: "slot-unknown", slot });
  }
  const key = commitmentKey(slot, actor);
  if (draft.get(commitmentTable, key) !== undefined) {
    return refuse({ reason: "already-committed", slot });
  }
  return accept((fee) => {
    draft.put(commitmentTable, key, {
      reportHash,
      height: draft.context.height,
      at: draft.now,
      payer: fee.payer,
      feeDc: fee.dc,
      feeMotes: fee.cost,
    });
  });
};
