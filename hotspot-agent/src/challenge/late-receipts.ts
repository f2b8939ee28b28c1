/** Brings in what a reveal left out, if it belongs in and there is something to show for it. */
import type { ChallengeView, LedgerEvent } from "@katydid/ledger/client";
import { type Acknowledgement, type LateReceipt, milliseconds } from "@katydid/protocol";
import type { ChallengeContext } from "./context.ts";
import type { Evidence } from "./evidence.ts";
import { reasonAgainst } from "./judge.ts";
import { challengeName } from "./rows.ts";
import { submitUntil } from "./submit.ts";

type Revealed = Extract<LedgerEvent, { kind: "challenge-revealed" }>;
/** Tries within the late window, while the ledger is away. */
const TRIES = 20;

export class LateReceipts {
  readonly #context: ChallengeContext;

  constructor(context: ChallengeContext) {
    this.#context = context;
  }

  /** A reveal without this receipt or report. Resolves when the ledger has answered, or will not. */
  async consider(item: Evidence, event: Revealed): Promise<void> {
    const { events, log, params } = this.#context;
    const { role } = item;
    const found = item.acknowledgements.get(challengeName(event.challenge));
    const acknowledgement = found?.challenger === event.challenger ? found : undefined;
    if (acknowledgement === undefined && item.committedSlot === undefined) {
      events.count(role, "left-out");
      events.note(role, event.challenge, "left out, and never acknowledged: nothing to show");
      return;
    }
    const against = await this.#against(item, event, acknowledgement);
    if (against !== undefined) {
      events.count(role, "listed");
      events.note(role, event.challenge, `not rewarded: ${against}`);
      return;
    }
    const reason = await submitUntil(this.#context, {
      body: lateReceipt(item, event, acknowledgement),
      untilMs: event.lateUntil,
      everyMs: (params.lateSeconds * 1000) / TRIES,
    });
    events.count(role, reason === undefined ? "late-receipt" : "late-receipt-refused");
    const text = reason === undefined ? "left out: claimed by late receipt" : `left out: ${reason}`;
    events.note(role, event.challenge, text);
    log.info({ challenge: event.challenge, role, reason }, "left out of a reveal");
  }

  /** Why it does not belong in, by the rules that can be judged here. */
  async #against(
    { row, role }: Evidence,
    event: Revealed,
    acknowledgement: Acknowledgement | undefined,
  ): Promise<string | undefined> {
    const { ledger, key, params, self, protocolClock } = this.#context;
    if (role === "target" || row.report === undefined) return undefined;
    const listed = event.listed.find(({ witness }) => witness === key.address);
    let view: ChallengeView | undefined;
    try {
      view = await ledger.challenge(event.challenge);
      const target = await ledger.hotspot(event.target);
      const committed = acknowledgement === undefined;
      const reason = reasonAgainst({
        params,
        challenger: event.challenger,
        target,
        targetAddress: event.target,
        witness: self(),
        payload: row.payload,
        report: row.report,
        acknowledgedAt: acknowledgement?.acknowledgedAt ?? milliseconds(0),
        // Rule 6 is skipped for what was committed.
        receiptAt: committed ? undefined : view?.receipt?.acknowledgedAt,
        deadlineAt: protocolClock.hostTimeOf(view?.deadlineAt ?? protocolClock.now()),
        drawnAt: view?.drawnAt,
      });
      if (reason !== undefined) return reason;
    } catch {
      // Without the facts the ledger shall judge: it refuses what does not belong in.
    }
    // Beyond the 32 that a reveal carries: no fault of anyone.
    return listed?.reason === "beyond-limit" ? listed.reason : undefined;
  }
}

function lateReceipt(
  { row }: Evidence,
  { challenge }: Revealed,
  acknowledgement: Acknowledgement | undefined,
): Omit<LateReceipt, "actor" | "nonce" | "feeDc" | "expiryHeight"> {
  const evidence: LateReceipt["evidence"] | undefined =
    row.report !== undefined
      ? { kind: "report", signed: row.report }
      : row.receipt !== undefined
        ? { kind: "receipt", signed: row.receipt }
        : undefined;
  if (evidence === undefined) throw new Error("unreachable: evidence is a report or a receipt");
  const kind = "late-receipt";
  return acknowledgement === undefined
    ? { kind, challenge, evidence }
    : { kind, challenge, evidence, acknowledgement };
}
