/** What all three roles of a challenge share. */
import type { Concentrator } from "@katydid/firmware";
import type { HotspotView, LedgerClient } from "@katydid/ledger/client";
import type { Clock, Counter, Log, Metrics, Random, Store, StoreWrite } from "@katydid/platform";
import type { ChallengeId, KeyPair, Params } from "@katydid/protocol";
import type { ProtocolClock, SendTransaction } from "../ledger-link.ts";
import { HISTORY_MAX } from "../limits.ts";
import type { AgentPolicy } from "../policy.ts";
import type { Reportable } from "../reporter.ts";
import type { Relays } from "./relays.ts";
import { challengeName } from "./rows.ts";

export interface ChallengeContext {
  readonly key: KeyPair;
  readonly chainId: string;
  readonly params: Params;
  readonly policy: AgentPolicy;
  readonly ledger: LedgerClient;
  readonly send: SendTransaction;
  readonly relays: Relays;
  readonly concentrator: Concentrator;
  readonly clock: Clock;
  readonly protocolClock: ProtocolClock;
  readonly random: Random;
  readonly store: Store;
  readonly log: Log;
  readonly events: ChallengeEvents;
  /** Brings it before the ledger, once. */
  readonly report: (evidence: Reportable) => void;
  /** Sequence of the ledger's last event that the run before has seen to its end. */
  readonly seenUntil: () => string | undefined;
  /** This hotspot as the ledger has it. */
  readonly self: () => HotspotView | undefined;
}

/** Something that happened in a challenge, for the status page. */
export interface ChallengeNote {
  readonly atMs: number;
  /** Slot and index where they are known, else the start of the payload's hash. */
  readonly name: string;
  readonly role: "challenger" | "target" | "witness";
  /** In plain words. */
  readonly text: string;
}

/** Counts and remembers what happened. */
export class ChallengeEvents {
  readonly #counter: Counter;
  readonly #clock: Clock;
  readonly #notes: ChallengeNote[] = [];
  readonly #counts = new Map<string, number>();

  constructor({ metrics, clock }: { metrics: Metrics; clock: Clock }) {
    this.#clock = clock;
    this.#counter = metrics.counter({
      name: "katydid_challenge_events_total",
      help: "What happened in challenges, by role and event.",
      labels: ["role", "event"],
    });
  }

  /** `event` is one of a few fixed words: it becomes a label. */
  count(role: ChallengeNote["role"], event: string): void {
    this.#counter.add(1, { role, event });
    const name = `${role} ${event}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  note(role: ChallengeNote["role"], subject: ChallengeId | string, text: string): void {
    const name = typeof subject === "string" ? subject.slice(0, 16) : challengeName(subject);
    this.#notes.push({ atMs: this.#clock.now(), name, role, text });
    if (this.#notes.length > HISTORY_MAX) this.#notes.shift();
  }

  /** Newest first. */
  get notes(): readonly ChallengeNote[] {
    return [...this.#notes].reverse();
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}

/**
 * Commits and says whether it is on disk. Without that, nothing that could be punished may be sent:
 * the caller stays silent, and the operator is told.
 */
export async function committed(
  { store, log }: { store: Store; log: Log },
  writes: readonly StoreWrite[],
): Promise<boolean> {
  try {
    await store.commit(writes);
    return true;
  } catch (cause) {
    log.error({ cause: String(cause) }, "challenges: the disk refuses, so this hotspot is silent");
    return false;
  }
}
