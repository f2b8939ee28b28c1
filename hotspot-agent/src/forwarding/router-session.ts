/**
 * The session between this hotspot and one router (protocol.md section 4): signed hello, signed
 * welcome, then envelopes with a sequence number and a MAC. It says hello again, ever more slowly,
 * until it is welcomed; and anew when the router says or shows that it has forgotten.
 */
import type { Bus, Clock, Log, Random, Subscription, Timer } from "@katydid/platform";
import {
  type Address,
  decodeMessage,
  encodeMessage,
  ephemeralKeyPair,
  equalBytes,
  type Hello,
  type HotspotMessage,
  hotspotToRouterTopic,
  type KeyPair,
  messageHash,
  milliseconds,
  openEnvelope,
  type RouterMessage,
  routerToHotspotTopic,
  SEQUENCE_MAX,
  type SessionKey,
  sealEnvelope,
  sessionKey,
  signMessage,
  verifyMessageNative,
  type Welcome,
} from "@katydid/protocol";
import type { AgentPolicy } from "../policy.ts";

export interface SessionOptions {
  readonly key: KeyPair;
  readonly chainId: string;
  readonly router: Address;
  readonly endpoints: readonly string[];
  readonly busTo: (url: string) => Bus;
  readonly region: () => string;
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: AgentPolicy;
  readonly log: Log;
  /** Welcomed. Messages follow. */
  readonly onOpen: (welcome: Welcome) => void;
  readonly onMessage: (message: RouterMessage) => void;
  /** What was sent and not answered is lost; a hello is on its way. */
  readonly onLost: () => void;
}

interface Greeting {
  readonly hello: Hello;
  readonly own: ReturnType<typeof ephemeralKeyPair>;
}

export type SessionState = "idle" | "greeting" | "open";

export class RouterSession {
  readonly #options: SessionOptions;
  #state: SessionState = "idle";
  #bus: Bus | undefined;
  #subscription: Promise<Subscription> | undefined;
  #greeting: Greeting | undefined;
  #timer: Timer | undefined;
  /** A hint that came too soon after the last hello waits here. */
  #hinted: Timer | undefined;
  #delayMs: number;
  #endpoint = 0;
  #helloAt = Number.NEGATIVE_INFINITY;
  #key: SessionKey | undefined;
  #sent = 0;
  #received = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#delayMs = options.policy.helloFirstMs;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Welcomed and connected: what is sent now has a chance. */
  get open(): boolean {
    return this.#state === "open" && this.#bus?.connected === true;
  }

