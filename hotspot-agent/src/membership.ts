/**
 * A hotspot's part in one network, once its parameters are known: forwarding, challenges, presence,
 * and what the ledger tells about them.
 */
import type { Concentrator, ReceivedFrame } from "@katydid/firmware";
import {
  type HotspotView,
  type LedgerClient,
  type LedgerEvent,
  TransactionSender,
  type Watch,
} from "@katydid/ledger/client";
import type { Bus, Clock, Log, Metrics, Random, Store, Timer } from "@katydid/platform";
import type { KeyPair, Params } from "@katydid/protocol";
import { Challenges } from "./challenge/challenges.ts";
import { ChallengeEvents } from "./challenge/context.ts";
import { Relays } from "./challenge/relays.ts";
import { EventCursor } from "./event-cursor.ts";
import { Forwarding } from "./forwarding/forwarding.ts";
import type { ProtocolClock, SendTransaction } from "./ledger-link.ts";
import { type AgentPolicy, policyFor } from "./policy.ts";
import { Presence } from "./presence.ts";
import { type Reportable, Reporter } from "./reporter.ts";

export interface MembershipOptions {
  readonly key: KeyPair;
  readonly chainId: string;
  readonly params: Params;
  readonly ledger: LedgerClient;
  readonly busTo: (url: string) => Bus;
  readonly concentrator: Concentrator;
  readonly clock: Clock;
  readonly protocolClock: ProtocolClock;
  readonly random: Random;
  readonly store: Store;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly region?: string;
}

/** Events of the ledger that concern a hotspot by name. */
const OWN_KINDS = [
  "slot-drawn",
  "target-drawn",
  "challenge-lapsed",
  "challenge-revealed",
  "challenge-silent",
  "challenge-settled",
  "hotspot-changed",
  "channel-changed",
] as const;
const NETWORK_KINDS = ["router-changed", "relay-changed"] as const;

export class Membership {
  readonly #options: MembershipOptions;
  readonly #policy: AgentPolicy;
  readonly #forwarding: Forwarding;
  readonly #challenges: Challenges;
  readonly #relays: Relays;
  readonly #presence: Presence;
  readonly #reporter: Reporter;
  readonly #cursor: EventCursor;
  readonly #watches: Watch[] = [];
  readonly #timers: Timer[] = [];
  #self: HotspotView | undefined;
  #ledgerHeardMs: number | undefined;
  #joined = false;
  #closed = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
    const { params, ledger, key, chainId, clock, store, log, metrics, busTo } = options;
    this.#policy = policyFor(params);
    const sender = new TransactionSender({ client: ledger, signer: key, chainId, params, clock });
    const send: SendTransaction = (body) => sender.send(body);
    this.#cursor = new EventCursor({ store, log });
    this.#relays = new Relays({ ledger, busTo, log });
    const reports = store.scope("reports");
    this.#reporter = new Reporter({ params, ledger, send, clock, log, store: reports });
    const report = (evidence: Reportable) => this.#reporter.report(evidence);
    const shared = { ...options, policy: this.#policy, send, report };
    this.#challenges = new Challenges({
      ...shared,
      random: options.random.stream("challenges"),
      store: store.scope("challenges"),
      relays: this.#relays,
      events: new ChallengeEvents({ metrics, clock }),
      self: () => this.#self,
      seenUntil: () => this.#cursor.last,
    });
    this.#forwarding = new Forwarding({
      ...shared,
      random: options.random.stream("sessions"),
      store: store.scope("forwarding"),
      region: () => this.#self?.region ?? options.region ?? "",
      onProprietary: (frame) => this.#challenges.onProprietary(frame),
    });
    this.#presence = new Presence({
      ...shared,
      address: key.address,
      onView: (view) => this.#learn(view),
    });
  }

  onFrame(frame: ReceivedFrame): void {
    this.#forwarding.onFrame(frame);
  }

  /** Reads what the ledger says and listens for changes. Throws Fault if it is away: call again. */
  async join(): Promise<void> {
    const { ledger, key, clock, random } = this.#options;
    if (this.#joined || this.#closed) return;
    const after = this.#cursor.last;
    const subjects = [key.address];
    const from = after === undefined ? {} : { after };
    // Listening first: what changes while the state is read is not missed.
    const watches = [
      ledger.watch({ subjects, kinds: OWN_KINDS, ...from }, (event) => this.#onOwnEvent(event)),
      ledger.watch({ kinds: NETWORK_KINDS }, (event) => this.#onNetworkEvent(event)),
    ];
    try {
      this.#self = await ledger.hotspot(key.address);
      await this.#relays.refresh();
      await this.#forwarding.refreshRoutes();
    } catch (cause) {
      for (const watch of watches) watch.cancel();
      throw cause;
    }
    this.#ledgerHeardMs = clock.now();
    this.#watches.push(...watches);
    if (this.#closed) return this.close();
    this.#joined = true;
    await this.#challenges.start();
    this.#presence.start();
    const { choresMs } = this.#policy;
    // A thousand hotspots that start at once do not all do their chores at once.
    this.#timers.push(
      clock.after(random.below(choresMs), () => {
        if (!this.#closed) this.#timers.push(clock.every(choresMs, () => void this.#chores()));
      }),
    );
  }

  close(): void {
    this.#closed = true;
    for (const watch of this.#watches) watch.cancel();
    for (const timer of this.#timers) timer.cancel();
    this.#presence.close();
    this.#challenges.close();
    this.#relays.close();
    this.#forwarding.close();
  }

  status() {
    const { protocolClock, params } = this.#options;
    return {
      params: params.name,
      joined: this.#joined,
      ledgerHeardAt: this.#ledgerHeardMs,
      protocolTime: protocolClock.now(),
      clockBehindMs: protocolClock.behindMs,
      hotspot: this.#self,
      forwarding: this.#forwarding.status(),
      challenges: this.#challenges.status(),
      reports: this.#reporter.status(),
    };
  }

  #onOwnEvent(event: LedgerEvent): void {
    this.#heard(event);
    if (event.kind === "hotspot-changed") {
      if (event.hotspot.address === this.#options.key.address) this.#learn(event.hotspot);
      return;
    }
    this.#forwarding.onLedgerEvent(event);
    this.#cursor.track(event.sequence, this.#challenges.onLedgerEvent(event));
  }

  #onNetworkEvent(event: LedgerEvent): void {
    this.#heard(event);
    if (event.kind === "router-changed") this.#forwarding.learnRouter(event.router);
    if (event.kind !== "relay-changed") return;
    this.#relays.refresh().catch((cause: unknown) => {
      this.#options.log.warn({ cause: String(cause) }, "relays not read again");
    });
  }

  #learn(view: HotspotView | undefined): void {
    this.#self = view;
  }

  #heard(event: LedgerEvent): void {
    this.#options.protocolClock.learn(event);
    this.#ledgerHeardMs = this.#options.clock.now();
  }

  async #chores(): Promise<void> {
    this.#challenges.chores();
    try {
      await this.#forwarding.chores();
      await this.#reporter.round();
    } catch (cause) {
      this.#options.log.warn({ cause: String(cause) }, "chores: the ledger does not answer");
    }
  }
}
