/** The real bus: MQTT 3.1.1 over TCP, TLS or WebSocket (mqtt.js). */
import mqtt, { type MqttClient } from "mqtt";
import {
  BUS_PAYLOAD_BYTES_MAX,
  BUS_QUEUE_LENGTH_MAX,
  type Bus,
  type MessageHandler,
  type PublishOptions,
  type PublishOutcome,
  type Subscription,
} from "./bus.ts";
import type { Clock, Timer } from "./clock.ts";
import type { Log } from "./log.ts";
import type { Counter, Metrics } from "./metrics.ts";
import type { Random } from "./random.ts";
import { systemRandom } from "./system-random.ts";
import { assertFilter, assertTopic, topicMatches } from "./topics.ts";

/** First wait before dialling again, ms; it doubles up to the maximum, with jitter of a half. */
export const BUS_RETRY_MS_MIN = 500;
export const BUS_RETRY_MS_MAX = 30_000;
/** A broker that does not answer CONNECT in this time is away, ms. */
const CONNECT_TIMEOUT_MS = 10_000;
const KEEPALIVE_SECONDS = 30;
/** Bytes that may wait in the socket before new messages wait in the queue. */
const SOCKET_BYTES_MAX = 4 * 1024 * 1024;

export interface ConnectBusOptions {
  /** `mqtt://host:port`, or mqtts, ws, wss. */
  readonly url: string;
  readonly clientId: string;
  readonly username?: string;
  /** Asked before each connection, so that a short-lived token is fresh. */
  readonly password?: () => string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Jitter of the retries. */
  readonly random?: Random;
}

/** Dials at once and keeps dialling. Never throws: a broker may be away for days. */
export function connectBus(options: ConnectBusOptions): Bus {
  return new MqttBus(options);
}

interface Pending {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

class MqttBus implements Bus {
  readonly #options: ConnectBusOptions;
  readonly #log: Log;
  readonly #random: Random;
  readonly #received: Counter;
  readonly #refused: Counter;
  /** Waiting for a connection. */
  readonly #queue: Pending[] = [];
  /** Handed over with QoS 1 and not confirmed: sent again on the next connection. */
  readonly #unconfirmed = new Set<Pending>();
  readonly #handlers = new Map<string, Set<MessageHandler>>();
  /**
   * Filters that the broker denied on this connection: what other filters bring is not for them.
   */
  readonly #denied = new Set<string>();
  readonly #watchers = new Set<(connected: boolean) => void>();
  /** Resolved when the first attempt has succeeded or failed. */
  readonly #firstAttempt: Promise<void>;
  #firstAttemptOver = () => {};
  #client: MqttClient | undefined;
  #retry: Timer | undefined;
  #retryMs = BUS_RETRY_MS_MIN;
  #connected = false;
  #closed = false;

