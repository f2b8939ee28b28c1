/**
 * The challenger: opens, orders, listens, acknowledges, reveals (protocol.md section 3). Its secret
 * is on disk before its hash is on the ledger, and each receipt and report before it is acknowledged:
 * a challenger that forgot either would be fined. So it is that it reveals, before it does: whatever
 * is acknowledged later would have been left out. A secret is kept until its slot is long over, also
 * when the ledger refused it: who forgot it could open the slot with another.
 */
import type { HotspotView, LedgerEvent } from "@katydid/ledger/client";
import {
  type Address,
  type ChallengeId,
  codec,
  decodeMessage,
  encodeMessage,
  type Milliseconds,
  messageHash,
  milliseconds,
  openReport,
  reportTopic,
  type SignedReceipt,
  type SignedReport,
  sealOrder,
  sha256,
  signMessage,
  targetEquivocation,
  toHex,
  verifyMessageNative,
} from "@katydid/protocol";
import { OWN_CHALLENGES_MAX, REPORTS_ACCEPTED_MAX } from "../limits.ts";
import { type ChallengeContext, committed } from "./context.ts";
import {
  type Acknowledged,
  closeRound,
  type Heard,
  makeRound,
  makeTargeted,
  type Round,
  revealOf,
  type Targeted,
} from "./round.ts";
import { loadRounds, roundKeys } from "./round-store.ts";
import {
  challengeKey,
  challengeName,
  type ReceiptRow,
  type ReportRow,
  receiptRow,
  reportRow,
  roundRow,
  rowKey,
  type TargetRow,
  targetRow,
} from "./rows.ts";
import { submitUntil } from "./submit.ts";

/** Who asks again gets the same acknowledgement again, but not for each relay's copy. */
const REPEAT_AFTER_MS = 1000;
/** A reveal that was accepted and is in no block after half of the time that is left goes again. */
const REVEALS_MAX = 2;
/** Times within one of them at which a ledger that does not answer is asked. */
const REVEAL_TRIES = 4;

type EventOf<Kind extends LedgerEvent["kind"]> = Extract<LedgerEvent, { kind: Kind }>;

export class Challenger {
  readonly #context: ChallengeContext;
  readonly #rounds: Map<string, Round>;
  /** Slots whose secret is just being written. */
  readonly #opening = new Set<string>();

  constructor(context: ChallengeContext) {
    this.#context = context;
    this.#rounds = loadRounds(context.store);
  }

  /** Payloads of own challenges: not to be witnessed. */
  isOwn(payloadHash: string): boolean {
    for (const { targeted } of this.#rounds.values()) {
      if (targeted?.payloadHash === payloadHash) return true;
    }
    return false;
  }

  /** Goes on with the challenges that the last run of the process left. */
  async start(): Promise<void> {
    for (const round of this.#rounds.values()) {
      if (round.targeted !== undefined) await this.#listen(round, round.targeted);
    }
  }

