/**
 * Own receipts and reports, from signing to settlement. Each is on disk before it is sent, sent
 * again a few times until the challenger acknowledges it, committed to the ledger if the challenger
 * does not, and brought in late if the reveal left it out (protocol.md section 3, steps 4 and 5).
 */
import type { Watch } from "@katydid/ledger/client";
import type { Timer } from "@katydid/platform";
import {
  type Acknowledgement,
  type Bytes32,
  codec,
  decodeMessage,
  encodeMessage,
  messageHash,
  milliseconds,
  reportTopic,
  sealReport,
  toHex,
  verifyMessageNative,
} from "@katydid/protocol";
import { ACKNOWLEDGEMENTS_MAX, EVIDENCE_MAX } from "../limits.ts";
import type { AgentPolicy } from "../policy.ts";
import { isOpen, isTaken, mayBeChallengers, type Revealed } from "./acknowledgements.ts";
import { Commitments } from "./commitments.ts";
import { type ChallengeContext, committed } from "./context.ts";
import { LateReceipts } from "./late-receipts.ts";
import {
  acknowledgementRow,
  challengeName,
  commitmentRow,
  type EvidenceRow,
  evidenceRow,
  HASH_KEY_BYTES,
  rowKey,
} from "./rows.ts";

/** Payloads that the ledger is watched for at once; they are part of a URL. */
const WATCHED_MAX = 64;
const REPORT_SALT_BYTES = 24;
/** So long after a start it goes on telling what was missed, ms. */
const REPLAY_MS = 60_000;

export interface Evidence {
  readonly row: EvidenceRow;
  readonly hash: Bytes32;
  readonly role: "target" | "witness";
  /** By challenge. A forger may have sent some of them. */
  readonly acknowledgements: Map<string, Acknowledgement>;
  /** Slot under which it was committed. */
  committedSlot: number | undefined;
  /** What the reveal means for it is being seen to. */
  revealed: boolean;
  /** Index of the next step of its schedule. */
  step: number;
  timer: Timer | undefined;
}

export class EvidenceKeeper {
  readonly #context: ChallengeContext;
  readonly #late: LateReceipts;
  readonly #commitments: Commitments;
  readonly #items = new Map<string, Evidence>();
  #watch: Watch | undefined;
  /** Until then the ledger is asked for what happened since that event. */
  #missed: { readonly after: string; readonly untilMs: number } | undefined;
  #closed = false;

  constructor(context: ChallengeContext) {
    this.#context = context;
    this.#late = new LateReceipts(context);
    this.#commitments = new Commitments(context);
    this.#load();
  }

  get size(): number {
    return this.#items.size;
  }

  /** Goes on where the last run of the process ended. */
  start(): void {
    // Also what is committed: killed between the row and the transaction, the ledger never had it.
    for (const item of this.#items.values()) {
      if (item.timer === undefined) this.#schedule(item);
    }
    // What was revealed while this process was not there is told now.
    const after = this.#context.seenUntil();
    const untilMs = this.#context.clock.now() + REPLAY_MS;
    this.#missed = after === undefined ? undefined : { after, untilMs };
    this.#watchPayloads();
  }

