/**
 * A disk that outlives processes. A write is visible to its process at once and durable some
 * milliseconds later, in order; when the power goes, everything after the last durable write is gone.
 */
import type { Clock, Random, RangeOptions, Store, StoreWrite } from "@katydid/platform";
import { compareBytes, toHex } from "@katydid/protocol";

type Row = readonly [key: Uint8Array, value: Uint8Array];
type Rows = Map<string, Map<string, Row>>;

/** Of a write, ms: an SD card's, some of them slow. */
const WRITE_MS_MAX = 12;

export class Disk {
  readonly #clock: Clock;
  readonly #random: Random;
  #durable: Rows = new Map();
  /** A process's; another one's writes come to nothing. */
  #session = 0;
  #lastAt = 0;
  /** Called when a write begins that will be durable in so many ms. */
  onWrite: (durableInMs: number) => void = () => {};
  /** Called with each row that has become durable. */
  onDurable: (scope: string, write: StoreWrite) => void = () => {};

  constructor({ clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.#clock = clock;
    this.#random = random;
  }

  /** What a process that starts now finds; the one before has ended. */
  open(): Store {
    this.#session++;
    const view: Rows = new Map();
    for (const [scope, rows] of this.#durable) view.set(scope, new Map(rows));
    return new DiskStore(view, "", this.#committer(this.#session));
  }

  /** The process ended: what was not durable is gone. */
  cut(): void {
    this.#session++;
  }

  #committer(session: number): Commit {
    return (scope, writes) =>
      new Promise((resolve) => {
        const now = this.#clock.now();
        this.#lastAt = Math.max(this.#lastAt, now + this.#random.unit() * WRITE_MS_MAX);
        const copied = writes.map(({ key, value }) => ({
          key: key.slice(),
          value: value?.slice(),
        }));
        this.onWrite(this.#lastAt - now);
        this.#clock.after(this.#lastAt - now, () => {
          if (session !== this.#session) return;
          apply(this.#durable, scope, copied);
          for (const write of copied) this.onDurable(scope, write);
          resolve();
        });
      });
  }
}

type Commit = (scope: string, writes: readonly StoreWrite[]) => Promise<void>;

class DiskStore implements Store {
  readonly #view: Rows;
  readonly #scope: string;
  readonly #commit: Commit;

  constructor(view: Rows, scope: string, commit: Commit) {
    this.#view = view;
    this.#scope = scope;
    this.#commit = commit;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#view.get(this.#scope)?.get(toHex(key))?.[1];
  }

  range({ start, end, reverse, limit }: RangeOptions = {}): Row[] {
    const rows = [...(this.#view.get(this.#scope)?.values() ?? [])]
      .filter(([key]) => start === undefined || compareBytes(key, start) >= 0)
      .filter(([key]) => end === undefined || compareBytes(key, end) < 0)
      .sort(([a], [b]) => (reverse === true ? compareBytes(b, a) : compareBytes(a, b)));
    return rows.slice(0, limit);
  }

  commit(writes: readonly StoreWrite[]): Promise<void> {
    apply(this.#view, this.#scope, writes);
    return this.#commit(this.#scope, writes);
  }

  scope(name: string): Store {
    return new DiskStore(this.#view, `${this.#scope}/${name}`, this.#commit);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function apply(rows: Rows, scope: string, writes: readonly StoreWrite[]): void {
  let scoped = rows.get(scope);
  if (scoped === undefined) {
    scoped = new Map();
    rows.set(scope, scoped);
  }
  for (const { key, value } of writes) {
    if (value === undefined) scoped.delete(toHex(key));
    else scoped.set(toHex(key), [key, value]);
  }
}
