/**
 * What an acknowledgement is worth. It is the challenger's word, and three words of a challenger have
 * cost rivals their pay in the arena: none at all, one with a false time, and one of another
 * challenge. So an acknowledgement ends the wait for one only if its time can be true and no other
 * challenger claims the same report; else the ledger is told, as if there were none.
 */
import type { LedgerEvent } from "@katydid/ledger/client";
import type { Acknowledgement } from "@katydid/protocol";
import type { ChallengeContext } from "./context.ts";
import type { Evidence } from "./evidence.ts";
import { reasonAgainst } from "./judge.ts";
import { challengeName } from "./rows.ts";

export type Revealed = Extract<LedgerEvent, { kind: "challenge-revealed" }>;

/** Nobody has said that it arrived in a way to rely on, and it may still be of use to say so. */
export function isOpen(item: Evidence, { policy }: Pick<ChallengeContext, "policy">): boolean {
  if (item.revealed) return false;
  const [first, second] = item.acknowledgements.values();
  // Two challenges cannot have one beacon: one of them lies, and which is seen at the reveal.
  if (first === undefined || second !== undefined) return true;
  return !isTimely(item, first.acknowledgedAt, policy.acknowledgedWithinMs);
}

/** A report arrives soon: with a time much later rule 6 may find it too late. */
export function isTimely({ role, row }: Evidence, at: number, withinMs: number): boolean {
  return role === "target" || at <= row.madeAt + withinMs;
}

/** That challenger's word on it. */
export function acknowledgedBy(item: Evidence, event: Revealed): Acknowledgement | undefined {
  const found = item.acknowledgements.get(challengeName(event.challenge));
  return found?.challenger === event.challenger ? found : undefined;
}

/**
 * It is in the reveal, as it was acknowledged (another time may make witnesses too late), and with
 * no time that a commitment could put right.
 */
export function isTaken(item: Evidence, event: Revealed, context: ChallengeContext): boolean {
  const place = event.reported.indexOf(context.key.address);
  const isThere = item.role === "target" ? event.receipted : place >= 0;
  if (!isThere) return false;
  const revealedAt = item.role === "target" ? event.receiptedAt : event.reportedAt[place];
  const said = acknowledgedBy(item, event);
  if (said !== undefined && said.acknowledgedAt !== revealedAt) return false;
  const { acknowledgedWithinMs } = context.policy;
  if (revealedAt === undefined || isTimely(item, revealedAt, acknowledgedWithinMs)) return true;
  return item.committedSlot === undefined || isInTime(revealedAt, event, context);
}

/** By rules 5 and 6, with the times that the challenger says. */
function isInTime(at: number, event: Revealed, context: ChallengeContext): boolean {
  const { params, protocolClock } = context;
  const { receiptedAt, lateUntil } = event;
  // Its target may bring its own time later: the ledger shall say.
  if (receiptedAt === undefined || at > receiptedAt + params.witnessLagMs) return false;
  const deadlineAt = lateUntil - params.lateSeconds * 1000;
  return at <= protocolClock.hostTimeOf(deadlineAt as typeof lateUntil);
}

/**
 * Whether it is the word of a challenger whose beacon this may have been; anyone can sign an
 * acknowledgement, and a challenger of another town can be told of what was heard in ours.
 */
export async function mayBeChallengers(
  { row }: Evidence,
  said: Acknowledgement,
  { ledger, params, self, protocolClock }: ChallengeContext,
): Promise<boolean> {
  const { report } = row;
  if (row.receipt !== undefined || report === undefined) {
    const own = row.receipt?.challenge;
    const isSame = own !== undefined && challengeName(own) === challengeName(said.challenge);
    return isSame && said.challenger === row.challenger;
  }
  try {
    const view = await ledger.challenge(said.challenge);
    if (view?.challenger !== said.challenger) return false;
    if (view.target === undefined || view.deadlineAt === undefined) return true;
    const deadlineAt = protocolClock.hostTimeOf(view.deadlineAt);
    if (deadlineAt < row.madeAt) return false;
    const reason = reasonAgainst({
      ...{ params, payload: row.payload, report, deadlineAt, drawnAt: view.drawnAt },
      challenger: said.challenger,
      target: await ledger.hotspot(view.target),
      targetAddress: view.target,
      witness: self(),
      acknowledgedAt: row.madeAt,
      receiptAt: undefined,
    });
    return reason !== "too-far" && reason !== "region-mismatch";
  } catch {
    // The ledger is away: better keep it than lose it; the ledger judges it in the end.
    return true;
  }
}
