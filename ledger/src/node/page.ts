/** Pages of a key range: a cursor is the hex of the last key that was seen. */
import type { Store } from "@katydid/platform";
import { compareBytes, DecodeError, fromHex, toHex } from "@katydid/protocol";
import type { PageQuery } from "../client/client.ts";
import type { KeyRange } from "./layout.ts";

export const PAGE_LIMIT_DEFAULT = 50;
export const PAGE_LIMIT_MAX = 1000;

export function pageLimit(query: PageQuery): number {
  return Math.min(Math.max(1, Math.floor(query.limit ?? PAGE_LIMIT_DEFAULT)), PAGE_LIMIT_MAX);
}

/** A cursor that is none (a stranger's text) starts from the beginning. */
export function cursorBytes(cursor: string | undefined): Uint8Array | undefined {
  if (cursor === undefined) return undefined;
  try {
    return fromHex(cursor);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** `cursor` is absent on the last page. */
export function pageOfKeys(options: {
  readonly store: Store;
  readonly range: KeyRange;
  readonly query: PageQuery;
}): {
  readonly entries: readonly (readonly [Uint8Array, Uint8Array])[];
  readonly cursor: string | undefined;
} {
  const { store, range, query } = options;
  const limit = pageLimit(query);
  const seen = cursorBytes(query.cursor);
  const start = seen === undefined ? range.start : startAfter(seen);
  if (compareBytes(start, range.start) < 0 || compareBytes(start, range.end) >= 0) {
    return { entries: [], cursor: undefined };
  }
  // One more than asked for tells whether there is a next page.
  const entries = [...store.range({ start, end: range.end, limit: limit + 1 })];
  const last = entries[limit - 1];
  const more = entries.length > limit && last !== undefined;
  return { entries: entries.slice(0, limit), cursor: more ? toHex(last[0]) : undefined };
}

/** The least key greater than `key`. */
export function startAfter(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}