  close(): void {
    for (const round of this.#rounds.values()) closeRound(round);
    // What sleeps between two reveals finds itself forgotten; the rows stay for the next run.
    this.#rounds.clear();
  }

  async onSlotDrawn(event: EventOf<"slot-drawn">): Promise<void> {
    const { key, protocolClock } = this.#context;
    if (protocolClock.now() >= event.openUntil) return;
    for (const [index, challenger] of event.challengers.entries()) {
      if (challenger === key.address)
        await this.#open({ slot: event.slot, index }, event.openUntil);
    }
  }

  async onTargetDrawn(event: EventOf<"target-drawn">): Promise<void> {
    const { store, log, events } = this.#context;
    const round = this.#rounds.get(challengeName(event.challenge));
    if (round === undefined) {
      log.error({ challenge: event.challenge }, "a challenge in our name whose secret is not here");
      return;
    }
    if (round.targeted !== undefined) return;
    const { target, targetEntropy, deadlineAt } = event;
    const row: TargetRow = { target, targetEntropy, deadlineAt };
    const key = rowKey(challengeKey(event.challenge), "T");
    if (!(await committed({ store, log }, [{ key, value: codec.encode(targetRow, row) }]))) return;
    round.targeted = makeTargeted(round, row);
    events.count("challenger", "target-drawn");
    await this.#listen(round, round.targeted);
  }

  /** Revealed, lapsed or silent: nothing is left to do. */
  onOver(challenge: ChallengeId, how: "revealed" | "lapsed" | "silent"): void {
    const round = this.#rounds.get(challengeName(challenge));
    if (round === undefined) return;
    this.#context.events.count("challenger", how);
    this.#forget(round);
  }

  /** Bytes on our receipt topic. */
  async onReceipt(bytes: Uint8Array): Promise<void> {
    const receipt = tryDecode(bytes);
    if (receipt?.kind !== "receipt") return;
    const round = this.#rounds.get(challengeName(receipt.challenge));
    const targeted = round?.targeted;
    if (round === undefined || targeted === undefined || round.revealing) return;
    const hash = toHex(messageHash(receipt));
    if (round.receipt !== undefined) {
      if (round.receipt.hash === hash) this.#acknowledge(round, targeted.target, round.receipt);
      else this.#accuse(round.receipt.row.signed, receipt);
      return;
    }
    const { chainId, events } = this.#context;
    const acknowledgedAt = this.#hostTime();
    if (receipt.target !== targeted.target) return;
    if (toHex(receipt.payloadHash) !== targeted.payloadHash) return;
    if (!verifyMessageNative({ chainId, message: receipt, by: targeted.target })) return;
    const row: ReceiptRow = { signed: receipt, acknowledgedAt };
    const entry: Acknowledged<ReceiptRow> = unacknowledged(row, hash);
    round.receipt = entry;
    if (!(await this.#store(round, "R", undefined, codec.encode(receiptRow, row)))) return;
    entry.onDisk = true;
    events.count("challenger", "receipt");
    this.#acknowledge(round, targeted.target, entry);
  }

  /** Two receipts of one target: if it signed both, that costs it its bond. */
  #accuse(first: SignedReceipt, second: SignedReceipt): void {
    const { chainId, events, report } = this.#context;
    const evidence = targetEquivocation(first, second);
    if (evidence === undefined) return;
    if (!verifyMessageNative({ chainId, message: second, by: first.target })) return;
    events.count("challenger", "target-equivocated");
    report(evidence);
  }

  /** Drops what the ledger never spoke of again. */
  chores(): void {
    const { protocolClock, params, policy } = this.#context;
    const now = protocolClock.now();
    for (const round of this.#rounds.values()) {
      const slotEndMs = (round.row.challenge.slot + 2) * params.slotSeconds * 1000;
      const openEndMs = slotEndMs + params.openSeconds * 1000;
      const overMs = (round.targeted?.deadlineAt ?? openEndMs) + policy.evidenceKeepMs;
      if (now > overMs) this.#forget(round);
    }
  }

  async #open(challenge: ChallengeId, openUntil: number): Promise<void> {
    const { store, log, random, events, params } = this.#context;
    const name = challengeName(challenge);
    let round = this.#rounds.get(name);
    if (round === undefined) {
      if (this.#opening.has(name)) return;
      if (this.#rounds.size >= OWN_CHALLENGES_MAX) return events.count("challenger", "too-many");
      const row = { challenge, secret: random.bytes(32), ephemeralSeed: random.bytes(32) };
      const key = challengeKey(challenge);
      this.#opening.add(name);
      const ok = await committed({ store, log }, [{ key, value: codec.encode(roundRow, row) }]);
      this.#opening.delete(name);
      if (!ok) return;
      round = makeRound(row);
      this.#rounds.set(name, round);
    }
    const reason = await submitUntil(this.#context, {
      body: {
        kind: "open-challenge",
        challenge,
        secretHash: sha256(round.row.secret),
        ephemeralKey: round.ephemeral.publicKey,
      },
      untilMs: openUntil,
      everyMs: (params.openSeconds * 1000) / 5,
    });
    events.count("challenger", reason === undefined ? "opened" : "open-refused");
    if (reason === undefined) return events.note("challenger", challenge, "drawn, and opened");
    log.warn({ challenge, reason }, "challenge not opened");
    events.note("challenger", challenge, `drawn, but the ledger refused: ${reason}`);
  }

  /** Listens first, then orders, then reveals in time. */
  async #listen(round: Round, targeted: Targeted): Promise<void> {
    const { relays, clock, policy, protocolClock } = this.#context;
    // After a restart the ledger may tell of it again before the start has come to it.
    if (round.listening) return;
    round.listening = true;
    const topic = reportTopic(targeted.payload);
    if (!round.revealing) {
      round.subscriptions.push(
        relays.listenOn(topic, (_topic, bytes) => void this.#onReport(round, targeted, bytes)),
      );
    }
    targeted.view = await this.#viewOf(targeted.target);
    this.#order(round, targeted);
    for (const wait of policy.resendAfterMs) {
      round.timers.push(clock.after(wait, () => this.#order(round, targeted)));
    }
    const revealAt = targeted.deadlineAt - policy.revealBeforeDeadlineMs;
    const wait = revealAt - protocolClock.now();
    round.timers.push(clock.after(wait, () => void this.#reveal(round, targeted)));
  }

  #order(round: Round, targeted: Targeted): void {
    if (round.receipt !== undefined || round.revealing) return;
    const { key, relays, log, events } = this.#context;
    const { challenge, secret } = round.row;
    const { target } = targeted;
    const order = { kind: "order", challenge, challenger: key.address, target, secret } as const;
    const sealed = sealOrder({ order, ephemeral: round.ephemeral });
    if (sealed === undefined) {
      log.warn({ challenge, target }, "the target's key takes no sealed order");
      return;
    }
    events.count("challenger", "ordered");
    relays.publishTo(target, "order", sealed);
  }

  async #onReport(round: Round, targeted: Targeted, bytes: Uint8Array): Promise<void> {
    if (round.revealing) return;
    const { key, chainId, events } = this.#context;
    const acknowledgedAt = this.#hostTime();
    const report = openReport({ bytes, payload: targeted.payload });
    if (report === undefined || toHex(report.payloadHash) !== targeted.payloadHash) return;
    const { witness } = report;
    if (witness === key.address || witness === targeted.target) return;
    const known = round.reports.get(witness);
    if (known !== undefined) {
      // Its first report is the one that counts; asked for again, the same answer.
      const same = known.hash === toHex(messageHash(report));
      if (same) this.#acknowledge(round, witness, known);
      return;
    }
    if (round.arriving.has(witness)) return;
    if (round.reports.size + round.arriving.size >= REPORTS_ACCEPTED_MAX) {
      return events.count("challenger", "reports-full");
    }
    if (!verifyMessageNative({ chainId, message: report, by: witness })) {
      return events.count("challenger", "report-forged");
    }
    round.arriving.add(witness);
    try {
      await this.#accept(round, report, acknowledgedAt);
    } finally {
      round.arriving.delete(witness);
    }
  }

  async #accept(
    round: Round,
    report: SignedReport,
    acknowledgedAt: ReportRow["acknowledgedAt"],
  ): Promise<void> {
    const { events } = this.#context;
    const { witness } = report;
    const view = await this.#viewOf(witness);
    // Keys cost nothing, so a stranger gets no place among the reports.
    if (view === undefined) return events.count("challenger", "report-of-stranger");
    if (round.revealing) return;
    const row: ReportRow = { signed: report, acknowledgedAt };
    const hash = toHex(messageHash(report));
    const heard: Heard = { ...unacknowledged(row, hash), witness: view };
    round.reports.set(witness, heard);
    if (!(await this.#store(round, "W", witness, codec.encode(reportRow, row)))) return;
    heard.onDisk = true;
    events.count("challenger", "report");
    this.#acknowledge(round, witness, heard);
  }

  #acknowledge(
    round: Round,
    subject: Address,
    entry: Acknowledged<{ signed: SignedReceipt | SignedReport; acknowledgedAt: number }>,
  ): void {
    const { key, chainId, relays, clock } = this.#context;
    // Copies come by several relays, also while the first is being written.
    if (!entry.onDisk) return;
    if (round.revealing || clock.now() - entry.sentAtMs < REPEAT_AFTER_MS) return;
    entry.sentAtMs = clock.now();
    entry.acknowledgement ??= signMessage({
      chainId,
      signer: key,
      body: {
        kind: "acknowledgement",
        challenge: round.row.challenge,
        challenger: key.address,
        subject,
        reportHash: messageHash(entry.row.signed),
        acknowledgedAt: entry.row.acknowledgedAt as ReportRow["acknowledgedAt"],
      },
    });
    relays.publishTo(subject, "ack", encodeMessage(entry.acknowledgement));
  }

  async #reveal(round: Round, targeted: Targeted): Promise<void> {
    round.revealing = true;
    // Silence costs as much as an omission, so a disk that refuses does not keep it from revealing.
    await this.#store(round, "V", undefined, new Uint8Array([1]));
    const { key, params, policy, clock, protocolClock, events, log } = this.#context;
    targeted.view ??= await this.#viewOf(targeted.target);
    await this.#completeWitnesses(round);
    const deadlineAt = protocolClock.hostTimeOf(targeted.deadlineAt);
    const body = revealOf({ round, targeted, deadlineAt, challenger: key.address, params });
    const everyMs = policy.revealBeforeDeadlineMs / REVEALS_MAX;
    const { challenge } = body;
    for (let attempt = 0; attempt < REVEALS_MAX; attempt++) {
      if (this.#rounds.get(challengeName(challenge)) !== round) return;
      const untilMs = targeted.deadlineAt;
      const triesMs = everyMs / REVEAL_TRIES;
      const reason = await submitUntil(this.#context, { body, untilMs, everyMs: triesMs });
      const fields = { challenge, reports: body.reports.length, listed: body.listed.length };
      if (reason === undefined) {
        events.count("challenger", "reveal-sent");
        log.info({ ...fields, receipted: body.receipt !== undefined }, "challenge revealed");
        events.note("challenger", challenge, `revealed with ${fields.reports} reports`);
      } else {
        events.count("challenger", "reveal-refused");
        log.warn({ ...fields, reason }, "the ledger refuses a reveal");
        events.note("challenger", challenge, `reveal refused: ${reason}`);
      }
      // Its own event ends the round; without one the block that had it was lost.
      await clock.sleep(everyMs);
    }
  }

  /** After a restart reports have no view of their witness. */
  async #completeWitnesses(round: Round): Promise<void> {
    for (const [witness, heard] of round.reports) {
      if (heard.witness !== undefined) continue;
      const view = await this.#viewOf(witness);
      if (view !== undefined) round.reports.set(witness, { ...heard, witness: view });
    }
  }

  /** Acknowledgements say when something came by this host's clock, in whole milliseconds. */
  #hostTime(): Milliseconds {
    return milliseconds(Math.floor(this.#context.clock.now()));
  }

  async #viewOf(address: Address): Promise<HotspotView | undefined> {
    try {
      return await this.#context.ledger.hotspot(address);
    } catch {
      return undefined;
    }
  }

  #store(round: Round, letter: string, concerning: Address | undefined, value: Uint8Array) {
    const { store, log } = this.#context;
    const key = rowKey(challengeKey(round.row.challenge), letter, concerning);
    return committed({ store, log }, [{ key, value }]);
  }

  #forget(round: Round): void {
    const { store, log } = this.#context;
    closeRound(round);
    this.#rounds.delete(challengeName(round.row.challenge));
    const keys = roundKeys(store, round.row.challenge);
    const writes = keys.map((key) => ({ key, value: undefined }));
    void committed({ store, log }, writes);
  }
}

function unacknowledged<Row>(row: Row, hash: string): Acknowledged<Row> {
  return {
    row,
    hash,
    onDisk: false,
    acknowledgement: undefined,
    sentAtMs: Number.NEGATIVE_INFINITY,
  };
}

function tryDecode(bytes: Uint8Array) {
  try {
    return decodeMessage(bytes);
  } catch {
    return undefined;
  }
}
