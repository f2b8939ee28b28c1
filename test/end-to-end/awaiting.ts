/** Waiting for events instead of sleeping: what has happened, and what is still missing. */
import { type Clock, realClock, type Timer } from "@katydid/platform";

/** Remembers what happened, in order, and wakes those who wait for it. */
export class Recorder<T> {
  readonly items: T[] = [];
  readonly #waiting = new Set<() => void>();

  readonly add = (item: T): void => {
    this.items.push(item);
    for (const look of [...this.#waiting]) look();
  };

  /** The first that fits, past or future. */
  first(fits: (item: T) => boolean): Promise<T> {
    return this.until((items) => items.find(fits));
  }

  /** Resolves when that many fit. */
  async atLeast(count: number, fits: (item: T) => boolean): Promise<readonly T[]> {
    return this.until((items) => {
      const found = items.filter(fits);
      return found.length >= count ? found : undefined;
    });
  }

  /** Resolves with what `look` finds, asked now and whenever something happens. */
  until<Found>(look: (items: readonly T[]) => Found | undefined): Promise<Found> {
    return new Promise((resolve) => {
      const again = () => {
        const found = look(this.items);
        if (found === undefined) return;
        this.#waiting.delete(again);
        resolve(found);
      };
      this.#waiting.add(again);
      again();
    });
  }
}

/** One limit for a whole test. When it is over, the failure says what was still missing. */
export class Deadline implements Disposable {
  readonly #missing = new Set<{ readonly what: string; readonly fail: (cause: Error) => void }>();
  readonly #timer: Timer;
  #over: Error | undefined;

  constructor({
    seconds,
    clock = realClock,
  }: { readonly seconds: number; readonly clock?: Clock }) {
    this.#timer = clock.after(seconds * 1000, () => {
      const missing = [...this.#missing].map(({ what }) => what).join("; ");
      this.#over = new Error(`after ${seconds} s still missing: ${missing || "nothing"}`);
      for (const { fail } of this.#missing) fail(this.#over);
    });
  }

  /** The promise, unless the time is over first. */
  async for<T>(what: string, promise: Promise<T>): Promise<T> {
    if (this.#over !== undefined) throw this.#over;
    const { promise: over, reject: fail } = Promise.withResolvers<never>();
    const waiting = { what, fail };
    this.#missing.add(waiting);
    try {
      return await Promise.race([promise, over]);
    } finally {
      this.#missing.delete(waiting);
    }
  }

  [Symbol.dispose](): void {
    this.#timer.cancel();
  }
}
