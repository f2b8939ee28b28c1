/** Keys in order, in runs of bounded length: a change moves one run, not all. */

/** A run is split in two when it grows past this. */
const RUN_LENGTH_MAX = 512;

export class SortedKeys {
  readonly #runs: string[][] = [];

  constructor(keys: Iterable<string>) {
    const sorted = [...keys].sort(compare);
    for (let at = 0; at < sorted.length; at += RUN_LENGTH_MAX / 2) {
      this.#runs.push(sorted.slice(at, at + RUN_LENGTH_MAX / 2));
    }
  }

  /** `key` must not be there. */
  add(key: string): void {
    const at = Math.max(0, this.#runOf(key));
    const run = this.#runs[at];
    if (run === undefined) {
      this.#runs.push([key]);
      return;
    }
    run.splice(lowerBound(run, key), 0, key);
    if (run.length > RUN_LENGTH_MAX) this.#runs.splice(at + 1, 0, run.splice(RUN_LENGTH_MAX / 2));
  }

  /** `key` must be there. */
  remove(key: string): void {
    const at = this.#runOf(key);
    const run = this.#runs[at];
    if (run === undefined) return;
    run.splice(lowerBound(run, key), 1);
    if (run.length === 0) this.#runs.splice(at, 1);
  }

  /** Keys with start <= key < end (undefined: no end), in order or its reverse, at most `limit`. */
  slice(from: {
    readonly start: string;
    readonly end: string | undefined;
    readonly reverse: boolean;
    readonly limit: number;
  }): string[] {
    return from.reverse ? this.#down(from) : this.#up(from);
  }

  #up({ start, end, limit }: { start: string; end: string | undefined; limit: number }): string[] {
    const keys: string[] = [];
    for (let at = Math.max(0, this.#runOf(start)); at < this.#runs.length; at += 1) {
      const run = this.#runs[at] ?? [];
      for (let index = lowerBound(run, start); index < run.length; index += 1) {
        const key = run[index] ?? "";
        if (keys.length >= limit || (end !== undefined && key >= end)) return keys;
        keys.push(key);
      }
    }
    return keys;
  }

  #down(from: { start: string; end: string | undefined; limit: number }): string[] {
    const { start, end, limit } = from;
    const keys: string[] = [];
    const last = end === undefined ? this.#runs.length - 1 : this.#runOf(end);
    for (let at = last; at >= 0; at -= 1) {
      const run = this.#runs[at] ?? [];
      const above = end === undefined ? run.length : lowerBound(run, end);
      for (let index = above - 1; index >= 0; index -= 1) {
        const key = run[index] ?? "";
        if (keys.length >= limit || key < start) return keys;
        keys.push(key);
      }
    }
    return keys;
  }

  /** The last run whose first key is not above `key`; -1 if there is none. */
  #runOf(key: string): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#runs[middle]?.[0] ?? "") <= key) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

function lowerBound(run: readonly string[], key: string): number {
  let low = 0;
  let high = run.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((run[middle] ?? "") < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** By code unit, which for one byte a character is byte order. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
