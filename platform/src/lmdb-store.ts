/** The real store: LMDB (lmdb-js), one folder, one process. */
import assert from "node:assert";
import { join } from "node:path";
import { open, type RootDatabase } from "lmdb";
import { Fault } from "./fault.ts";
import { makeFolder } from "./folder.ts";
import { FolderLock } from "./folder-lock.ts";
import type { RangeOptions, Store, StoreWrite } from "./store.ts";

/** Keys are 1 to this many bytes (LMDB takes 1,978 with 4 KiB pages; scopes need some). */
export const STORE_KEY_BYTES_MAX = 1000;
/** A scope's name is 1 to this many bytes of UTF-8. */
export const SCOPE_NAME_BYTES_MAX = 64;
/** Scopes nest this deep at most: 8 prefixes of 66 bytes and a key stay under LMDB's limit. */
export const SCOPE_DEPTH_MAX = 8;

/*
 * Physical key:  { 01 | name length u8 | name }*  00 | key
 * No such prefix is a prefix of another, so scopes cannot meet. 02 begins the store's own rows.
 */
const KEY_FOLLOWS = 0x00;
const SCOPE_FOLLOWS = 0x01;
const FORMAT_KEY = Buffer.concat([Buffer.of(0x02), Buffer.from("format")]);

export interface LmdbStoreOptions {
  /** Folder; made if it is not there. */
  readonly path: string;
  /**
   * Name and version of the layout, as `ledger 1`. Written to a new store, compared with an old
   * one.
   */
  readonly format?: string;
  readonly readOnly?: boolean;
}

type Database = RootDatabase<Uint8Array, Uint8Array>;

/**
 * Opens (or makes) the store in a folder. Commits are visible at once and durable when their
 * promise resolves: lmdb's default, never `noSync`, which a power cut may corrupt.
 *
 * Throws Fault `store-locked` (another process has it), `store-read-only`, `store-version` (another
 * format is there), `disk-full`, `store-open-failed`.
 */
export function openLmdbStore({ path, format, readOnly = false }: LmdbStoreOptions): Store {
  let lock: FolderLock | undefined;
  try {
    if (!readOnly) {
      makeFolder({ path, mode: 0o700 });
      lock = FolderLock.take(path);
    }
    const database = open<Uint8Array, Uint8Array>({
      path,
      readOnly,
      encoding: "binary",
      keyEncoding: "binary",
      cache: false,
      // The root database alone is used; scopes are key prefixes.
      maxDbs: 1,
    });
    if (format !== undefined) settleFormat({ database, path, format });
    return new LmdbStore({ database, prefix: Buffer.of(KEY_FOLLOWS), depth: 0, lock });
  } catch (cause) {
    lock?.release();
    throw cause instanceof Fault ? cause : openFault(path, cause);
  }
}

class LmdbStore implements Store {
  readonly #database: Database;
  readonly #prefix: Buffer;
  readonly #end: Buffer;
  readonly #depth: number;
  /** Only the store that was opened closes the database; its scopes do not. */
  readonly #lock: FolderLock | undefined;
  #open = true;

  constructor(from: {
    readonly database: Database;
    readonly prefix: Buffer;
    readonly depth: number;
    readonly lock: FolderLock | undefined;
  }) {
    this.#database = from.database;
    this.#prefix = from.prefix;
    this.#depth = from.depth;
    this.#lock = from.lock;
    this.#end = Buffer.from(from.prefix);
    // The prefix ends in 00, so its successor ends in 01.
    this.#end[this.#end.length - 1] = KEY_FOLLOWS + 1;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const value = this.#database.get(this.#physical(key));
    return value === undefined ? undefined : plain(value);
  }