  /** Says hello where nothing is under way. Idempotent and cheap. */
  ensure(): void {
    if (this.#state === "idle") this.#greet();
  }

  /** The router has forgotten us, or we it: start over. */
  restart(): void {
    if (this.#state !== "open") return;
    this.#state = "idle";
    this.#key = undefined;
    this.#options.onLost();
    this.#greet();
  }

  /** false: not sent; the caller keeps the message. */
  send(message: HotspotMessage): boolean {
    const { router, key: own } = this.#options;
    if (this.#key === undefined || this.#bus === undefined) return false;
    if (this.#sent >= SEQUENCE_MAX) {
      this.restart();
      return false;
    }
    const sequence = ++this.#sent;
    const bytes = sealEnvelope({
      key: this.#key,
      direction: "to-router",
      sequence,
      message: encodeMessage(message),
    });
    const outcome = this.#bus.publish(hotspotToRouterTopic(router, own.address), bytes);
    return outcome.outcome !== "refused";
  }

  close(): void {
    this.#state = "idle";
    this.#key = undefined;
    this.#timer?.cancel();
    this.#forgetHint();
    this.#unsubscribe();
  }

  #greet(): void {
    const { key, router, chainId, clock, random, region, policy } = this.#options;
    this.#state = "greeting";
    this.#forgetHint();
    const bus = this.#connect();
    const own = ephemeralKeyPair(random.bytes(32));
    const hello = signMessage({
      chainId,
      signer: key,
      body: {
        kind: "hello",
        hotspot: key.address,
        router,
        ephemeralKey: own.publicKey,
        nonce: random.bytes(32),
        sentAt: milliseconds(Math.floor(clock.now())),
        region: region(),
      },
    });
    this.#greeting = { hello, own };
    this.#helloAt = clock.now();
    bus.publish(hotspotToRouterTopic(router, key.address), encodeMessage(hello));
    this.#timer?.cancel();
    this.#timer = clock.after(this.#delayMs, () => this.#greetAgain());
    this.#delayMs = Math.min(policy.helloMaxMs, this.#delayMs * 2);
  }

  #greetAgain(): void {
    if (this.#state !== "greeting") return;
    const { endpoints } = this.#options;
    // Away for long: the router may have moved to another of its endpoints.
    if (endpoints.length > 1 && this.#delayMs >= this.#options.policy.helloMaxMs) {
      this.#unsubscribe();
      this.#endpoint = (this.#endpoint + 1) % endpoints.length;
    }
    this.#greet();
  }

  #connect(): Bus {
    if (this.#bus !== undefined) return this.#bus;
    const { busTo, endpoints, router, key } = this.#options;
    const bus = busTo(endpoints[this.#endpoint] ?? "");
    this.#bus = bus;
    const topic = routerToHotspotTopic(router, key.address);
    this.#subscription = bus.subscribe(topic, (_topic, payload) => this.#receive(payload));
    return bus;
  }

  #unsubscribe(): void {
    void this.#subscription?.then((subscription) => subscription.cancel());
    this.#subscription = undefined;
    this.#bus = undefined;
  }

  #receive(payload: Uint8Array): void {
    if (payload.length === 0) this.#onHint();
    else if (payload[0] === 0) this.#onEnvelope(payload);
    else this.#onWelcome(payload);
  }

  /**
   * Unauthenticated, so it is obeyed only when the last hello is some time ago, and not where the
   * router shows until then that it has the session. The router does not hint again for seconds.
   */
  #onHint(): void {
    const { clock, policy } = this.#options;
    if (this.#state !== "open") return;
    const waitMs = this.#helloAt + policy.helloFirstMs - clock.now();
    if (waitMs <= 0) this.restart();
    else this.#hinted ??= clock.after(waitMs, () => this.restart());
  }

  #forgetHint(): void {
    this.#hinted?.cancel();
    this.#hinted = undefined;
  }

  #onEnvelope(bytes: Uint8Array): void {
    if (this.#key === undefined || this.#state !== "open") return;
    const opened = openEnvelope({ key: this.#key, direction: "to-hotspot", bytes });
    // Below or at what was seen: a repetition by the broker or by someone who listens.
    if (opened === undefined || opened.sequence <= this.#received) return;
    this.#received = opened.sequence;
    this.#forgetHint();
    const message = tryDecode(opened.message);
    if (message === undefined) return;
    switch (message.kind) {
      case "decision":
      case "voucher":
      case "downlink":
        this.#options.onMessage(message);
        break;
      default:
        this.#options.log.debug({ kind: message.kind }, "message out of place in a session");
    }
  }

  #onWelcome(bytes: Uint8Array): void {
    const greeting = this.#greeting;
    if (this.#state !== "greeting" || greeting === undefined) return;
    const welcome = tryDecode(bytes);
    if (welcome?.kind !== "welcome") return;
    const { router, key, chainId, policy, log } = this.#options;
    if (welcome.router !== router || welcome.hotspot !== key.address) return;
    if (!equalBytes(welcome.helloHash, messageHash(greeting.hello))) return;
    if (!verifyMessageNative({ chainId, message: welcome, by: router })) {
      log.warn({ router }, "welcome with a signature that is not the router's");
      return;
    }
    const { own, hello } = greeting;
    const peerPublic = welcome.ephemeralKey;
    this.#key = sessionKey({ own, peerPublic, hello, welcome });
    // A key of small order: whoever made that welcome gets no session, the hello stands.
    if (this.#key === undefined) return;
    this.#greeting = undefined;
    this.#sent = 0;
    this.#received = 0;
    this.#state = "open";
    this.#timer?.cancel();
    this.#delayMs = policy.helloFirstMs;
    this.#options.onOpen(welcome);
  }
}

function tryDecode(bytes: Uint8Array) {
  try {
    return decodeMessage(bytes);
  } catch {
    // Not a message: the broker is not trusted, and this is no reason to end a session.
    return undefined;
  }
}
