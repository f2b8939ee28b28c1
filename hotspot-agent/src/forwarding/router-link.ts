/**
 * Everything between this hotspot and one router: the session, what is under way in it, the credit
 * that it has, and what happens to each decision.
 */
import type { Clock, Log } from "@katydid/platform";
import {
  type Address,
  BoundedMap,
  type Decision,
  type HotspotMessage,
  type Offer,
  type RouterMessage,
  type SignedVoucher,
  sha256,
  toHex,
  type Welcome,
} from "@katydid/protocol";
import {
  ATTEMPTS_MAX,
  CHANNELS_PER_ROUTER_MAX,
  OFFER_KEEP_MS,
  OFFERS_MAX,
  PENDING_MAX,
} from "../limits.ts";
import type { AgentPolicy } from "../policy.ts";
import { type Declined, declineIsValid, someoneElseBought } from "./decline.ts";
import type { Downlinks } from "./downlinks.ts";
import type { FrameOutcome, NamedCounts, UplinkOutcome } from "./frame-counts.ts";
import type { OfflineQueue } from "./offline-queue.ts";
import { RouterSession, type SessionOptions } from "./router-session.ts";
import type { Standing } from "./standing.ts";
import { packetOf, type Uplink } from "./uplink.ts";

export interface LinkOptions
  extends Omit<SessionOptions, "onOpen" | "onMessage" | "onLost" | "policy"> {
  readonly policy: AgentPolicy;
  readonly copyWindowMs: number;
  readonly standing: Standing;
  readonly queue: OfflineQueue;
  readonly downlinks: Downlinks;
  readonly counts: NamedCounts<UplinkOutcome>;
  /** Vouchers of this channel are welcome; resolves when the credit knows what is left of it. */
  readonly openChannel: (router: Address, channel: Uint8Array) => Promise<void>;
  /** The same of a channel that a voucher speaks of; the ledger must know it as this router's. */
  readonly adoptChannel: (router: Address, channel: Uint8Array) => Promise<void>;
  readonly onVoucher: (voucher: SignedVoucher, router: Address) => "wrong-channel" | "fine";
  /** The session is ready: what waits on disk for this router may be delivered. */
  readonly onReady: (link: RouterLink) => void;
}

/** Channels that nobody told of are looked up at most this often, ms. */
const ADOPT_PERIOD_MS = 1000;

interface Pending {
  readonly uplink: Uplink;
  readonly sentAtMs: number;
  /** The router asked for it by its hash: whatever is wrong with it, it wanted it. */
  readonly isWanted: boolean;
}

interface Offered {
  readonly uplink: Uplink;
  readonly sentAtMs: number;
}

