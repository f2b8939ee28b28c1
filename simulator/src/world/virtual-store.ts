/** A store in memory. Durable at once, until the process ends. */
import assert from "node:assert";
import {
  type RangeOptions,
  SCOPE_DEPTH_MAX,
  SCOPE_NAME_BYTES_MAX,
  STORE_KEY_BYTES_MAX,
  type Store,
  type StoreWrite,
} from "@katydid/platform";
import { SortedKeys } from "./sorted-keys.ts";

export class VirtualStore implements Store {
  /**
   * Both as strings of one character a byte. Keys: what a Map can look up, in byte order. Values: a
   * small array of bytes takes 200 bytes more than a string, half of them outside the heap.
   */
  readonly #rows = new Map<string, string>();
  readonly #scopes = new Map<string, VirtualStore>();
  readonly #depth: number;
  /** Made at the first range: most stores are never asked for one. */
  #order: SortedKeys | undefined;

  constructor(depth = 0) {
    this.#depth = depth;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const value = this.#rows.get(nameOf(key));
    return value === undefined ? undefined : bytesOf(value);
  }

  /** As it is now: what is written while it is read does not change what comes. */
  range(options: RangeOptions = {}): Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
    const { start, end, reverse = false, limit = Number.POSITIVE_INFINITY } = options;
    this.#order ??= new SortedKeys(this.#rows.keys());
    const keys = this.#order.slice({
      start: start === undefined ? "" : latin1(start),
      end: end === undefined ? undefined : latin1(end),
      reverse,
      limit,
    });
    const values = keys.map((key) => this.#rows.get(key) ?? "");
    return { [Symbol.iterator]: () => pairs(keys, values) };
  }

  async commit(writes: readonly StoreWrite[]): Promise<void> {
    // All keys are judged before the first write, so that all or none apply.
    const named = writes.map(({ key, value }) => ({ name: nameOf(key), value }));
    for (const { name, value } of named) this.#write(name, value);
  }

  scope(name: string): Store {
    const bytes = Buffer.byteLength(name);
    assert(bytes > 0 && bytes <= SCOPE_NAME_BYTES_MAX, `scope name ${name}`);
    assert(this.#depth < SCOPE_DEPTH_MAX, "scopes nest too deep");
    const found = this.#scopes.get(name);
    if (found !== undefined) return found;
    const made = new VirtualStore(this.#depth + 1);
    this.#scopes.set(name, made);
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #write(name: string, value: Uint8Array | undefined): void {
    if (value === undefined) {
      if (this.#rows.delete(name)) this.#order?.remove(name);
      return;
    }
    if (this.#order !== undefined && !this.#rows.has(name)) this.#order.add(name);
    this.#rows.set(name, latin1(value));
  }
}

/** Bytes are made as they are asked for: most readers stop after the first rows. */
function* pairs(
  keys: readonly string[],
  values: readonly string[],
): Generator<readonly [key: Uint8Array, value: Uint8Array]> {
  for (const [at, key] of keys.entries()) yield [bytesOf(key), bytesOf(values[at] ?? "")];
}

function nameOf(key: Uint8Array): string {
  const isSound = key.length > 0 && key.length <= STORE_KEY_BYTES_MAX;
  if (!isSound) assert.fail(`key of ${key.length} bytes`);
  return latin1(key);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.prototype.latin1Slice.call(bytes, 0, bytes.length);
}

/** Above this length a native call is faster than a loop. */
const LOOP_LENGTH_MAX = 64;

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  if (text.length > LOOP_LENGTH_MAX) {
    Buffer.from(bytes.buffer).write(text, "latin1");
    return bytes;
  }
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}