  // Collected at the call: a lazy cursor would pin old pages for as long as a caller dawdles.
  range({
    start,
    end,
    reverse = false,
    limit,
  }: RangeOptions = {}): Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
    const low = start === undefined ? this.#prefix : this.#bound(start);
    const high = end === undefined ? this.#end : this.#bound(end);
    if (Buffer.compare(low, high) >= 0) return [];
    const options = reverse
      ? { start: high, end: low, reverse, exclusiveStart: true, inclusiveEnd: true }
      : { start: low, end: high };
    const rows = this.#database.getRange(limit === undefined ? options : { ...options, limit });
    const skip = this.#prefix.length;
    return Array.from(rows, ({ key, value }) => [plain(key).subarray(skip), plain(value)] as const);
  }

  async commit(writes: readonly StoreWrite[]): Promise<void> {
    assert(this.#open, "commit to a store that is closed");
    try {
      this.#database.transactionSync(() => {
        for (const { key, value } of writes) {
          const physical = this.#physical(key);
          if (value === undefined) this.#database.removeSync(physical);
          else this.#database.putSync(physical, value);
        }
      });
      await this.#database.flushed;
    } catch (cause) {
      throw cause instanceof assert.AssertionError ? cause : writeFault(cause);
    }
  }

  scope(name: string): Store {
    const bytes = Buffer.from(name);
    assert(bytes.length > 0 && bytes.length <= SCOPE_NAME_BYTES_MAX, `scope name ${name}`);
    assert(this.#depth < SCOPE_DEPTH_MAX, "scopes nest too deep");
    const outer = this.#prefix.subarray(0, -1);
    const head = Buffer.of(SCOPE_FOLLOWS, bytes.length);
    const prefix = Buffer.concat([outer, head, bytes, Buffer.of(KEY_FOLLOWS)]);
    return new LmdbStore({
      database: this.#database,
      prefix,
      depth: this.#depth + 1,
      lock: undefined,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#open || this.#depth > 0) return;
    this.#open = false;
    await this.#database.flushed;
    await this.#database.close();
    this.#lock?.release();
  }

  #physical(key: Uint8Array): Buffer {
    assert(key.length > 0 && key.length <= STORE_KEY_BYTES_MAX, `key of ${key.length} bytes`);
    return Buffer.concat([this.#prefix, key]);
  }

  /** A bound may be empty, or longer than any key. */
  #bound(bound: Uint8Array): Buffer {
    return Buffer.concat([this.#prefix, bound.subarray(0, STORE_KEY_BYTES_MAX)]);
  }
}

/** lmdb hands out Buffers of their own memory; the contract speaks of plain bytes. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function settleFormat(at: {
  readonly database: Database;
  readonly path: string;
  readonly format: string;
}): void {
  const { database, path, format } = at;
  const found = database.get(FORMAT_KEY);
  if (found === undefined) {
    database.putSync(FORMAT_KEY, Buffer.from(format));
    return;
  }
  const there = Buffer.from(found).toString();
  if (there === format) return;
  database.close();
  throw new Fault({
    code: "store-version",
    advice: `the store in ${path} has format "${there}" and this program reads "${format}": move the folder away, or run the version that made it`,
    path,
    found: there,
    wanted: format,
  });
}

function openFault(path: string, cause: unknown): Fault {
  const { code, message } = details(cause);
  if (
    code === "EACCES" ||
    code === "EPERM" ||
    code === "EROFS" ||
    /denied|read-only/i.test(message)
  ) {
    return new Fault(
      {
        code: "store-read-only",
        advice: `${path} cannot be written: give this user the folder, or choose another`,
        path,
      },
      { cause },
    );
  }
  if (isFull(cause)) return writeFault(cause, path);
  const advice = `cannot open the store in ${path}: ${message}`;
  return new Fault({ code: "store-open-failed", advice, path }, { cause });
}

function writeFault(cause: unknown, path = "the store"): Fault {
  if (isFull(cause)) {
    const advice = `the disk under ${path} is full: free some space and start again`;
    return new Fault({ code: "store-write-failed", reason: "disk-full", advice }, { cause });
  }
  const advice = `${path} refused a write (${details(cause).message}): check the disk`;
  return new Fault({ code: "store-write-failed", reason: "disk", advice }, { cause });
}

function isFull(cause: unknown): boolean {
  const { code, message } = details(cause);
  return code === "ENOSPC" || /no space left|MDB_MAP_FULL|quota/i.test(message);
}

function details(cause: unknown): { readonly code: string; readonly message: string } {
  if (!(cause instanceof Error)) return { code: "", message: String(cause) };
  return { code: "code" in cause ? String(cause.code) : "", message: cause.message };
}

/** The file that an operator may look at. */
export const storeFile = (path: string): string => join(path, "data.mdb");