export class RouterLink {
  readonly router: Address;
  readonly #options: LinkOptions;
  readonly #session: RouterSession;
  readonly #standing: Standing;
  /** Channels that a session was started anew for. */
  readonly #restartedFor = new BoundedMap<string, true>(CHANNELS_PER_ROUTER_MAX);
  readonly #clock: Clock;
  readonly #log: Log;
  /** In the order of sending, since a Map keeps it. */
  readonly #pending = new Map<number, Pending>();
  readonly #offers = new Map<number, Offered>();
  #adoptAfterMs = 0;
  #resend: Uplink[] = [];
  #reception = 0;
  #ready = false;
  #lastUsedMs = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.router = options.router;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#standing = options.standing;
    this.#standing.prepare();
    this.#session = new RouterSession({
      ...options,
      onOpen: (welcome) => void this.#onOpen(welcome),
      onMessage: (message) => this.#onMessage(message),
      onLost: () => this.#onLost(),
    });
  }

  /** On its way, offered, or to be queued by the caller. Never waits. */
  deliver(uplink: Uplink): Extract<FrameOutcome, "forwarded" | "offered" | "queued"> {
    this.#lastUsedMs = this.#clock.now();
    this.#noticeSilence();
    if (!this.#ready || !this.#session.open || this.#pending.size >= PENDING_MAX) {
      this.#session.ensure();
      return "queued";
    }
    return this.#send(uplink);
  }

  /** Opens the session ahead of the next frame. */
  greet(): void {
    this.#session.ensure();
  }

  get ready(): boolean {
    return this.#ready && this.#session.open && this.#pending.size < PENDING_MAX;
  }

  get lastUsedMs(): number {
    return this.#lastUsedMs;
  }

  /** Now and then: silence, stale offers, fading losses. */
  chores(): void {
    const now = this.#clock.now();
    this.#noticeSilence();
    void this.#standing.chores(now);
    for (const [reception, { sentAtMs }] of this.#offers) {
      if (now - sentAtMs < OFFER_KEEP_MS) break;
      this.#offers.delete(reception);
      this.#options.counts.add("offer-expired");
    }
  }

  close(): void {
    this.#ready = false;
    this.#session.close();
  }

  status() {
    const { credit } = this.#standing;
    return {
      router: this.router,
      session: this.#session.state,
      pending: this.#pending.size,
      exposureDc: credit.exposure(),
      unpaidDc: credit.unpaidDc,
      lostDc: credit.lostDc,
      trustDc: credit.limitDc,
      depositLeftDc: credit.leftDc,
      buyShare: this.#standing.share.share,
      offersOnly: this.#standing.offersReason !== undefined,
      offersReason: this.#standing.offersReason,
    };
  }

  /** A session that does not answer is forgotten by the router: it restarted, or it is gone. */
  #noticeSilence(): void {
    const oldest = this.#pending.values().next();
    if (oldest.done) return;
    const silentMs = this.#clock.now() - oldest.value.sentAtMs;
    if (silentMs >= this.#options.policy.answerTimeoutMs) this.#session.restart();
  }

  #send(uplink: Uplink): "forwarded" | "offered" | "queued" {
    const reception = ++this.#reception;
    if (this.#standing.admits(uplink.costDc)) {
      const isSent = this.#sendPacket({ reception, uplink, isWanted: false });
      return isSent ? "forwarded" : "queued";
    }
    const offer: Offer = {
      kind: "offer",
      reception,
      ...uplink.radio,
      payloadHash: sha256(uplink.phyPayload),
      payloadBytes: uplink.phyPayload.length,
      route: uplink.route,
    };
    if (!this.#transmit(offer)) return "queued";
    this.#offers.set(reception, { uplink, sentAtMs: this.#clock.now() });
    if (this.#offers.size > OFFERS_MAX) this.#dropOldestOffer();
    return "offered";
  }

  #sendPacket(sending: {
    readonly reception: number;
    readonly uplink: Uplink;
    readonly isWanted: boolean;
  }): boolean {
    const { reception, uplink, isWanted } = sending;
    if (!this.#transmit(packetOf(uplink, reception))) return false;
    uplink.attempts++;
    this.#standing.credit.sent(uplink.costDc);
    this.#pending.set(reception, { uplink, sentAtMs: this.#clock.now(), isWanted });
    return true;
  }

  #transmit(message: HotspotMessage): boolean {
    if (this.#session.send(message)) return true;
    this.#options.counts.add("bus-refused");
    return false;
  }

  #dropOldestOffer(): void {
    for (const reception of this.#offers.keys()) {
      this.#offers.delete(reception);
      this.#options.counts.add("offer-expired");
      return;
    }
  }

  async #onOpen(welcome: Welcome): Promise<void> {
    const { openChannel } = this.#options;
    const { credit } = this.#standing;
    this.#reception = 0;
    this.#offers.clear();
    const { channel } = welcome;
    credit.useChannel(channel === undefined ? undefined : toHex(channel));
    try {
      if (channel !== undefined) await openChannel(this.router, channel);
    } catch (cause) {
      // Without the ledger's word on the deposit nothing is left: it offers until chores ask again.
      this.#log.warn({ router: this.router, cause: String(cause) }, "channel not looked up");
    }
    if (this.#session.state !== "open") return;
    this.#ready = true;
    const again = this.#resend;
    this.#resend = [];
    for (const uplink of again) {
      this.#options.counts.add("resent");
      if (this.#send(uplink) === "queued") this.#toDisk(uplink);
    }
    this.#options.onReady(this);
  }

  #onLost(): void {
    const { counts } = this.#options;
    const { credit } = this.#standing;
    this.#ready = false;
    for (const { uplink } of this.#pending.values()) {
      if (uplink.attempts >= ATTEMPTS_MAX) {
        credit.declined({ costDc: uplink.costDc, valid: false });
        counts.add("unanswered");
      } else {
        credit.withdrawn(uplink.costDc);
        this.#resend.push(uplink);
      }
    }
    this.#pending.clear();
    if (this.#resend.length <= PENDING_MAX) return;
    for (const uplink of this.#resend.splice(0, this.#resend.length - PENDING_MAX)) {
      this.#toDisk(uplink);
    }
  }

  #toDisk(uplink: Uplink): void {
    this.#options.queue.push({ packet: packetOf(uplink, 0), router: this.router });
  }

  #onMessage(message: RouterMessage): void {
    switch (message.kind) {
      case "decision":
        this.#onDecision(message);
        break;
      case "voucher":
        if (this.#options.onVoucher(message, this.router) === "wrong-channel") {
          this.#onUnknownChannel(message);
        }
        break;
      case "downlink":
        void this.#options.downlinks
          .transmit(message)
          .then((outcome) => this.#session.send(outcome));
    }
  }

  /**
   * A channel that no welcome told of: asks for one, once. It may also be an old one, of which this
   * hotspot has lost what it kept: the ledger knows whose it is.
   */
  #onUnknownChannel(voucher: SignedVoucher): void {
    const name = toHex(voucher.channel);
    const now = this.#clock.now();
    if (this.#restartedFor.get(name) === true || now < this.#adoptAfterMs) return;
    this.#restartedFor.set(name, true);
    this.#adoptAfterMs = now + ADOPT_PERIOD_MS;
    const { adoptChannel, onVoucher } = this.#options;
    adoptChannel(this.router, voucher.channel)
      .then(() => onVoucher(voucher, this.router))
      .catch((cause: unknown) => {
        this.#log.warn({ router: this.router, cause: String(cause) }, "channel not looked up");
      });
    this.#session.restart();
  }

  #onDecision({ reception, outcome }: Decision): void {
    const pending = this.#pending.get(reception);
    if (pending !== undefined) {
      if (outcome.kind === "wanted") return;
      this.#pending.delete(reception);
      this.#decided(pending, outcome);
      return;
    }
    const offered = this.#offers.get(reception);
    if (offered === undefined) return;
    this.#offers.delete(reception);
    this.#offerAnswered(reception, offered.uplink, outcome);
  }

  #decided(pending: Pending, outcome: Exclude<Decision["outcome"], { kind: "wanted" }>): void {
    const { counts } = this.#options;
    const { credit, share } = this.#standing;
    const { costDc } = pending.uplink;
    if (outcome.kind === "bought") {
      const paidDc = Number(outcome.dc);
      credit.bought({ costDc, paidDc });
      // Joins cost nothing: to take them is no purchase.
      if (costDc > 0 && paidDc >= costDc) share.bought();
      counts.add("bought");
    } else {
      this.#declined(pending, outcome);
      counts.add("declined");
    }
    if (this.#pending.size === 0 && this.#options.queue.length > 0) this.#options.onReady(this);
  }

  #declined({ uplink, sentAtMs, isWanted }: Pending, outcome: Declined): void {
    const { copyWindowMs, key } = this.#options;
    const { credit, share } = this.#standing;
    const { costDc } = uplink;
    const repeated = uplink.attempts > 1;
    const valid = declineIsValid({
      outcome,
      self: key.address,
      delayMs: sentAtMs - uplink.radio.receivedAt,
      copyWindowMs,
      repeated,
      isWanted,
    });
    credit.declined({ costDc, valid });
    if (costDc === 0) return;
    const isAlone = !someoneElseBought({ outcome, self: key.address });
    if (isAlone && !(valid && repeated)) share.refused();
    else share.passed();
  }

  #offerAnswered(reception: number, uplink: Uplink, outcome: Decision["outcome"]): void {
    const { counts } = this.#options;
    if (outcome.kind === "declined" || !this.#standing.admitsWanted(uplink.costDc)) {
      counts.add("offer-declined");
      return;
    }
    if (!this.#sendPacket({ reception, uplink, isWanted: true })) this.#toDisk(uplink);
  }
}
