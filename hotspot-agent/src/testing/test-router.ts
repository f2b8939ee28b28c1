/** The router's side of a session, answering as a test says. */
import type { Bus } from "@katydid/platform";
import {
  type Address,
  type Decision,
  decodeMessage,
  encodeMessage,
  ephemeralKeyPair,
  type Hello,
  type HotspotMessage,
  type KeyPair,
  messageHash,
  openEnvelope,
  type RouterMessage,
  routerFilter,
  routerToHotspotTopic,
  type SessionKey,
  sealEnvelope,
  sessionKey,
  signMessage,
} from "@katydid/protocol";
import { CHAIN_ID, TestRandom } from "./fixtures.ts";

export class TestRouter {
  readonly key: KeyPair;
  readonly received: HotspotMessage[] = [];
  hellos = 0;
  channel: Uint8Array | undefined;
  /** What it says to a packet or offer; undefined: nothing. */
  answer: (message: HotspotMessage) => Decision["outcome"] | undefined = () => undefined;
  readonly #bus: Bus;
  readonly #random = new TestRandom("router");
  #session: SessionKey | undefined;
  #hotspot: Address | undefined;
  #sent = 0;

  constructor({ key, bus }: { key: KeyPair; bus: Bus }) {
    this.key = key;
    this.#bus = bus;
  }

  /** Resolves when it listens for hellos. */
  async start(): Promise<void> {
    const filter = routerFilter(this.key.address);
    await this.#bus.subscribe(filter, (_topic, payload) => this.#receive(payload));
  }

  /** Forgets its sessions, as a restarted process would. */
  restart(): void {
    this.#session = undefined;
  }

  hint(): void {
    this.#publish(new Uint8Array());
  }

  send(message: RouterMessage): void {
    if (this.#session === undefined) return;
    const direction = "to-hotspot";
    const sequence = ++this.#sent;
    const bytes = encodeMessage(message);
    this.#publish(sealEnvelope({ key: this.#session, direction, sequence, message: bytes }));
  }

  #receive(payload: Uint8Array): void {
    if (payload[0] !== 0) {
      const message = decodeMessage(payload);
      if (message.kind === "hello") this.#welcome(message);
      return;
    }
    if (this.#session === undefined) return;
    const direction = "to-router";
    const opened = openEnvelope({ key: this.#session, direction, bytes: payload });
    if (opened === undefined) return;
    const message = decodeMessage(opened.message) as HotspotMessage;
    this.received.push(message);
    if (message.kind === "downlink-outcome") return;
    const outcome = this.answer(message);
    if (outcome === undefined) return;
    this.send({ kind: "decision", reception: message.reception, outcome });
  }

  #welcome(hello: Hello): void {
    this.hellos++;
    this.#hotspot = hello.hotspot;
    this.#sent = 0;
    const own = ephemeralKeyPair(this.#random.bytes(32));
    const welcome = signMessage({
      chainId: CHAIN_ID,
      signer: this.key,
      body: {
        kind: "welcome",
        router: this.key.address,
        hotspot: hello.hotspot,
        ephemeralKey: own.publicKey,
        helloHash: messageHash(hello),
        ...(this.channel === undefined ? {} : { channel: this.channel }),
      },
    });
    this.#session = sessionKey({ own, peerPublic: hello.ephemeralKey, hello, welcome });
    this.#publish(encodeMessage(welcome));
  }

  #publish(payload: Uint8Array): void {
    if (this.#hotspot === undefined) return;
    this.#bus.publish(routerToHotspotTopic(this.key.address, this.#hotspot), payload);
  }
}
