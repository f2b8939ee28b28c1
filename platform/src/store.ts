/**
 * An ordered key-value store with atomic, durable commits. Keys and values are bytes; keys are 1 to
 * 1,000 bytes and are ordered as unsigned bytes. Reads are synchronous; a returned value is the
 * caller's to keep and not to change.
 */
export interface Store extends AsyncDisposable {
  get(key: Uint8Array): Uint8Array | undefined;
  /**
   * Entries with start <= key < end, in key order (or its reverse). A snapshot of the moment of the
   * call.
   */
  range(options?: RangeOptions): Iterable<readonly [key: Uint8Array, value: Uint8Array]>;
  /**
   * Applies all writes or none, in order. Visible to reads when the call returns, durable when the
   * promise resolves. Throws Fault {code: "store-write-failed"} if the disk refuses.
   */
  commit(writes: readonly StoreWrite[]): Promise<void>;
  /** The same store under a name: its keys do not meet those of other names. */
  scope(name: string): Store;
}

export interface RangeOptions {
  readonly start?: Uint8Array;
  readonly end?: Uint8Array;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** `value` undefined deletes the key. */
export interface StoreWrite {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}
