/** Downlinks that wait for their device to speak (class A), in order, on disk. */
import type { Store } from "@katydid/platform";
import { fromHex, fromUtf8, toHex, utf8 } from "@katydid/protocol";
import { DOWNLINKS_PER_DEVICE_MAX } from "../limits.ts";
import { rangeOf, rowKeys, tables } from "../store/keys.ts";

export interface QueueItem {
  /** UUID, or what the owner named it. */
  readonly id: string;
  readonly confirmed: boolean;
  /** 1 to 223. */
  readonly fPort: number;
  readonly data: Uint8Array;
  /** ms since 1970; absent: it does not expire. */
  readonly expiresAt?: number;
}

/** Ids that owners choose are at most this long. */
export const QUEUE_ITEM_ID_LENGTH_MAX = 64;

export class DownlinkQueue {
  readonly #store: Store;
  readonly #items = new Map<string, QueueItem[]>();

  constructor({ store }: { readonly store: Store }) {
    this.#store = store;
    for (const [key, row] of store.range(rangeOf(tables.queues))) {
      this.#items.set(toHex(key.subarray(1)), decodeItems(row));
    }
  }

  of(devEui: string): readonly QueueItem[] {
    return this.#items.get(devEui) ?? [];
  }

  /** Stored when the promise resolves. */
  async push(devEui: string, item: QueueItem): Promise<"queued" | "queue-full"> {
    const items = this.#items.get(devEui) ?? [];
    if (items.length >= DOWNLINKS_PER_DEVICE_MAX) return "queue-full";
    items.push(item);
    this.#items.set(devEui, items);
    await this.#save(devEui);
    return "queued";
  }

  /** The next that has not expired; those that have are taken out and given to `onExpired`. */
  next(devEui: string, now: number, onExpired: (item: QueueItem) => void): QueueItem | undefined {
    const items = this.#items.get(devEui);
    if (items === undefined) return undefined;
    for (let item = items[0]; item !== undefined; item = items[0]) {
      if (item.expiresAt === undefined || item.expiresAt > now) return item;
      items.shift();
      onExpired(item);
      void this.#save(devEui).catch(() => undefined);
    }
    return undefined;
  }

  /** It was transmitted, or never can be. */
  async take(devEui: string, item: QueueItem): Promise<void> {
    const items = this.#items.get(devEui);
    const at = items?.indexOf(item) ?? -1;
    if (items === undefined || at < 0) return;
    items.splice(at, 1);
    await this.#save(devEui);
  }

  async clear(devEui: string): Promise<void> {
    this.#items.delete(devEui);
    await this.#save(devEui);
  }

  #save(devEui: string): Promise<void> {
    const items = this.#items.get(devEui) ?? [];
    if (items.length === 0) this.#items.delete(devEui);
    const value = items.length === 0 ? undefined : encodeItems(items);
    return this.#store.commit([{ key: rowKeys.queue(devEui), value }]);
  }
}

function encodeItems(items: readonly QueueItem[]): Uint8Array {
  return utf8(JSON.stringify(items.map((item) => ({ ...item, data: toHex(item.data) }))));
}

function decodeItems(row: Uint8Array): QueueItem[] {
  const items: (Omit<QueueItem, "data"> & { data: string })[] = JSON.parse(fromUtf8(row));
  return items.map((item) => ({ ...item, data: fromHex(item.data) }));
}
