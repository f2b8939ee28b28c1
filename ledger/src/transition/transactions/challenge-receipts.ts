/**
 * challenge-receipts: the reveal. It is refused only for what the challenger can know to be wrong
 * (its own secret, signatures, order); whether a report is a valid witness is a verdict, not a reason
 * to refuse the reveal.
 */
import {
  type Address,
  type ChallengeReceipts,
  compareAddresses,
  equalBytes,
  messageHash,
  milliseconds,
  sha256,
  signatureClaim,
} from "@katydid/protocol";
import {
  type Beacon,
  beaconOfChallenge,
  challengeOfId,
  isTargeted,
  payloadSubject,
  type Targeted,
} from "../challenges.ts";
import type { Draft } from "../draft.ts";
import { markActive } from "../hotspots.ts";
import { challengeKey } from "../keys.ts";
import { rememberChallenge } from "../memories.ts";
import { receiptRefusal } from "../receipts.ts";
import type { Reveal } from "../rows.ts";
import { challengeTable } from "../tables.ts";
import type { KindRefusal } from "../types.ts";
import { accept, type Rule, refuse } from "./ruling.ts";

/** A verdict's reason, or the challenger's own word for a report that had no room among the 32. */
const LISTED_REASON = /^[a-z0-9-]+$/;

export const challengeReceipts: Rule<ChallengeReceipts> = (draft, body) => {
  const row = challengeOfId(draft, body.challenge);
  if (row === undefined) return refuse({ reason: "challenge-unknown" });
  if (row.challenger !== body.actor) {
    return refuse({ reason: "not-challenger", challenger: row.challenger });
  }
  if (!isTargeted(row) || row.state !== "targeted") {
    return refuse({ reason: "not-targeted", state: row.state });
  }
  const { at, deadlineAt } = row.drawn;
  const from = milliseconds(at + draft.context.params.revealAfterSeconds * 1000);
  if (draft.now < from) return refuse({ reason: "too-early", from });
  if (draft.now > deadlineAt) return refuse({ reason: "window-closed", closedAt: deadlineAt });
  if (!equalBytes(sha256(body.secret), row.secretHash))
    return refuse({ reason: "secret-mismatch" });
  const order = orderRefusal(body);
  if (order !== undefined) return refuse(order);
  const beacon = beaconOfChallenge(draft, row, body.secret);
  const signatures = signatureRefusal(draft, { body, row, beacon });
  if (signatures !== undefined) return refuse(signatures);
  return accept(() => reveal(draft, { body, row, beacon }));
};

/** Each witness once, reported or listed, and both lists in the order of key bytes. */
function orderRefusal({ reports, listed }: ChallengeReceipts): KindRefusal | undefined {
  const reported = reports.map(({ signed }) => signed.witness);
  if (!isAscending(reported)) return { reason: "not-sorted", field: "reports" };
  if (!isAscending(listed.map(({ witness }) => witness))) {
    return { reason: "not-sorted", field: "listed" };
  }
  const seen = new Set(reported);
  for (const { witness, reason } of listed) {
    if (seen.has(witness)) return { reason: "witness-twice", witness };
    if (!LISTED_REASON.test(reason)) return { reason: "listed-reason-malformed", witness };
  }
  return undefined;
}

function isAscending(addresses: readonly Address[]): boolean {
  return addresses.every((address, i) => {
    const before = addresses[i - 1];
    return before === undefined || compareAddresses(before, address) < 0;
  });
}

interface Revealing {
  readonly body: ChallengeReceipts;
  readonly row: Targeted;
  readonly beacon: Beacon;
}

function signatureRefusal(draft: Draft, { body, row, beacon }: Revealing): KindRefusal | undefined {
  const { chainId, verify } = draft.context;
  if (body.receipt !== undefined) {
    const { signed } = body.receipt;
    const refusal = receiptRefusal(draft, { signed, challenge: body.challenge, row, beacon });
    if (refusal !== undefined) return refusal;
  }
  for (const { signed } of body.reports) {
    if (!verify(signatureClaim({ chainId, message: signed, by: signed.witness }))) {
      return { reason: "report-signature-invalid", witness: signed.witness };
    }
  }
  return undefined;
}

function reveal(draft: Draft, { body, row, beacon }: Revealing): void {
  const { challenge, actor, listed } = body;
  const revealed: Reveal = {
    secret: body.secret,
    height: draft.context.height,
    receipt: body.receipt && {
      receiptHash: messageHash(body.receipt.signed),
      acknowledgedAt: body.receipt.acknowledgedAt,
      frequencyHz: body.receipt.signed.frequencyHz,
      dataRate: body.receipt.signed.dataRate,
      fineTimeNs: body.receipt.signed.fineTimeNs,
    },
    reports: body.reports.map(({ signed, acknowledgedAt }) => ({
      witness: signed.witness,
      reportHash: messageHash(signed),
      payloadHash: signed.payloadHash,
      rssiDbm: signed.rssiDbm,
      snrDb: signed.snrDb,
      frequencyHz: signed.frequencyHz,
      dataRate: signed.dataRate,
      acknowledgedAt,
      fineTimeNs: signed.fineTimeNs,
      committed: false,
    })),
    listed,
    omitted: false,
    offsetMs: milliseconds(draft.context.blockTime - draft.now),
  };
  draft.put(challengeTable, challengeKey(challenge), {
    ...row,
    state: "revealed",
    reveal: revealed,
  });
  const { deadlineAt, target } = row.drawn;
  const lateUntil = milliseconds(deadlineAt + draft.context.params.lateSeconds * 1000);
  draft.schedule({ kind: "settle", at: milliseconds(lateUntil + 1), id: challengeKey(challenge) });
  rememberChallenge(draft, { challenge, row, beacon });
  markActive(draft, actor);
  const reported = revealed.reports.map(({ witness }) => witness);
  const subjects = [actor, target, ...reported, ...listed.map(({ witness }) => witness)];
  draft.tell({
    kind: "challenge-revealed",
    subjects: [...new Set(subjects), payloadSubject(beacon.payloadHash)],
    challenge,
    challenger: actor,
    target,
    payloadHash: beacon.payloadHash,
    receipted: revealed.receipt !== undefined,
    ...(body.receipt !== undefined && { receiptedAt: body.receipt.acknowledgedAt }),
    reported,
    reportedAt: revealed.reports.map(({ acknowledgedAt }) => acknowledgedAt),
    listed,
    lateUntil,
  });
}
