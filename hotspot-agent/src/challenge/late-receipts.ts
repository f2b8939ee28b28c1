/** Brings in what a reveal left out, if it belongs in and there is something to show for it. */
import { type Acknowledgement, type LateReceipt, milliseconds } from "@katydid/protocol";
import { acknowledgedBy, isTimely, type Revealed } from "./acknowledgements.ts";
import type { ChallengeContext } from "./context.ts";
import type { Evidence } from "./evidence.ts";
import { reasonAgainst } from "./judge.ts";
import { submitUntil } from "./submit.ts";

/** What a late receipt rests on. */
type Proof = Acknowledgement | "commitment";
/** Tries within the late window, while the ledger is away. */
const TRIES = 20;

export class LateReceipts {
  readonly #context: ChallengeContext;

  constructor(context: ChallengeContext) {
    this.#context = context;
  }

  /**
   * A reveal without this receipt or report, or with one that cannot hold. Resolves when the ledger
   * has answered, or will not.
   */
  async consider(item: Evidence, event: Revealed): Promise<void> {
    const { events, log, params, policy } = this.#context;
    const { role } = item;
    const proofs = proofsOf(item, event, policy.acknowledgedWithinMs);
    let said = "left out, and never acknowledged: nothing to show";
    let count = "left-out";
    for (const proof of proofs) {
      const against = await this.#against(item, event, proof);
      if (against !== undefined) {
        said = `not rewarded: ${against}`;
        count = "listed";
        continue;
      }
      const reason = await submitUntil(this.#context, {
        body: lateReceipt(item, event, proof),
        untilMs: event.lateUntil,
        everyMs: (params.lateSeconds * 1000) / TRIES,
      });
      log.info({ challenge: event.challenge, role, reason }, "left out of a reveal");
      count = reason === undefined ? "late-receipt" : "late-receipt-refused";
      said = reason === undefined ? "left out: claimed by late receipt" : `left out: ${reason}`;
      if (reason === undefined || reason === "away") break;
    }
    events.count(role, count);
    events.note(role, event.challenge, said);
  }

  /** Why it does not belong in, by the rules that can be judged here. What is listed says nothing. */
  async #against(
    { row, role }: Evidence,
    event: Revealed,
    proof: Proof,
  ): Promise<string | undefined> {
    const { ledger, params, self, protocolClock } = this.#context;
    if (role === "target" || row.report === undefined) return undefined;
    try {
      const view = await ledger.challenge(event.challenge);
      const target = await ledger.hotspot(event.target);
      return reasonAgainst({
        params,
        challenger: event.challenger,
        target,
        targetAddress: event.target,
        witness: self(),
        payload: row.payload,
        report: row.report,
        acknowledgedAt: proof === "commitment" ? milliseconds(0) : proof.acknowledgedAt,
        // Rule 6 is skipped for what was committed.
        receiptAt: proof === "commitment" ? undefined : view?.receipt?.acknowledgedAt,
        deadlineAt: protocolClock.hostTimeOf(view?.deadlineAt ?? protocolClock.now()),
        drawnAt: view?.drawnAt,
      });
    } catch {
      // Without the facts the ledger shall judge: it refuses what does not belong in.
      return undefined;
    }
  }
}

/**
 * The better one first. An acknowledgement also proves that it was left out on purpose; but one with
 * a false time may fail by that, now or when the target brings its receipt.
 */
function proofsOf(item: Evidence, event: Revealed, withinMs: number): readonly Proof[] {
  const acknowledgement = acknowledgedBy(item, event);
  const commitments: Proof[] = item.committedSlot === undefined ? [] : ["commitment"];
  if (acknowledgement === undefined) return commitments;
  return isTimely(item, acknowledgement.acknowledgedAt, withinMs)
    ? [acknowledgement, ...commitments]
    : [...commitments, acknowledgement];
}

function lateReceipt(
  { row }: Evidence,
  { challenge }: Revealed,
  proof: Proof,
): Omit<LateReceipt, "actor" | "nonce" | "feeDc" | "expiryHeight"> {
  const evidence: LateReceipt["evidence"] | undefined =
    row.report !== undefined
      ? { kind: "report", signed: row.report }
      : row.receipt !== undefined
        ? { kind: "receipt", signed: row.receipt }
        : undefined;
  if (evidence === undefined) throw new Error("unreachable: evidence is a report or a receipt");
  const kind = "late-receipt";
  return proof === "commitment"
    ? { kind, challenge, evidence }
    : { kind, challenge, evidence, acknowledgement: proof };
}