  close(): void {
    this.#closed = true;
    this.#watch?.cancel();
    for (const item of this.#items.values()) item.timer?.cancel();
  }

  /** Stores and sends. Returns its hash; undefined: the disk refused and nothing was sent. */
  async add(row: Omit<EvidenceRow, "madeAt">): Promise<Bytes32 | undefined> {
    const { store, log, clock } = this.#context;
    const full = { ...row, madeAt: milliseconds(Math.floor(clock.now())) };
    const item = itemOf(full);
    if (item === undefined) return undefined;
    const value = codec.encode(evidenceRow, full);
    if (!(await committed({ store, log }, [{ key: item.hash, value }]))) return undefined;
    if (this.#closed) return item.hash;
    if (this.#items.size >= EVIDENCE_MAX) this.#dropOldest();
    this.#items.set(toHex(item.hash), item);
    this.#send(item);
    this.#schedule(item);
    if (item.role === "witness") this.#watchPayloads();
    return item.hash;
  }

  /** Whether something of this payload is kept. */
  hasPayload({ payloadHash }: { readonly payloadHash: Bytes32 }): boolean {
    const name = toHex(payloadHash);
    for (const item of this.#items.values()) {
      if (toHex(bodyOf(item).payloadHash) === name) return true;
    }
    return false;
  }

  /** Bytes that came on our acknowledgement topic. */
  async onAcknowledgement(bytes: Uint8Array): Promise<void> {
    const acknowledgement = decodeAcknowledgement(bytes);
    if (acknowledgement === undefined) return;
    const { key, chainId, store, log, events } = this.#context;
    const { challenger, challenge } = acknowledgement;
    if (acknowledgement.subject !== key.address) return;
    const item = this.#items.get(toHex(acknowledgement.reportHash));
    const name = challengeName(challenge);
    if (item === undefined || item.acknowledgements.has(name)) return;
    if (item.acknowledgements.size >= ACKNOWLEDGEMENTS_MAX) return;
    if (!verifyMessageNative({ chainId, message: acknowledgement, by: challenger })) return;
    if (!(await mayBeChallengers(item, acknowledgement, this.#context))) return;
    if (item.acknowledgements.has(name)) return;
    item.acknowledgements.set(name, acknowledgement);
    if (isOpen(item, this.#context)) {
      events.count(item.role, "acknowledged-doubtfully");
      this.#scheduleAgain(item);
    } else {
      item.timer?.cancel();
      events.count(item.role, "acknowledged");
    }
    const value = codec.encode(acknowledgementRow, { acknowledgement });
    const stored = [{ key: rowKey(item.hash, "A", challenge), value }];
    await committed({ store, log }, stored);
  }

  /** A reveal: was what we said in it? */
  async onRevealed(event: Revealed): Promise<void> {
    const { events } = this.#context;
    const name = toHex(event.payloadHash);
    for (const item of this.#items.values()) {
      if (item.revealed || toHex(bodyOf(item).payloadHash) !== name) continue;
      item.timer?.cancel();
      item.revealed = true;
      if (isTaken(item, event, this.#context)) {
        events.count(item.role, "revealed");
        events.note(item.role, event.challenge, "the challenger's reveal has it");
      } else {
        // Kept until then: killed meanwhile, the next run hears of the reveal again.
        await this.#late.consider(item, event);
        if (this.#closed) return;
      }
      this.#forget(item);
    }
  }

  /** Drops what no reveal came for. */
  chores(): void {
    const { clock, policy, events } = this.#context;
    for (const item of this.#items.values()) {
      if (clock.now() - item.row.madeAt < policy.evidenceKeepMs) continue;
      item.timer?.cancel();
      events.count(item.role, "expired");
      this.#forget(item);
    }
  }

  #send(item: Evidence): void {
    const { relays, random } = this.#context;
    const { report, receipt, challenger, payload } = item.row;
    if (report !== undefined) {
      const random24 = random.bytes(REPORT_SALT_BYTES);
      relays.publishOn(reportTopic(payload), sealReport({ report, payload, random24 }));
    } else if (receipt !== undefined && challenger !== undefined) {
      relays.publishTo(challenger, "receipt", encodeMessage(receipt));
    }
  }

  /** Sends again after each of the policy's waits, and commits in its time. */
  #schedule(item: Evidence): void {
    if (this.#closed || !isOpen(item, this.#context)) return;
    const { policy, clock } = this.#context;
    const step = stepsOf(policy)[item.step];
    if (step === undefined) return;
    item.step++;
    const leftMs = Math.max(0, item.row.madeAt + step.afterMs - clock.now());
    item.timer = clock.after(leftMs, () => {
      if (step.act === "commit") void this.#commit(item);
      else this.#send(item);
      this.#schedule(item);
    });
  }

  /** What an acknowledgement had ended, and another has thrown into doubt. */
  #scheduleAgain(item: Evidence): void {
    if (item.acknowledgements.size < 2 || item.committedSlot !== undefined) return;
    const { policy, clock } = this.#context;
    const ageMs = clock.now() - item.row.madeAt;
    const next = stepsOf(policy).findIndex(
      ({ afterMs, act }) => act === "commit" || afterMs > ageMs,
    );
    item.timer?.cancel();
    item.step = next;
    this.#schedule(item);
  }

  #commit(item: Evidence): Promise<void> {
    return this.#commitments.commit(item, () => !this.#closed && isOpen(item, this.#context));
  }

  #forget(item: Evidence): void {
    const { store, log } = this.#context;
    this.#items.delete(toHex(item.hash));
    const keys = [item.hash, rowKey(item.hash, "C")];
    for (const { challenge } of item.acknowledgements.values()) {
      keys.push(rowKey(item.hash, "A", challenge));
    }
    const writes = keys.map((key) => ({ key, value: undefined }));
    void committed({ store, log }, writes);
    if (item.role === "witness" && !this.#closed) this.#watchPayloads();
  }

  #dropOldest(): void {
    for (const item of this.#items.values()) {
      item.timer?.cancel();
      this.#context.events.count(item.role, "dropped");
      this.#forget(item);
      return;
    }
  }

  /** Reveals that leave us out do not name us: they are found by what we heard. */
  #watchPayloads(): void {
    if (this.#closed) return;
    const before = this.#watch;
    const subjects = [...this.#items.values()]
      .filter(({ role }) => role === "witness")
      .slice(-WATCHED_MAX)
      .map((item) => `payload:${toHex(bodyOf(item).payloadHash).slice(0, 16)}`);
    this.#watch = undefined;
    if (subjects.length > 0) {
      const kinds = ["challenge-revealed"] as const;
      const missed = this.#missed;
      const isMissed = missed !== undefined && this.#context.clock.now() < missed.untilMs;
      const from = isMissed ? { after: missed.after } : {};
      this.#watch = this.#context.ledger.watch({ subjects, kinds, ...from }, (event) => {
        if (event.kind === "challenge-revealed") void this.onRevealed(event);
      });
    }
    // The new one first, so that no reveal falls between the two.
    before?.cancel();
  }

  #load(): void {
    const { store } = this.#context;
    for (const [key, value] of store.range()) {
      if (key.length !== HASH_KEY_BYTES) continue;
      const item = itemOf(codec.decode(evidenceRow, value));
      if (item !== undefined) this.#items.set(toHex(key), item);
    }
    for (const [key, value] of store.range()) {
      const item = this.#items.get(toHex(key.slice(0, HASH_KEY_BYTES)));
      if (item === undefined || key.length === HASH_KEY_BYTES) continue;
      if (key[HASH_KEY_BYTES] === "C".charCodeAt(0)) {
        item.committedSlot = codec.decode(commitmentRow, value).slot;
      } else {
        const { acknowledgement } = codec.decode(acknowledgementRow, value);
        item.acknowledgements.set(challengeName(acknowledgement.challenge), acknowledgement);
      }
    }
  }
}

interface Step {
  readonly afterMs: number;
  readonly act: "send" | "commit";
}

/** In order of time. */
function stepsOf({ resendAfterMs, commitAfterMs }: AgentPolicy): Step[] {
  const steps: Step[] = resendAfterMs.map((afterMs) => ({ afterMs, act: "send" }));
  steps.push({ afterMs: commitAfterMs, act: "commit" });
  return steps.sort((a, b) => a.afterMs - b.afterMs);
}

function itemOf(row: EvidenceRow): Evidence | undefined {
  const signed = row.report ?? row.receipt;
  if (signed === undefined) return undefined;
  return {
    row,
    hash: messageHash(signed),
    role: row.report === undefined ? "target" : "witness",
    acknowledgements: new Map(),
    committedSlot: undefined,
    revealed: false,
    step: 0,
    timer: undefined,
  };
}

function bodyOf({ row }: Evidence): { readonly payloadHash: Bytes32 } {
  const signed = row.report ?? row.receipt;
  if (signed === undefined) throw new Error("unreachable: made by itemOf");
  return signed;
}

function decodeAcknowledgement(bytes: Uint8Array): Acknowledgement | undefined {
  try {
    const message = decodeMessage(bytes);
    return message.kind === "acknowledgement" ? message : undefined;
  } catch {
    return undefined;
  }
}
