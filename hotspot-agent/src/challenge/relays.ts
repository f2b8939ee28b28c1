/**
 * The brokers that carry challenges. The ledger lists them; which of them carry a topic or a
 * receiver's messages follows from a hash. When the list changes, subscriptions move.
 */
import type { LedgerClient } from "@katydid/ledger/client";
import type { Bus, Log, MessageHandler, Subscription } from "@katydid/platform";
import {
  type Address,
  addressBytes,
  relaysFor,
  type ToKind,
  toTopic,
  utf8,
} from "@katydid/protocol";

export interface RelaysOptions {
  readonly ledger: LedgerClient;
  readonly busTo: (url: string) => Bus;
  readonly log: Log;
}

interface Listener {
  readonly key: Uint8Array;
  readonly topic: string;
  readonly handler: MessageHandler;
  /** By relay url. */
  readonly subscriptions: Map<string, Promise<Subscription>>;
}

export class Relays {
  readonly #options: RelaysOptions;
  readonly #listeners = new Set<Listener>();
  #urls: ReadonlyMap<Address, string> = new Map();

  constructor(options: RelaysOptions) {
    this.#options = options;
  }

  get urls(): readonly string[] {
    return [...this.#urls.values()];
  }

  /** Reads the relays from the ledger. Throws Fault if it is away; the old list stays. */
  async refresh(): Promise<void> {
    const relays = await this.#options.ledger.relays();
    const used = relays.filter(({ url }) => url !== "");
    this.#urls = new Map(used.map(({ operator, url }) => [operator, url]));
    for (const listener of this.#listeners) this.#place(listener);
  }

  /** To a hotspot, through the receiver's relays. */
  publishTo(receiver: Address, kind: ToKind, payload: Uint8Array): void {
    this.#publish(addressBytes(receiver), toTopic(receiver, kind), payload);
  }

  listenTo(receiver: Address, kind: ToKind, handler: MessageHandler): Subscription {
    return this.#listen(addressBytes(receiver), toTopic(receiver, kind), handler);
  }

  /** On a topic of reports, through the topic's relays. */
  publishOn(topic: string, payload: Uint8Array): void {
    this.#publish(utf8(topic), topic, payload);
  }

  listenOn(topic: string, handler: MessageHandler): Subscription {
    return this.#listen(utf8(topic), topic, handler);
  }

  close(): void {
    for (const listener of this.#listeners) this.#drop(listener);
    this.#listeners.clear();
  }

  #publish(key: Uint8Array, topic: string, payload: Uint8Array): void {
    for (const url of this.#urlsFor(key)) {
      this.#options.busTo(url).publish(topic, payload, { qos: 1 });
    }
  }

  #listen(key: Uint8Array, topic: string, handler: MessageHandler): Subscription {
    const listener: Listener = { key, topic, handler, subscriptions: new Map() };
    this.#listeners.add(listener);
    this.#place(listener);
    return {
      cancel: () => {
        this.#listeners.delete(listener);
        this.#drop(listener);
      },
    };
  }

  /** Subscribes where the topic is carried now and nowhere else. */
  #place({ key, topic, handler, subscriptions }: Listener): void {
    const urls = new Set(this.#urlsFor(key));
    for (const [url, subscription] of subscriptions) {
      if (urls.has(url)) continue;
      subscriptions.delete(url);
      void subscription.then((present) => present.cancel());
    }
    for (const url of urls) {
      if (subscriptions.has(url)) continue;
      subscriptions.set(url, this.#options.busTo(url).subscribe(topic, handler));
    }
  }

  #drop({ subscriptions }: Listener): void {
    for (const subscription of subscriptions.values()) {
      void subscription.then((present) => present.cancel());
    }
    subscriptions.clear();
  }

  #urlsFor(key: Uint8Array): Set<string> {
    const urls = new Set<string>();
    for (const operator of relaysFor([...this.#urls.keys()], key)) {
      const url = this.#urls.get(operator);
      if (url !== undefined) urls.add(url);
    }
    return urls;
  }
}
