/** The three roles of a hotspot in challenges, put together. */
import type { ReceivedFrame } from "@katydid/firmware";
import type { LedgerEvent } from "@katydid/ledger/client";
import type { Store, Subscription } from "@katydid/platform";
import { Challenger } from "./challenger.ts";
import type { ChallengeContext } from "./context.ts";
import { EvidenceKeeper } from "./evidence.ts";
import { Target } from "./target.ts";
import { Witness } from "./witness.ts";

export interface ChallengesOptions extends Omit<ChallengeContext, "store"> {
  readonly store: Store;
}

export class Challenges {
  readonly #context: ChallengeContext;
  readonly #evidence: EvidenceKeeper;
  readonly #challenger: Challenger;
  readonly #target: Target;
  readonly #witness: Witness;
  #subscriptions: Subscription[] = [];

  constructor(context: ChallengesOptions) {
    this.#context = context;
    const scoped = (name: string) => ({ ...context, store: context.store.scope(name) });
    this.#evidence = new EvidenceKeeper(scoped("evidence"));
    this.#challenger = new Challenger(scoped("rounds"));
    this.#target = new Target(scoped("orders"), this.#evidence);
    this.#witness = new Witness({
      context,
      evidence: this.#evidence,
      isOwn: (hash) => this.#target.isOwn(hash) || this.#challenger.isOwn(hash),
    });
  }

  /** Listens for what is addressed to this hotspot, and goes on with what was under way. */
  async start(): Promise<void> {
    const { relays, key } = this.#context;
    const own = key.address;
    this.#subscriptions = [
      relays.listenTo(own, "order", (_topic, bytes) => void this.#target.onOrder(bytes)),
      relays.listenTo(own, "receipt", (_topic, bytes) => void this.#challenger.onReceipt(bytes)),
      relays.listenTo(own, "ack", (_topic, bytes) => void this.#evidence.onAcknowledgement(bytes)),
    ];
    this.#evidence.start();
    await this.#target.start();
    await this.#challenger.start();
  }

  onProprietary(frame: ReceivedFrame): void {
    void this.#witness.onFrame(frame);
  }

  /** An event that concerns this hotspot. Resolves when what follows from it is on disk. */
  async onLedgerEvent(event: LedgerEvent): Promise<void> {
    const own = this.#context.key.address;
    switch (event.kind) {
      case "slot-drawn":
        return this.#challenger.onSlotDrawn(event);
      case "target-drawn":
        if (event.target === own) await this.#target.onDrawn(event);
        if (event.challenger === own) await this.#challenger.onTargetDrawn(event);
        return;
      case "challenge-lapsed":
        return this.#challenger.onOver(event.challenge, "lapsed");
      case "challenge-silent":
        if (event.challenger === own) this.#challenger.onOver(event.challenge, "silent");
        return;
      case "challenge-revealed":
        if (event.challenger === own) this.#challenger.onOver(event.challenge, "revealed");
        return this.#evidence.onRevealed(event);
      case "challenge-settled":
        return this.#onSettled(event);
      default:
        return;
    }
  }

  chores(): void {
    this.#challenger.chores();
    this.#target.chores();
    this.#evidence.chores();
  }

  close(): void {
    for (const subscription of this.#subscriptions) subscription.cancel();
    this.#challenger.close();
    this.#evidence.close();
  }

  status() {
    const { events, relays } = this.#context;
    return {
      relays: relays.urls,
      evidenceKept: this.#evidence.size,
      events: events.counts,
      last: events.notes,
    };
  }

  /** The verdict in plain words: "why was I not rewarded?" is the first question of every owner. */
  #onSettled({ view }: Extract<LedgerEvent, { kind: "challenge-settled" }>): void {
    const { events, key } = this.#context;
    const own = view.witnesses.find(({ witness }) => witness === key.address);
    if (own !== undefined) {
      const text =
        own.verdict === "valid" ? `valid: ${own.units} units` : `not valid: ${own.reason}`;
      events.count("witness", own.verdict === "valid" ? "valid" : "invalid");
      events.note("witness", view.challenge, text);
    }
    const valid = view.witnesses.filter(({ verdict }) => verdict === "valid").length;
    if (view.target === key.address) {
      const units = view.beaconerUnits ?? "0";
      const text = valid === 0 ? "nobody could be a witness of the beacon" : `${units} units`;
      events.note("target", view.challenge, `${text}; valid witnesses: ${valid}`);
    }
    if (view.challenger === key.address) {
      events.note("challenger", view.challenge, `settled with ${valid} valid witnesses`);
    }
  }
}
