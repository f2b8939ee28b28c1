/** A clock that stands still until a test moves it. */
import type { Clock, Timer } from "@katydid/platform";
import { type Milliseconds, milliseconds } from "@katydid/protocol";

interface Entry {
  at: number;
  readonly order: number;
  readonly action: () => void;
  readonly periodMs: number | undefined;
}

export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #entries = new Set<Entry>();

  constructor(startMs: number) {
    this.#now = startMs;
  }

  now(): Milliseconds {
    return milliseconds(this.#now);
  }

  after(delayMs: number, action: () => void): Timer {
    return this.#add({ at: this.#now + Math.max(0, delayMs), action, periodMs: undefined });
  }

  every(periodMs: number, action: () => void): Timer {
    return this.#add({ at: this.#now + periodMs, action, periodMs });
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.after(delayMs, resolve);
      signal?.addEventListener("abort", () => {
        timer.cancel();
        reject(signal.reason);
      });
    });
  }

  /** Moves time on, firing what is due in order, with all promises settled in between. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settle();
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#now = Math.max(this.#now, next.at);
      if (next.periodMs === undefined) this.#entries.delete(next);
      else next.at += next.periodMs;
      next.action();
      await settle();
    }
    this.#now = until;
  }

  #add(entry: Omit<Entry, "order">): Timer {
    const added: Entry = { ...entry, order: this.#order++ };
    this.#entries.add(added);
    return { cancel: () => this.#entries.delete(added) };
  }

  #next(until: number): Entry | undefined {
    let first: Entry | undefined;
    for (const entry of this.#entries) {
      if (entry.at > until) continue;
      const isEarlier =
        first === undefined ||
        entry.at < first.at ||
        (entry.at === first.at && entry.order < first.order);
      if (isEarlier) first = entry;
    }
    return first;
  }
}

/** Lets every promise that can settle do so: one turn of the event loop. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
