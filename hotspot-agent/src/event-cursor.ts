/**
 * Which ledger events are dealt with, on disk: after a restart the ledger tells the rest again.
 * Events are handled side by side, so the cursor stands before the first that is not done.
 */
import type { Log, Store } from "@katydid/platform";
import { fromUtf8, utf8 } from "@katydid/protocol";

const KEY = utf8("event-cursor");
/** Unfinished events that are told apart; with more the oldest counts as done. */
const OPEN_MAX = 1000;

export class EventCursor {
  readonly #store: Store;
  readonly #log: Log;
  readonly #open: { readonly sequence: string; done: boolean }[] = [];

  constructor({ store, log }: { store: Store; log: Log }) {
    this.#store = store;
    this.#log = log;
  }

  /** Sequence of the last event before which all are done. */
  get last(): string | undefined {
    const value = this.#store.get(KEY);
    return value === undefined ? undefined : fromUtf8(value);
  }

  /** Marks the event done when `handled` resolves. A handler that rejects is a bug. */
  track(sequence: string, handled: Promise<void>): void {
    const entry = { sequence, done: false };
    this.#open.push(entry);
    if (this.#open.length > OPEN_MAX) this.#open.shift();
    void handled.then(() => {
      entry.done = true;
      this.#advance();
    });
  }

  #advance(): void {
    let last: string | undefined;
    while (this.#open[0]?.done) last = this.#open.shift()?.sequence;
    if (last === undefined) return;
    this.#store.commit([{ key: KEY, value: utf8(last) }]).catch((cause: unknown) => {
      this.#log.error({ cause: String(cause) }, "event cursor: the disk refuses, check it");
    });
  }
}
