/**
 * Sessions with hotspots (protocol.md section 4): signed hello and welcome, then envelopes with a
 * rising sequence and a MAC. The broker is not trusted. Sessions live in memory only: after a
 * restart a hotspot is told, by an empty message, that there is none, and says hello again.
 */
import type { Bus, Clock, Counter, Log, Metrics, Random, Subscription } from "@katydid/platform";
import {
  type Address,
  decodeMessage,
  encodeMessage,
  equalBytes,
  type Hello,
  type HotspotMessage,
  type Message,
  messageHash,
  openEnvelope,
  parseAddress,
  type RegionPlan,
  type RouterMessage,
  routerFilter,
  routerToHotspotTopic,
  SEQUENCE_MAX,
  type Signer,
  sealEnvelope,
  verifyMessageNative,
} from "@katydid/protocol";
import { HELLO_AHEAD_MAX_MS, HELLOS_WAITING_MAX, HINT_PERIOD_MS, SESSIONS_MAX } from "../limits.ts";
import type { ChannelBook } from "../payment/channel-book.ts";
import type { HotspotDirectory } from "./hotspot-directory.ts";
import type { HotspotFacts, HotspotLink } from "./hotspot-link.ts";
import { answerHello } from "./welcome.ts";

export interface SessionsOptions {
  readonly signer: Signer;
  readonly chainId: string;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly directory: HotspotDirectory;
  /** Where a hotspot is whose hello names no region that this version knows. */
  readonly region: RegionPlan;
  /** What new sessions buy on. */
  readonly currentBook: () => ChannelBook | undefined;
  readonly onMessage: (link: HotspotLink, message: HotspotMessage) => void;
  /** Welcomed: it can be sent to. */
  readonly onOpen: (link: HotspotLink) => void;
}

/** Why a message on a hotspot's topic went nowhere. */
const dropReasons = [
  "no-session",
  "mac-invalid",
  "sequence-old",
  "malformed",
  "hello-invalid",
  "hello-old",
  "hotspot-unknown",
  "busy",
] as const;
type DropReason = (typeof dropReasons)[number];

const NO_BYTES = new Uint8Array(0);

