/**
 * late-receipt: a target or witness that was left out although it belongs in. It shows the
 * challenger's acknowledgement, which costs the challenger its unit and a part of its bond, or rests
 * on a commitment from before the reveal.
 */
import {
  type Acknowledgement,
  compareAddresses,
  compareBytes,
  equalBytes,
  type LateReceipt,
  messageHash,
  milliseconds,
  signatureClaim,
  type Verdict,
  witnessOrderHash,
} from "@katydid/protocol";
import { penalizeBond } from "../bonds.ts";
import {
  type Case,
  caseOf,
  challengeOfId,
  isRevealed,
  judgeReport,
  passesRadio,
  type Revealed,
  sameChallenge,
} from "../challenges.ts";
import { findCommitment } from "../commitments.ts";
import type { Draft } from "../draft.ts";
import { challengeKey } from "../keys.ts";
import { LATE_RECEIPTS_MAX } from "../limits.ts";
import { receiptRefusal } from "../receipts.ts";
import type { CommitmentRow, ReceivedReport, Reveal } from "../rows.ts";
import { challengeTable } from "../tables.ts";
import type { KindRefusal } from "../types.ts";
import { accept, type Rule, type Ruling, refuse } from "./ruling.ts";

export const lateReceipt: Rule<LateReceipt> = (draft, body) => {
  const row = challengeOfId(draft, body.challenge);
  if (row === undefined) return refuse({ reason: "challenge-unknown" });
  if (!isRevealed(row)) return refuse({ reason: "not-revealed", state: row.state });
  const { lateSeconds } = draft.context.params;
  const lateUntil = milliseconds(row.drawn.deadlineAt + lateSeconds * 1000);
  if (draft.now > lateUntil) return refuse({ reason: "window-closed", closedAt: lateUntil });
  const late: Late = { body, row, hash: messageHash(body.evidence.signed) };
  const standing = standingOf(draft, late);
  if ("reason" in standing) return refuse(standing);
  return body.evidence.kind === "receipt"
    ? lateTarget(draft, late, standing)
    : lateWitness(draft, late, standing);
};

interface Late {
  readonly body: LateReceipt;
  readonly row: Revealed;
  /** SHA-256 of the signed receipt or report. */
  readonly hash: Uint8Array;
}
/** What the late one rests on: the challenger's acknowledgement or its own commitment. */
type Standing =
  | { readonly acknowledgement: Acknowledgement }
  | { readonly commitment: CommitmentRow };

function standingOf(draft: Draft, { body, row, hash }: Late): Standing | KindRefusal {
  const { acknowledgement, challenge, actor } = body;
  if (acknowledgement === undefined) {
    const committed = { challenge, by: actor, hash };
    const commitment = findCommitment(draft, committed, draft.context.params)?.row;
    if (commitment === undefined || commitment.height >= row.reveal.height) {
      return { reason: "commitment-missing" };
    }
    return { commitment };
  }
  const mismatch = (field: string): KindRefusal => ({ reason: "acknowledgement-mismatch", field });
  if (!sameChallenge(acknowledgement.challenge, challenge)) return mismatch("challenge");
  if (acknowledgement.challenger !== row.challenger) return mismatch("challenger");
  if (acknowledgement.subject !== actor) return mismatch("subject");
  if (!equalBytes(acknowledgement.reportHash, hash)) return mismatch("reportHash");
  return { acknowledgement };
}

/** Undefined where the challenger signed the acknowledgement, if there is one. */
function unacknowledged(draft: Draft, standing: Standing): KindRefusal | undefined {
  if (!("acknowledgement" in standing)) return undefined;
  const { acknowledgement } = standing;
  const { chainId, verify } = draft.context;
  const claim = signatureClaim({
    chainId,
    message: acknowledgement,
    by: acknowledgement.challenger,
  });
  return verify(claim) ? undefined : { reason: "acknowledgement-signature-invalid" };
}

function lateTarget(draft: Draft, late: Late, standing: Standing): Ruling {
  const { body, row, hash } = late;
  const { evidence, actor } = body;
  if (evidence.kind !== "receipt") throw new Error("the evidence is a receipt");
  if (row.drawn.target !== actor || !isTargetLeftOut(row, standing)) {
    return refuse({ reason: "not-left-out", subject: actor });
  }
  const { beacon } = caseOf(draft, row);
  const { signed } = evidence;
  const refusal =
    receiptRefusal(draft, { signed, challenge: body.challenge, row, beacon }) ??
    unacknowledged(draft, standing);
  if (refusal !== undefined) return refuse(refusal);
  const acknowledgedAt =
    "acknowledgement" in standing ? standing.acknowledgement.acknowledgedAt : undefined;
  const { frequencyHz, dataRate, fineTimeNs } = signed;
  const receipt = { receiptHash: hash, acknowledgedAt, frequencyHz, dataRate, fineTimeNs };
  return accept(() => take(draft, { late, standing, changes: { receipt } }));
}

