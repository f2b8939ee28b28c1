/**
 * Frames that wait on disk for their router (or for the first route table). Bounded: the oldest
 * goes first.
 *
 *   key    sequence u64
 *   value  router address, if it is known | packet
 */
import type { Log, Store } from "@katydid/platform";
import {
  type Address,
  codec,
  fields,
  type Packet,
  packetFields,
  u64Bytes,
} from "@katydid/protocol";

export interface OfflineQueueOptions {
  readonly store: Store;
  readonly lengthMax: number;
  readonly log: Log;
  readonly onDropped: () => void;
}

/** `router` is absent for a frame that came before the first route table. */
export interface QueuedPacket {
  readonly packet: Packet;
  readonly router?: Address;
}

const rowCodec = codec.struct<{ router: Address | undefined; packet: Packet }>({
  router: codec.optional(fields.addressField),
  packet: codec.struct(packetFields),
});

export class OfflineQueue {
  readonly #store: Store;
  readonly #lengthMax: number;
  readonly #log: Log;
  readonly #onDropped: () => void;
  #length = 0;
  #next = 0;

  constructor(options: OfflineQueueOptions) {
    this.#store = options.store;
    this.#lengthMax = options.lengthMax;
    this.#log = options.log;
    this.#onDropped = options.onDropped;
    for (const [key] of this.#store.range()) {
      this.#length++;
      this.#next = sequenceOf(key) + 1;
    }
  }

  get length(): number {
    return this.#length;
  }

  push(queued: QueuedPacket): void {
    const writes: { key: Uint8Array; value: Uint8Array | undefined }[] = [];
    if (this.#length >= this.#lengthMax) {
      for (const [key] of this.#store.range({ limit: 1 })) {
        writes.push({ key, value: undefined });
        this.#length--;
        this.#onDropped();
      }
    }
    writes.push({ key: u64Bytes(this.#next++), value: encodeRow(queued) });
    this.#length++;
    this.#commit(writes);
  }

  /**
   * Visits the waiting packets, oldest first; `take` says whether the visited one leaves the
   * queue. What does not decode (another version's) leaves too.
   */
  drain(take: (queued: QueuedPacket) => "taken" | "stays" | "stop"): void {
    if (this.#length === 0) return;
    const writes: { key: Uint8Array; value: undefined }[] = [];
    for (const [key, value] of this.#store.range()) {
      const queued = decodeRow(value);
      const verdict = queued === undefined ? "taken" : take(queued);
      if (verdict === "stop") break;
      if (verdict === "taken") writes.push({ key, value: undefined });
    }
    this.#length -= writes.length;
    if (writes.length > 0) this.#commit(writes);
  }

  #commit(writes: readonly { key: Uint8Array; value: Uint8Array | undefined }[]): void {
    this.#store.commit(writes).catch((cause: unknown) => {
      // The frame is lost if the process ends now; the next commit may do better.
      this.#log.error({ cause: String(cause) }, "offline queue: the disk refuses, check its space");
    });
  }
}

function encodeRow({ packet, router }: QueuedPacket): Uint8Array {
  return codec.encode(rowCodec, { router, packet });
}

function decodeRow(value: Uint8Array): QueuedPacket | undefined {
  try {
    const { router, packet } = codec.decode(rowCodec, value);
    return router === undefined ? { packet } : { packet, router };
  } catch {
    return undefined;
  }
}

function sequenceOf(key: Uint8Array): number {
  return Number(new DataView(key.buffer, key.byteOffset, 8).getBigUint64(0));
}
