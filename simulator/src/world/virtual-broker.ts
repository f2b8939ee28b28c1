/** An MQTT broker in virtual time: seeded latency, order kept per client, retained messages. */
import {
  assertFilter,
  assertTopic,
  BUS_PAYLOAD_BYTES_MAX,
  BUS_QUEUE_LENGTH_MAX,
  type Bus,
  type Clock,
  type MessageHandler,
  type PublishOptions,
  type PublishOutcome,
  type Random,
  type Subscription,
  topicMatches,
} from "@katydid/platform";
import { TopicTree } from "./topic-tree.ts";

/** Retained messages of one broker; more are a bug of the world. */
const RETAINED_MAX = 1_000_000;

export interface BrokerLatency {
  /** Publisher to subscriber at least, ms. */
  readonly minMs: number;
  /** At most; evenly in between, drawn per message. */
  readonly maxMs: number;
}
/** Two home connections and a server: 20 to 80 ms. An assumption, not measured. */
export const defaultLatency: BrokerLatency = { minMs: 20, maxMs: 80 };

interface Subscriber {
  readonly client: VirtualBus;
  readonly handler: MessageHandler;
}

export class VirtualBroker {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #latency: BrokerLatency;
  readonly #subscribers = new TopicTree<Subscriber>();
  readonly #retained = new Map<string, Uint8Array>();
  readonly #clients = new Set<VirtualBus>();
  #online = true;
  #messages = 0;
  #deliveries = 0;

  constructor(from: {
    readonly clock: Clock;
    readonly random: Random;
    readonly latency?: BrokerLatency;
  }) {
    this.#clock = from.clock;
    this.#random = from.random;
    this.#latency = from.latency ?? defaultLatency;
  }

