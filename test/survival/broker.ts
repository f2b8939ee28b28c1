/** A broker that loses, repeats and reorders, and remembers all that ever left a process. */
import {
  type Bus,
  type Clock,
  type MessageHandler,
  type PublishOutcome,
  type Random,
  type Subscription,
  topicMatches,
} from "@katydid/platform";

export interface Nuisance {
  /** Shares of messages. */
  readonly lost: number;
  readonly repeated: number;
  /** Each on its own way, so that later ones overtake, ms. */
  readonly delayMsMax: number;
}
export const calm: Nuisance = { lost: 0, repeated: 0, delayMsMax: 1 };

export class HostileBroker {
  readonly published: { readonly topic: string; readonly payload: Uint8Array }[] = [];
  nuisance: Nuisance;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #handlers = new Map<MessageHandler, string>();

  constructor(from: {
    readonly clock: Clock;
    readonly random: Random;
    readonly nuisance: Nuisance;
  }) {
    this.#clock = from.clock;
    this.#random = from.random;
    this.nuisance = from.nuisance;
  }

  bus(): Bus {
    return {
      connected: true,
      publish: (topic, payload) => this.publish(topic, payload),
      subscribe: async (filter, handler) => this.subscribe(filter, handler),
      onConnection: (handler) => {
        handler(true);
        return { cancel: () => {} };
      },
      [Symbol.asyncDispose]: async () => {},
    };
  }

  publish(topic: string, payload: Uint8Array): PublishOutcome {
    const copy = payload.slice();
    this.published.push({ topic, payload: copy });
    this.deliver(topic, copy);
    return { outcome: "sent" };
  }

  /** Also by someone who listens, and says again what he heard. */
  deliver(topic: string, payload: Uint8Array): void {
    const { lost, repeated, delayMsMax } = this.nuisance;
    for (const [handler, filter] of this.#handlers) {
      if (!topicMatches({ filter, topic }) || this.#random.unit() < lost) continue;
      const times = this.#random.unit() < repeated ? 2 : 1;
      for (let i = 0; i < times; i++) {
        this.#clock.after(1 + this.#random.unit() * delayMsMax, () => {
          if (this.#handlers.has(handler)) handler(topic, payload);
        });
      }
    }
  }

  subscribe(filter: string, handler: MessageHandler): Subscription {
    const own: MessageHandler = (topic, payload) => handler(topic, payload);
    this.#handlers.set(own, filter);
    return { cancel: () => void this.#handlers.delete(own) };
  }
}
