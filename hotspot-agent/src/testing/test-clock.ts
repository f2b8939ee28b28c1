/** A clock that stands still until a test moves it. */
import type { Clock, Timer } from "@katydid/platform";
import { type Milliseconds, milliseconds } from "@katydid/protocol";

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly action: () => void;
}

/** Rounds of promise reactions that are let through between two timers. */
const MICROTASK_ROUNDS = 60;

export class TestClock implements Clock {
  #nowMs: number;
  #order = 0;
  #entries: Entry[] = [];

  constructor(startMs = 1_700_000_000_000) {
    this.#nowMs = startMs;
  }

  now(): Milliseconds {
    return milliseconds(this.#nowMs);
  }

  after(delayMs: number, action: () => void): Timer {
    const atMs = this.#nowMs + Math.max(0, delayMs);
    const entry = { atMs, order: this.#order++, action };
    this.#entries.push(entry);
    return {
      cancel: () => {
        this.#entries = this.#entries.filter((other) => other !== entry);
      },
    };
  }

  every(periodMs: number, action: () => void): Timer {
    let timer = this.after(periodMs, again.bind(this));
    function again(this: TestClock): void {
      timer = this.after(periodMs, again.bind(this));
      action();
    }
    return { cancel: () => timer.cancel() };
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(delayMs, resolve);
    });
  }

  /** Lets `ms` go by, timer after timer, and what each sets off settle. */
  async advance(ms: number): Promise<void> {
    const end = this.#nowMs + ms;
    await settle();
    for (;;) {
      const due = this.#entries
        .filter(({ atMs }) => atMs <= end)
        .sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
      if (due === undefined) break;
      this.#entries = this.#entries.filter((entry) => entry !== due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.action();
      await settle();
    }
    this.#nowMs = end;
  }
}

/** Lets pending promise reactions run. */
export async function settle(): Promise<void> {
  for (let round = 0; round < MICROTASK_ROUNDS; round++) await Promise.resolve();
}