  constructor(options: ConnectBusOptions) {
    this.#options = options;
    this.#log = options.log.child({ broker: options.url });
    this.#random = (options.random ?? systemRandom).stream(`bus ${options.clientId}`);
    const { metrics } = options;
    this.#received = metrics.counter({
      name: "bus_received_total",
      help: "Messages received from brokers.",
    });
    this.#refused = metrics.counter({
      name: "bus_refused_total",
      help: "Messages not taken for sending, by reason.",
      labels: ["reason"],
    });
    this.#firstAttempt = new Promise((resolve) => {
      this.#firstAttemptOver = resolve;
    });
    this.#dial();
  }

  get connected(): boolean {
    return this.#connected;
  }

  publish(topic: string, payload: Uint8Array, options: PublishOptions = {}): PublishOutcome {
    assertTopic(topic);
    if (this.#closed) return this.#refuse("closed");
    if (payload.length > BUS_PAYLOAD_BYTES_MAX) return this.#refuse("payload-too-large");
    const { qos = 0, retain = false } = options;
    // Copied: a caller may use its buffer again, and the socket takes it later.
    const message = { topic, payload: new Uint8Array(payload), qos, retain };
    if (this.#connected && this.#queue.length === 0 && !this.#isCongested()) {
      if (this.#unconfirmed.size >= BUS_QUEUE_LENGTH_MAX) return this.#refuse("queue-full");
      this.#send(message);
      return { outcome: "sent" };
    }
    if (this.#queue.length >= BUS_QUEUE_LENGTH_MAX) return this.#refuse("queue-full");
    this.#queue.push(message);
    return { outcome: "queued" };
  }

  async subscribe(filter: string, handler: MessageHandler): Promise<Subscription> {
    assertFilter(filter);
    const handlers = this.#handlers.get(filter) ?? new Set();
    this.#handlers.set(filter, handlers.add(handler));
    const cancel = () => {
      if (!handlers.delete(handler) || handlers.size > 0) return;
      if (this.#handlers.get(filter) === handlers) this.#handlers.delete(filter);
      if (this.#connected) this.#client?.unsubscribe(filter, () => {});
    };
    // While the first attempt runs it is worth waiting for; a broker that is away must not hold up
    // its caller, and the subscription is made on connecting.
    if (!this.#connected) await this.#firstAttempt;
    else await this.#request(filter);
    return { cancel };
  }

  onConnection(handler: (connected: boolean) => void): Subscription {
    this.#watchers.add(handler);
    handler(this.#connected);
    return { cancel: () => this.#watchers.delete(handler) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#retry?.cancel();
    this.#firstAttemptOver();
    const client = this.#client;
    if (client !== undefined) await endOf(client, this.#connected ? "drained" : "forced");
    this.#turn(false);
  }

  #dial(): void {
    const { url, clientId, username, password } = this.#options;
    const client = mqtt.connect(url, {
      clientId,
      protocolVersion: 4,
      clean: true,
      keepalive: KEEPALIVE_SECONDS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      // Each attempt is a new client: retries, subscriptions and the queue are kept here.
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password: password() }),
    });
    this.#client = client;
    client.on("message", (topic, payload) => this.#deliver(topic, new Uint8Array(payload)));
    client.on("error", (error) => this.#log.warn({ error: error.message }, "broker refused"));
    client.on("connect", () => this.#onConnect(client));
    client.on("close", () => this.#onClose(client));
  }

  async #onConnect(client: MqttClient): Promise<void> {
    this.#retryMs = BUS_RETRY_MS_MIN;
    this.#denied.clear();
    // Subscriptions go first: answers to what is queued must find a listener.
    const subscribed = [...this.#handlers.keys()].map((filter) => this.#request(filter));
    this.#connected = true;
    const again = [...this.#unconfirmed];
    this.#unconfirmed.clear();
    for (const message of again) this.#send(message);
    this.#drain();
    await Promise.all(subscribed);
    this.#firstAttemptOver();
    if (this.#client === client && !this.#closed && this.#connected) this.#turn(true);
  }

  #onClose(client: MqttClient): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    client.end(true);
    this.#turn(false);
    this.#firstAttemptOver();
    if (this.#closed) return;
    const waitMs = this.#retryMs * (0.5 + this.#random.unit() / 2);
    this.#retryMs = Math.min(this.#retryMs * 2, BUS_RETRY_MS_MAX);
    this.#log.info({ waitMs: Math.round(waitMs) }, "broker away, dialling again later");
    this.#retry = this.#options.clock.after(waitMs, () => this.#dial());
  }

  #turn(connected: boolean): void {
    const before = this.#announced;
    this.#connected = connected;
    this.#announced = connected;
    if (before !== connected) for (const watcher of this.#watchers) watcher(connected);
  }
  #announced = false;

  #send(message: Pending): void {
    const { topic, payload, qos, retain } = message;
    if (qos === 1) this.#unconfirmed.add(message);
    const body = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    this.#client?.publish(topic, body, { qos, retain }, (error) => {
      // Confirmed. On an error the connection is going; the message stays for the next.
      if (!error) this.#unconfirmed.delete(message);
      if (this.#queue.length > 0) this.#drain();
    });
  }

  #drain(): void {
    while (this.#connected && !this.#isCongested()) {
      const message = this.#queue.shift();
      if (message === undefined) return;
      this.#send(message);
    }
  }

  #isCongested(): boolean {
    const stream: { readonly writableLength?: number } | undefined = this.#client?.stream;
    return (stream?.writableLength ?? 0) > SOCKET_BYTES_MAX;
  }

  /** Resolves when the broker has answered, whatever it said, or the connection is lost. */
  #request(filter: string): Promise<void> {
    const client = this.#client;
    if (client === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const lost = () => resolve();
      client.once("close", lost);
      client.subscribe(filter, { qos: 1 }, (error, granted) => {
        // Topics come and go with challenges: listeners must not pile up with them.
        client.removeListener("close", lost);
        const denied = error !== null || (granted?.some(({ qos }) => qos === 128) ?? false);
        if (denied) this.#denied.add(filter);
        else this.#denied.delete(filter);
        if (denied) this.#log.warn({ filter, error: error?.message }, "subscription not granted");
        resolve();
      });
    });
  }

  #deliver(topic: string, payload: Uint8Array): void {
    this.#received.add();
    for (const [filter, handlers] of this.#handlers) {
      if (this.#denied.has(filter) || !topicMatches({ filter, topic })) continue;
      for (const handler of [...handlers]) handler(topic, payload);
    }
  }

  #refuse(reason: "queue-full" | "payload-too-large" | "closed"): PublishOutcome {
    this.#refused.add(1, { reason });
    return { outcome: "refused", reason };
  }
}

function endOf(client: MqttClient, how: "drained" | "forced"): Promise<void> {
  return new Promise((resolve) => client.end(how === "forced", () => resolve()));
}
