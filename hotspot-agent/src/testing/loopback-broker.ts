/** A broker in memory: exact topics and `+`, delivery in the next microtask. */
import {
  type Bus,
  type MessageHandler,
  type PublishOutcome,
  type Subscription,
  topicMatches,
} from "@katydid/platform";

export class LoopbackBroker {
  readonly #handlers = new Map<MessageHandler, string>();
  readonly published: { readonly topic: string; readonly payload: Uint8Array }[] = [];
  /** Messages on topics that begin so are lost. */
  losing: string | undefined;
  connected = true;

  bus(): Bus {
    return new LoopbackBus(this);
  }

  publish(topic: string, payload: Uint8Array): PublishOutcome {
    if (!this.connected) return { outcome: "queued" };
    this.published.push({ topic, payload });
    if (this.losing !== undefined && topic.startsWith(this.losing)) return { outcome: "sent" };
    queueMicrotask(() => {
      for (const [handler, filter] of this.#handlers) {
        if (topicMatches({ filter, topic })) handler(topic, payload);
      }
    });
    return { outcome: "sent" };
  }

  subscribe(filter: string, handler: MessageHandler): Subscription {
    // A handler of its own, so that one function may hear two filters.
    const own: MessageHandler = (topic, payload) => handler(topic, payload);
    this.#handlers.set(own, filter);
    return { cancel: () => void this.#handlers.delete(own) };
  }
}

class LoopbackBus implements Bus {
  readonly #broker: LoopbackBroker;
  constructor(broker: LoopbackBroker) {
    this.#broker = broker;
  }
  get connected(): boolean {
    return this.#broker.connected;
  }
  publish(topic: string, payload: Uint8Array): PublishOutcome {
    return this.#broker.publish(topic, payload);
  }
  async subscribe(filter: string, handler: MessageHandler): Promise<Subscription> {
    return this.#broker.subscribe(filter, handler);
  }
  onConnection(handler: (connected: boolean) => void): Subscription {
    handler(this.connected);
    return { cancel: () => {} };
  }
  async [Symbol.asyncDispose](): Promise<void> {}
}
