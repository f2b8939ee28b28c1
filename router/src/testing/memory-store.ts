/** A store in memory that remembers its commits, and can refuse them. */
import type { RangeOptions, Store, StoreWrite } from "@katydid/platform";
import { compareBytes, fromHex, toHex } from "@katydid/protocol";

export class MemoryStore implements Store {
  readonly rows: Map<string, Uint8Array>;
  commits = 0;
  broken = false;

  constructor(rows: ReadonlyMap<string, Uint8Array> = new Map()) {
    this.rows = new Map(rows);
  }

  /** What a process that starts now would find. */
  copy(): MemoryStore {
    return new MemoryStore(this.rows);
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.rows.get(toHex(key));
  }

  range({ start, end, reverse, limit }: RangeOptions = {}): [Uint8Array, Uint8Array][] {
    const found = [...this.rows]
      .map(([hex, value]): [Uint8Array, Uint8Array] => [fromHex(hex), value])
      .filter(([key]) => start === undefined || compareBytes(key, start) >= 0)
      .filter(([key]) => end === undefined || compareBytes(key, end) < 0)
      .sort(([a], [b]) => (reverse === true ? compareBytes(b, a) : compareBytes(a, b)));
    return found.slice(0, limit);
  }

  async commit(writes: readonly StoreWrite[]): Promise<void> {
    if (this.broken) throw new Error("disk full");
    this.commits++;
    for (const { key, value } of writes) {
      if (value === undefined) this.rows.delete(toHex(key));
      else this.rows.set(toHex(key), value.slice());
    }
  }

  scope(): Store {
    throw new Error("the router uses one scope");
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