function lateWitness(draft: Draft, late: Late, standing: Standing): Ruling {
  const { body, row, hash } = late;
  const { evidence, actor } = body;
  if (evidence.kind !== "report") throw new Error("the evidence is a report");
  const { signed } = evidence;
  if (signed.witness !== actor) return refuse({ reason: "not-left-out", subject: actor });
  const { reports } = row.reveal;
  const limit = draft.context.params.reportsMax + LATE_RECEIPTS_MAX;
  if (!isLeftOut(draft, late, standing)) return refuse({ reason: "not-left-out", subject: actor });
  if (reports.length >= limit) return refuse({ reason: "late-full", limit });
  const report = receivedReport({ late, standing, signed, reportHash: hash });
  const facts: Case = caseOf(draft, row);
  const verdict = judgeReport(draft, facts, report);
  if (!passesRadio(verdict) && verdict.verdict === "invalid") {
    return refuse({ reason: "report-invalid", verdict: verdict.reason });
  }
  const { chainId, verify } = draft.context;
  if (!verify(signatureClaim({ chainId, message: signed, by: actor }))) {
    return refuse({ reason: "report-signature-invalid", witness: actor });
  }
  const refusal = unacknowledged(draft, standing);
  if (refusal !== undefined) return refuse(refusal);
  const others = reports.filter(({ witness }) => witness !== actor);
  const sorted = [...others, report].sort((a, b) => compareAddresses(a.witness, b.witness));
  return accept(() => take(draft, { late, standing, changes: { reports: sorted } }));
}

/** A receipt was left out, too, if it is revealed with another time than was acknowledged. */
function isTargetLeftOut({ reveal }: Revealed, standing: Standing): boolean {
  const revealedAt = reveal.receipt?.acknowledgedAt;
  if (revealedAt === undefined) return reveal.receipt === undefined;
  if (!("acknowledgement" in standing)) return false;
  return standing.acknowledgement.acknowledgedAt !== revealedAt;
}

/**
 * A reported one was not left out, unless what is revealed of it fails rules 1 to 13 and what was
 * acknowledged does not: another time, or another report; or it fails for its time alone, which is
 * the challenger's word, and the witness had committed. Nor was one that a full reveal had no room
 * for by the hash order. To be listed says nothing: the list is the challenger's word. Only reports
 * that pass rules 1 to 13 take up room: keys of low hashes cost a challenger nothing.
 */
function isLeftOut(draft: Draft, late: Late, standing: Standing): boolean {
  const { body, row } = late;
  const { reports } = row.reveal;
  const facts = caseOf(draft, row);
  const reported = reports.find(({ witness }) => witness === body.actor);
  if (reported !== undefined) {
    const verdict = judgeReport(draft, facts, reported);
    if (passesRadio(verdict)) return false;
    // The challenger alone says when a report came: a commitment is the witness's word against it.
    return "acknowledgement" in standing || isLate(verdict);
  }
  const { reportsMax } = draft.context.params;
  if (reports.length < reportsMax) return true;
  const { secret } = row.reveal;
  const { targetEntropy } = row.drawn;
  const orderOf = (witness: ReceivedReport["witness"]) =>
    witnessOrderHash({ secret, targetEntropy, witness });
  const own = orderOf(body.actor);
  const before = reports.filter(
    (report) =>
      compareBytes(orderOf(report.witness), own) < 0 &&
      passesRadio(judgeReport(draft, facts, report)),
  );
  return before.length < reportsMax;
}

/** By rule 5 or 6, that is by the times that the challenger says. */
function isLate(verdict: Verdict): boolean {
  if (verdict.verdict === "valid") return false;
  return verdict.reason === "expired" || verdict.reason === "too-late";
}

function receivedReport(input: {
  late: Late;
  standing: Standing;
  signed: Extract<LateReceipt["evidence"], { kind: "report" }>["signed"];
  reportHash: Uint8Array;
}): ReceivedReport {
  const { late, standing, signed, reportHash } = input;
  const { witness, payloadHash, rssiDbm, snrDb, frequencyHz, dataRate, fineTimeNs } = signed;
  const radio = { rssiDbm, snrDb, frequencyHz, dataRate, fineTimeNs };
  const heard = { witness, reportHash, payloadHash, ...radio };
  if ("acknowledgement" in standing) {
    const { acknowledgedAt } = standing.acknowledgement;
    return { ...heard, acknowledgedAt, committed: false };
  }
  // The commitment's block stands for the acknowledgement; its time as a host would have read it.
  const at = milliseconds(standing.commitment.at + late.row.reveal.offsetMs);
  return { ...heard, acknowledgedAt: at, committed: true };
}

function take(
  draft: Draft,
  { late, standing, changes }: { late: Late; standing: Standing; changes: Partial<Reveal> },
): void {
  const { body, row } = late;
  const isOmission = "acknowledgement" in standing;
  const omitted = row.reveal.omitted || isOmission;
  const reveal = { ...row.reveal, ...changes, omitted };
  draft.put(challengeTable, challengeKey(body.challenge), { ...row, reveal });
  if (!isOmission) return;
  const percent = draft.context.params.omissionPenaltyPercent;
  const { challenger } = row;
  const { challenge, actor: leftOut } = body;
  const penalty = penalizeBond(draft, { hotspot: challenger, percent });
  const subjects = [challenger, leftOut];
  draft.tell({ kind: "challenge-omission", subjects, challenge, challenger, leftOut, penalty });
}
