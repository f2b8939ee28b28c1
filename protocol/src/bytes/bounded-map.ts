/**
 * A cache of at most `2 * max` entries. Two generations instead of an order of use: when the young
 * one is full it becomes the old one, and an old entry that is asked for is young again. So what is
 * in use stays, and a hit costs one lookup.
 */
export class BoundedMap<Key, Value> {
  readonly #max: number;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();

  constructor(max: number) {
    this.#max = max;
  }

  get(key: Key): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: Key, value: Value): void {
    if (this.#young.size >= this.#max) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  /** Entries held, those of both generations counted twice. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
