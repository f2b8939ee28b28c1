/** Hands events to whoever listens in this process, and keeps the last for readers that come back. */
import type { Log, Subscription } from "@katydid/platform";
import { EVENTS_KEPT_MAX } from "../limits.ts";
import type { RouterEvent, RouterEventHandler } from "./events.ts";

export interface KeptEvent {
  /** Rises by one with each event of this process. */
  readonly number: number;
  readonly event: RouterEvent;
}

export class EventHub {
  readonly #log: Log;
  readonly #handlers = new Set<(kept: KeptEvent) => void>();
  #kept: KeptEvent[] = [];
  #number = 0;

  constructor({ log }: { readonly log: Log }) {
    this.#log = log;
  }

  readonly publish: RouterEventHandler = (event) => {
    this.#number++;
    const kept: KeptEvent = { number: this.#number, event };
    this.#kept.push(kept);
    // In one go now and then: shifting for each event would move the whole array.
    if (this.#kept.length >= 2 * EVENTS_KEPT_MAX) this.#kept = this.#kept.slice(-EVENTS_KEPT_MAX);
    for (const handler of this.#handlers) this.#hand(handler, kept);
  };

  /** Events from now on. */
  on(handler: (kept: KeptEvent) => void): Subscription {
    this.#handlers.add(handler);
    return { cancel: () => this.#handlers.delete(handler) };
  }

  /** Kept events after that number, oldest first. */
  after(number: number): readonly KeptEvent[] {
    return this.#kept.filter((kept) => kept.number > number);
  }

  /** One listener's bug must not keep an event from the others. */
  #hand(handler: (kept: KeptEvent) => void, kept: KeptEvent): void {
    try {
      handler(kept);
    } catch (error) {
      this.#log.error(
        { error: String(error), kind: kept.event.kind },
        "an event's listener failed",
      );
    }
  }
}
