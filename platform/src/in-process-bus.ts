/** A client of the embedded broker in its own process: no socket, no login. */
import type { Aedes, AedesPublishPacket } from "aedes";
import {
  BUS_PAYLOAD_BYTES_MAX,
  type Bus,
  type MessageHandler,
  type PublishOptions,
  type PublishOutcome,
  type Subscription,
} from "./bus.ts";
import type { Log } from "./log.ts";
import { assertFilter, assertTopic } from "./topics.ts";

/** The part of aedes's persistence that its own typings leave out. */
interface Persistence {
  createRetainedStream(filter: string): AsyncIterable<{
    readonly topic: string;
    readonly payload: Buffer;
  }>;
}

export class InProcessBus implements Bus {
  readonly #aedes: Aedes;
  readonly #log: Log;
  readonly #cancels = new Set<() => void>();
  #closed = false;

  constructor(from: { readonly aedes: Aedes; readonly name: string; readonly log: Log }) {
    this.#aedes = from.aedes;
    this.#log = from.log.child({ bus: from.name });
  }

  get connected(): boolean {
    return !this.#closed;
  }

  publish(topic: string, payload: Uint8Array, options: PublishOptions = {}): PublishOutcome {
    assertTopic(topic);
    if (this.#closed) return { outcome: "refused", reason: "closed" };
    if (payload.length > BUS_PAYLOAD_BYTES_MAX) {
      return { outcome: "refused", reason: "payload-too-large" };
    }
    const { qos = 0, retain = false } = options;
    // Copied: a caller may use its buffer again, and delivery comes later.
    const packet = { cmd: "publish" as const, topic, payload: Buffer.from(payload), qos, retain };
    this.#aedes.publish({ ...packet, dup: false }, (error) => {
      if (error) this.#log.warn({ topic, error: error.message }, "message lost");
    });
    return { outcome: "sent" };
  }

  async subscribe(filter: string, handler: MessageHandler): Promise<Subscription> {
    assertFilter(filter);
    let open = true;
    const deliver = (topic: string, payload: Uint8Array) => {
      if (open) handler(topic, new Uint8Array(payload));
    };
    const onPacket = (packet: AedesPublishPacket, done: () => void) => {
      // [MQTT-4.7.2-1]: wildcards at the front do not cover the broker's own topics.
      const isOwn = packet.topic.startsWith("$") && !filter.startsWith("$");
      if (!isOwn) deliver(packet.topic, Buffer.from(packet.payload));
      done();
    };
    await new Promise<void>((resolve) => this.#aedes.subscribe(filter, onPacket, resolve));
    const cancel = () => {
      if (!open) return;
      open = false;
      this.#cancels.delete(cancel);
      this.#aedes.unsubscribe(filter, onPacket, () => {});
    };
    this.#cancels.add(cancel);
    const inside: Aedes & { readonly persistence?: Persistence } = this.#aedes;
    for await (const { topic, payload } of inside.persistence?.createRetainedStream(filter) ?? []) {
      deliver(topic, payload);
    }
    return { cancel };
  }

  onConnection(handler: (connected: boolean) => void): Subscription {
    handler(!this.#closed);
    const gone = () => handler(false);
    this.#cancels.add(gone);
    return { cancel: () => this.#cancels.delete(gone) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const cancel of [...this.#cancels]) cancel();
    this.#cancels.clear();
  }
}