export class HotspotSessions {
  readonly #options: SessionsOptions;
  readonly #links = new Map<Address, HotspotLink>();
  /** Newest hello of each sender that the ledger is being asked about. */
  readonly #waiting = new Map<Address, Hello>();
  readonly #hints = new Map<Address, number>();
  readonly #dropped: Counter;
  readonly #prefix: string;
  #subscription: Subscription | undefined;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#prefix = routerFilter(options.signer.address).slice(0, -1);
    this.#dropped = options.metrics.counter({
      name: "katydid_router_messages_dropped_total",
      help: "Messages of hotspots that went nowhere, by reason.",
      labels: ["reason"],
    });
  }

  async start(): Promise<void> {
    const { bus, signer } = this.#options;
    const filter = routerFilter(signer.address);
    this.#subscription = await bus.subscribe(filter, (topic, payload) =>
      this.receive(topic.slice(this.#prefix.length) as Address, payload),
    );
  }

  stop(): void {
    this.#subscription?.cancel();
    this.#links.clear();
    this.#waiting.clear();
  }

  get count(): number {
    return this.#links.size;
  }

  link(address: Address): HotspotLink | undefined {
    return this.#links.get(address);
  }

  /** What came on the topic of that hotspot. Never throws for what others sent. */
  receive(address: Address, payload: Uint8Array): void {
    if (payload[0] === 0) {
      this.#onEnvelope(address, payload);
      return;
    }
    const message = tryDecode(payload);
    if (message?.kind !== "hello") {
      this.#drop("malformed");
      return;
    }
    this.#onHello(address, message);
  }

  /** False: the bus refused it, or the session is worn out. */
  send(link: HotspotLink, message: RouterMessage): boolean {
    if (link.sequenceOut >= SEQUENCE_MAX) {
      this.hint(link.address);
      return false;
    }
    link.sequenceOut++;
    const bytes = sealEnvelope({
      key: link.key,
      direction: "to-hotspot",
      sequence: link.sequenceOut,
      message: encodeMessage(message),
    });
    return this.#options.bus.publish(link.topic, bytes).outcome !== "refused";
  }

  /** Another channel is bought on from now on: asks those with sessions on other ones to say hello. */
  renew(book: ChannelBook): void {
    for (const link of this.#links.values()) {
      if (link.book !== book) this.hint(link.address);
    }
  }

  /** The ledger says that a hotspot changed. */
  learn(facts: HotspotFacts): void {
    const link = this.#links.get(facts.address);
    if (link !== undefined) link.facts = facts;
  }

  /** "I have no session with you, say hello." Seldom, since anyone can provoke it. */
  hint(address: Address): void {
    const { bus, clock, signer } = this.#options;
    const now = clock.now();
    const last = this.#hints.get(address);
    if (last !== undefined && now - last < HINT_PERIOD_MS) return;
    if (this.#hints.size >= SESSIONS_MAX) this.#hints.clear();
    this.#hints.set(address, now);
    bus.publish(routerToHotspotTopic(signer.address, address), NO_BYTES);
  }

  #onEnvelope(address: Address, bytes: Uint8Array): void {
    const link = this.#links.get(address);
    if (link === undefined) {
      if (parseAddress(address) !== undefined) this.hint(address);
      this.#drop("no-session");
      return;
    }
    const opened = openEnvelope({ key: link.key, direction: "to-router", bytes });
    if (opened === undefined) {
      this.hint(address);
      this.#drop("mac-invalid");
      return;
    }
    // Brokers keep the order of a topic: what does not rise is a repetition.
    if (opened.sequence <= link.sequenceIn) {
      this.#drop("sequence-old");
      return;
    }
    link.sequenceIn = opened.sequence;
    link.lastHeardAt = this.#options.clock.now();
    const message = tryDecode(opened.message);
    switch (message?.kind) {
      case "packet":
      case "offer":
      case "downlink-outcome":
        this.#options.onMessage(link, message);
        return;
      default:
        this.#drop("malformed");
    }
  }

  #onHello(address: Address, hello: Hello): void {
    const { signer, chainId, clock, directory, bus } = this.#options;
    if (hello.hotspot !== address || hello.router !== signer.address) {
      this.#drop("hello-invalid");
      return;
    }
    const link = this.#links.get(address);
    if (link !== undefined) {
      // A welcome that was lost is sent again, so that both sides have one session.
      if (equalBytes(link.helloHash, messageHash(hello))) {
        bus.publish(link.topic, link.welcome);
        return;
      }
      if (hello.sentAt < link.helloSentAt) {
        this.#drop("hello-old");
        return;
      }
    }
    if (hello.sentAt > clock.now() + HELLO_AHEAD_MAX_MS) {
      this.#drop("hello-invalid");
      return;
    }
    if (!verifyMessageNative({ chainId, message: hello, by: address })) {
      this.#drop("hello-invalid");
      return;
    }
    const facts = directory.known(address);
    if (facts !== undefined) {
      this.#welcome(hello, facts);
      return;
    }
    if (this.#waiting.size >= HELLOS_WAITING_MAX) {
      this.#drop("busy");
      return;
    }
    const isAsked = this.#waiting.has(address);
    this.#waiting.set(address, hello);
    if (!isAsked) void this.#ask(address);
  }

  /** Only hotspots that the ledger knows: for others nobody could redeem a voucher. */
  async #ask(address: Address): Promise<void> {
    const { directory, log } = this.#options;
    let facts: HotspotFacts | undefined;
    try {
      facts = await directory.ask(address);
    } catch (cause) {
      log.warn(
        { hotspot: address, cause: String(cause) },
        "hello unanswered: no word of the ledger",
      );
    }
    const hello = this.#waiting.get(address);
    this.#waiting.delete(address);
    if (hello === undefined) return;
    if (facts === undefined) return this.#drop("hotspot-unknown");
    this.#welcome(hello, facts);
  }

  #welcome(hello: Hello, facts: HotspotFacts): void {
    const { bus, currentBook, onOpen } = this.#options;
    const link = answerHello({ ...this.#options, hello, facts, book: currentBook() });
    if (link === undefined) {
      this.#drop("hello-invalid");
      return;
    }
    this.#links.delete(link.address);
    if (this.#links.size >= SESSIONS_MAX) this.#evict();
    this.#links.set(link.address, link);
    bus.publish(link.topic, link.welcome);
    onOpen(link);
  }

  /** The one that was silent longest. Linear, and rare: a router of that size is a large one. */
  #evict(): void {
    let oldest: HotspotLink | undefined;
    for (const link of this.#links.values()) {
      if (oldest === undefined || link.lastHeardAt < oldest.lastHeardAt) oldest = link;
    }
    if (oldest === undefined) return;
    this.#links.delete(oldest.address);
    this.#options.directory.forget(oldest.address);
  }

  #drop(reason: DropReason): void {
    this.#dropped.add(1, LABELS[reason]);
  }
}

const LABELS = Object.fromEntries(dropReasons.map((reason) => [reason, { reason }])) as Record<
  DropReason,
  { readonly reason: DropReason }
>;

function tryDecode(bytes: Uint8Array): Message | undefined {
  try {
    return decodeMessage(bytes);
  } catch {
    // Anyone can publish anything where the broker allows it: not our error.
    return undefined;
  }
}
