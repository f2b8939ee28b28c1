/** A hotspot's side of a session, by hand. */
import {
  type Address,
  type Decision,
  type Downlink,
  dataRate,
  db,
  dbm,
  decodeMessage,
  encodeMessage,
  ephemeralKeyPair,
  type HotspotMessage,
  hertz,
  hotspotToRouterTopic,
  type KeyPair,
  keyPairFromSeed,
  milliseconds,
  openEnvelope,
  type Packet,
  type RadioMetadata,
  routerToHotspotTopic,
  type SessionKey,
  type SignedVoucher,
  sealEnvelope,
  sessionKey,
  signMessage,
  verifyMessage,
} from "@katydid/protocol";
import type { MemoryBus } from "./memory-bus.ts";
import { CHAIN_ID } from "./script-ledger.ts";
import { settle, type VirtualClock } from "./virtual-clock.ts";

export class TestHotspot {
  readonly key: KeyPair;
  readonly decisions: Decision[] = [];
  readonly vouchers: SignedVoucher[] = [];
  readonly downlinks: Downlink[] = [];
  hints = 0;
  welcomes: Uint8Array[] = [];
  hello: Uint8Array = new Uint8Array(0);
  session: SessionKey | undefined;
  sequence = 0;
  reception = 0;
  readonly #bus: MemoryBus;
  readonly #clock: VirtualClock;
  readonly #router: Address;
  readonly #seed: number;
  #hellos = 0;

  constructor(options: {
    readonly seed: number;
    readonly router: Address;
    readonly bus: MemoryBus;
    readonly clock: VirtualClock;
  }) {
    this.key = keyPairFromSeed(new Uint8Array(32).fill(options.seed));
    this.#bus = options.bus;
    this.#clock = options.clock;
    this.#router = options.router;
    this.#seed = options.seed;
    void options.bus.subscribe(
      routerToHotspotTopic(options.router, this.key.address),
      (_topic, payload) => this.#receive(payload),
    );
  }

  #own = ephemeralKeyPair(new Uint8Array(32).fill(1));

  greet(region = "EU868"): void {
    this.#hellos++;
    this.session = undefined;
    this.#own = ephemeralKeyPair(new Uint8Array(32).fill(this.#seed * 7 + this.#hellos));
    const hello = signMessage({
      chainId: CHAIN_ID,
      signer: this.key,
      body: {
        kind: "hello",
        hotspot: this.key.address,
        router: this.#router,
        ephemeralKey: this.#own.publicKey,
        nonce: new Uint8Array(32).fill(this.#hellos),
        sentAt: milliseconds(Math.floor(this.#clock.now())),
        region,
      },
    });
    this.hello = encodeMessage(hello);
    this.publish(this.hello);
  }

  publish(bytes: Uint8Array): void {
    this.#bus.publish(hotspotToRouterTopic(this.#router, this.key.address), bytes);
  }

  send(message: HotspotMessage): void {
    if (this.session === undefined) throw new Error("no session");
    this.sequence++;
    this.publish(
      sealEnvelope({
        key: this.session,
        direction: "to-router",
        sequence: this.sequence,
        message: encodeMessage(message),
      }),
    );
  }

  /** Sends a frame at once; the decision, if it was answered when the disk has it. */
  async packet(
    phyPayload: Uint8Array,
    radio: Partial<RadioMetadata> = {},
  ): Promise<Decision["outcome"] | undefined> {
    const reception = ++this.reception;
    const packet: Packet = { kind: "packet", reception, ...this.radio(radio), phyPayload };
    this.send(packet);
    await settle();
    return this.decisions.find((decision) => decision.reception === reception)?.outcome;
  }

  radio(radio: Partial<RadioMetadata> = {}): RadioMetadata {
    return {
      frequencyHz: hertz(868_100_000),
      dataRate: dataRate("SF7BW125"),
      rssiDbm: dbm(-100),
      snrDb: db(7.5),
      channel: 0,
      counterUs: 1_000_000,
      receivedAt: milliseconds(Math.floor(this.#clock.now())),
      ...radio,
    };
  }

  #receive(payload: Uint8Array): void {
    if (payload.length === 0) {
      this.hints++;
      return;
    }
    if (payload[0] !== 0) {
      this.#onWelcome(payload);
      return;
    }
    if (this.session === undefined) return;
    const opened = openEnvelope({ key: this.session, direction: "to-hotspot", bytes: payload });
    if (opened === undefined) return;
    const message = decodeMessage(opened.message);
    if (message.kind === "decision") this.decisions.push(message);
    if (message.kind === "voucher") this.vouchers.push(message);
    if (message.kind === "downlink") this.downlinks.push(message);
  }

  #onWelcome(payload: Uint8Array): void {
    const welcome = decodeMessage(payload);
    const hello = decodeMessage(this.hello);
    if (welcome.kind !== "welcome" || hello.kind !== "hello") throw new Error("no welcome");
    if (!verifyMessage({ chainId: CHAIN_ID, message: welcome, by: this.#router })) {
      throw new Error("a welcome that the router did not sign");
    }
    this.welcomes.push(payload);
    const own = this.#own;
    this.session = sessionKey({ own, peerPublic: welcome.ephemeralKey, hello, welcome });
    this.sequence = 0;
  }
}