  /** Messages that reached the broker, and how many times they were handed to a subscriber. */
  get counts(): { readonly messages: number; readonly deliveries: number } {
    return { messages: this.#messages, deliveries: this.#deliveries };
  }

  /** A client's connection, with latencies of its own. It is there at once. */
  bus(clientId: string): Bus {
    const random = this.#random.stream(clientId);
    const client = new VirtualBus(this, { clientId, random, connected: this.#online });
    this.#clients.add(client);
    return client;
  }

  /** Takes the broker away, and back: its clients lose their connection, and what was under way. */
  turn(to: "online" | "offline"): void {
    this.#online = to === "online";
    for (const client of [...this.#clients]) client.turn(this.#online);
  }

  /** Of `client`: forgets it. */
  forget(client: VirtualBus): void {
    this.#clients.delete(client);
  }

  /**
   * Sends a message on its way; returns when it arrives, us. Whole microseconds keep the order
   * exact.
   */
  carry(message: Carried, notBeforeUs: number): number {
    const nowUs = Math.round(this.#clock.now() * 1000);
    // TCP: one client's messages do not overtake each other.
    const arrivalUs = Math.max(nowUs + this.#latencyUs(message.client.random), notBeforeUs);
    this.#clock.after((arrivalUs - nowUs) / 1000, () => this.#arrive(message));
    return arrivalUs;
  }

  subscribe(filter: string, subscriber: Subscriber): void {
    this.#subscribers.add(filter, subscriber);
    for (const [topic, payload] of this.#retained) {
      if (!topicMatches({ filter, topic })) continue;
      this.#deliveries += 1;
      subscriber.handler(topic, payload);
    }
  }

  unsubscribe(filter: string, subscriber: Subscriber): void {
    this.#subscribers.remove(filter, subscriber);
  }

  /** Resolves when a packet has gone there and its answer has come back. */
  roundTrip(random: Random): Promise<void> {
    return this.#clock.sleep(this.#latencyUs(random) / 1000);
  }

  #latencyUs(random: Random): number {
    const { minMs, maxMs } = this.#latency;
    return Math.round(1000 * (minMs + (maxMs - minMs) * random.unit()));
  }

  #arrive({ client, topic, payload, retain, epoch }: Carried): void {
    if (client.epoch !== epoch) return;
    this.#messages += 1;
    if (retain) this.#keep(topic, payload);
    this.#subscribers.match(topic, (subscriber) => {
      if (!subscriber.client.connected) return;
      this.#deliveries += 1;
      subscriber.handler(topic, payload);
    });
  }

  #keep(topic: string, payload: Uint8Array): void {
    if (payload.length === 0) this.#retained.delete(topic);
    else this.#retained.set(topic, payload);
    if (this.#retained.size > RETAINED_MAX) throw new Error("too many retained messages");
  }
}

interface Carried {
  readonly client: VirtualBus;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
  /** Of the connection: what was under way when it broke is lost. */
  readonly epoch: number;
}

class VirtualBus implements Bus {
  readonly clientId: string;
  readonly random: Random;
  readonly #broker: VirtualBroker;
  readonly #queue: { topic: string; payload: Uint8Array; retain: boolean }[] = [];
  readonly #watchers = new Set<(connected: boolean) => void>();
  readonly #cancels = new Set<() => void>();
  #connected: boolean;
  #closed = false;
  #lastArrivalUs = 0;
  epoch = 0;

  constructor(
    broker: VirtualBroker,
    from: { clientId: string; random: Random; connected: boolean },
  ) {
    this.#broker = broker;
    this.random = from.random;
    this.clientId = from.clientId;
    this.#connected = from.connected;
  }

  get connected(): boolean {
    return this.#connected;
  }

  publish(topic: string, payload: Uint8Array, options?: PublishOptions): PublishOutcome {
    assertTopic(topic);
    if (this.#closed) return { outcome: "refused", reason: "closed" };
    if (payload.length > BUS_PAYLOAD_BYTES_MAX) {
      return { outcome: "refused", reason: "payload-too-large" };
    }
    const message = { topic, payload: new Uint8Array(payload), retain: options?.retain ?? false };
    if (this.#connected) {
      this.#send(message);
      return { outcome: "sent" };
    }
    if (this.#queue.length >= BUS_QUEUE_LENGTH_MAX) {
      return { outcome: "refused", reason: "queue-full" };
    }
    this.#queue.push(message);
    return { outcome: "queued" };
  }

  async subscribe(filter: string, handler: MessageHandler): Promise<Subscription> {
    assertFilter(filter);
    let open = true;
    const subscriber = {
      client: this,
      handler: (topic: string, payload: Uint8Array) => {
        if (open) handler(topic, payload);
      },
    };
    const cancel = () => {
      if (!open) return;
      open = false;
      this.#cancels.delete(cancel);
      this.#broker.unsubscribe(filter, subscriber);
    };
    this.#cancels.add(cancel);
    this.#broker.subscribe(filter, subscriber);
    if (this.#connected) await this.#broker.roundTrip(this.random);
    return { cancel };
  }

  onConnection(handler: (connected: boolean) => void): Subscription {
    this.#watchers.add(handler);
    handler(this.#connected);
    return { cancel: () => this.#watchers.delete(handler) };
  }

  /** Called by the broker when it comes or goes. */
  turn(connected: boolean): void {
    if (this.#connected === connected || this.#closed) return;
    this.#connected = connected;
    if (!connected) this.epoch += 1;
    else for (const message of this.#queue.splice(0)) this.#send(message);
    for (const watcher of [...this.#watchers]) watcher(connected);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    for (const cancel of [...this.#cancels]) cancel();
    // What was sent before leaving still arrives, as a drained connection delivers it.
    const wasConnected = this.#connected;
    this.#closed = true;
    this.#connected = false;
    this.#broker.forget(this);
    if (wasConnected) for (const watcher of [...this.#watchers]) watcher(false);
  }

  #send(message: { topic: string; payload: Uint8Array; retain: boolean }): void {
    const carried = { ...message, client: this, epoch: this.epoch };
    this.#lastArrivalUs = this.#broker.carry(carried, this.#lastArrivalUs);
  }
}
