/** A store in memory. `refusing` makes every commit fail, as a full disk would. */
import { Fault, type RangeOptions, type Store, type StoreWrite } from "@katydid/platform";
import { compareBytes, toHex } from "@katydid/protocol";

interface Disk {
  readonly scopes: Map<string, Map<string, readonly [Uint8Array, Uint8Array]>>;
  refusing: boolean;
  commits: number;
}

export class MemoryStore implements Store {
  readonly #disk: Disk;
  readonly #name: string;

  constructor(disk: Disk = { scopes: new Map(), refusing: false, commits: 0 }, name = "") {
    this.#disk = disk;
    this.#name = name;
  }

  set refusing(value: boolean) {
    this.#disk.refusing = value;
  }

  get commits(): number {
    return this.#disk.commits;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#rows().get(toHex(key))?.[1];
  }

  range(options: RangeOptions = {}): Iterable<readonly [Uint8Array, Uint8Array]> {
    const { start, end, reverse, limit } = options;
    const rows = [...this.#rows().values()]
      .filter(([key]) => start === undefined || compareBytes(key, start) >= 0)
      .filter(([key]) => end === undefined || compareBytes(key, end) < 0)
      .sort(([a], [b]) => compareBytes(a, b));
    if (reverse) rows.reverse();
    return rows.slice(0, limit);
  }

  async commit(writes: readonly StoreWrite[]): Promise<void> {
    if (this.#disk.refusing) {
      throw new Fault({ code: "store-write-failed", advice: "The test's disk refuses." });
    }
    this.#disk.commits++;
    for (const { key, value } of writes) {
      if (value === undefined) this.#rows().delete(toHex(key));
      else this.#rows().set(toHex(key), [key, value]);
    }
  }

  scope(name: string): MemoryStore {
    return new MemoryStore(this.#disk, `${this.#name}/${name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #rows() {
    let rows = this.#disk.scopes.get(this.#name);
    if (rows === undefined) {
      rows = new Map();
      this.#disk.scopes.set(this.#name, rows);
    }
    return rows;
  }
}
