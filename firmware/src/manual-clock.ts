/** A clock that a test moves by hand. (The simulator's is above us.) */
import type { Clock, Timer } from "@katydid/platform";
import { type Milliseconds, milliseconds } from "@katydid/protocol";

export class ManualClock implements Clock {
  #now = 1_700_000_000_000;
  #timers: { at: number; action: () => void }[] = [];

  now(): Milliseconds {
    return milliseconds(this.#now);
  }

  after(delayMs: number, action: () => void): Timer {
    const timer = { at: this.#now + delayMs, action };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  every(): Timer {
    throw new Error("no driver needs it");
  }

  sleep(): Promise<void> {
    throw new Error("no driver needs it");
  }

  /** Moves time on and fires what is due, in order. */
  advance(byMs: number): void {
    this.#now += byMs;
    const due = this.#timers.filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { action } of due) action();
  }

  get timers(): number {
    return this.#timers.length;
  }
}
