/** All devices: on disk, and in memory by EUI and by DevAddr. */
import type { Store, StoreWrite } from "@katydid/platform";
import type { Device, DeviceEntry, DeviceSession } from "../device.ts";
import { DEVICES_MAX, DEVICES_PER_ADDRESS_MAX } from "../limits.ts";
import { rangeOf, rowKeys, tables } from "../store/keys.ts";
import { applyCounters, decodeSession, encodeCounters, encodeSession } from "../store/rows.ts";
import type { WriteBatch } from "../store/write-batch.ts";
import { decodeDevice, encodeDevice } from "./device-row.ts";

export type AddRefusal = "device-exists" | "devices-full" | "address-full";

const NONE: readonly DeviceEntry[] = [];

export class DeviceRegistry {
  readonly #store: Store;
  readonly #batch: WriteBatch;
  readonly #byEui = new Map<string, DeviceEntry>();
  readonly #byDevAddr = new Map<number, DeviceEntry[]>();

  constructor({ store, batch }: { readonly store: Store; readonly batch: WriteBatch }) {
    this.#store = store;
    this.#batch = batch;
    for (const [, row] of store.range(rangeOf(tables.devices))) this.#load(decodeDevice(row));
  }

  get size(): number {
    return this.#byEui.size;
  }

  get(devEui: string): DeviceEntry | undefined {
    return this.#byEui.get(devEui);
  }

  all(): Iterable<DeviceEntry> {
    return this.#byEui.values();
  }

  byDevAddr(devAddr: number): readonly DeviceEntry[] {
    return this.#byDevAddr.get(devAddr) ?? NONE;
  }

  /** Stored when the promise resolves; in force at once. */
  async add(
    device: Device,
    session?: DeviceSession,
  ): Promise<{ readonly entry: DeviceEntry } | { readonly refused: AddRefusal }> {
    if (this.#byEui.has(device.devEui)) return { refused: "device-exists" };
    if (this.#byEui.size >= DEVICES_MAX) return { refused: "devices-full" };
    if (session !== undefined && this.isFull(session.devAddr)) return { refused: "address-full" };
    const entry = newEntry(device);
    const writes: StoreWrite[] = [
      { key: rowKeys.device(device.devEui), value: encodeDevice(device) },
    ];
    this.#byEui.set(device.devEui, entry);
    if (session !== undefined) {
      entry.session = session;
      this.#index(entry, session.devAddr);
      const key = rowKeys.session(device.devEui, "current");
      writes.push({ key, value: encodeSession(session) });
      writes.push({ key: rowKeys.counters(device.devEui), value: encodeCounters(entry) });
    }
    await this.#store.commit(writes);
    return { entry };
  }

  /** What the owner may change: not the EUIs, not the keys. */
  async update(entry: DeviceEntry, device: Device): Promise<void> {
    entry.device = device;
    await this.#store.commit([{ key: rowKeys.device(device.devEui), value: encodeDevice(device) }]);
  }

  /** Its keys, counters and nonces are gone with it. Trail and status are the caller's to delete. */
  async remove(entry: DeviceEntry): Promise<void> {
    const { devEui } = entry.device;
    this.#byEui.delete(devEui);
    if (entry.session !== undefined) this.#unindex(entry, entry.session.devAddr);
    if (entry.pending !== undefined) this.#unindex(entry, entry.pending.devAddr);
    entry.session = undefined;
    entry.pending = undefined;
    const keys = [
      rowKeys.device(devEui),
      rowKeys.session(devEui, "current"),
      rowKeys.session(devEui, "pending"),
      rowKeys.counters(devEui),
      rowKeys.queue(devEui),
      rowKeys.status(devEui),
    ];
    for (const [key] of this.#store.range(rangeOf(tables.noncesOf(devEui)))) keys.push(key);
    // Counters that wait for a commit would bring a row of it back.
    await this.#batch.commit();
    await this.#store.commit(keys.map((key) => ({ key, value: undefined })));
  }

  isFull(devAddr: number): boolean {
    return this.byDevAddr(devAddr).length >= DEVICES_PER_ADDRESS_MAX;
  }

  /** The session of a join accept; in force when the device first uses it. Into the batch. */
  offer(entry: DeviceEntry, session: DeviceSession): void {
    if (entry.pending !== undefined) this.#unindex(entry, entry.pending.devAddr);
    entry.pending = session;
    this.#index(entry, session.devAddr);
    const key = rowKeys.session(entry.device.devEui, "pending");
    this.#batch.write({ key, value: encodeSession(session) });
    this.#batch.device(entry);
  }

  /** The device has used its new session: the old one is over (LoRaWAN L2 1.0.4 §6.2.5). */
  promote(entry: DeviceEntry): void {
    const { session: old, pending } = entry;
    if (pending === undefined) return;
    entry.session = pending;
    entry.pending = undefined;
    entry.awaitingAck = undefined;
    // Both may have the same address, and the entry is in the list once for each.
    if (old !== undefined) this.#unindex(entry, old.devAddr);
    const { devEui } = entry.device;
    const value = encodeSession(pending);
    this.#batch.write({ key: rowKeys.session(devEui, "current"), value });
    this.#batch.write({ key: rowKeys.session(devEui, "pending"), value: undefined });
    this.#batch.device(entry);
  }

  /** Whether a DevNonce was used, and from now on it is. Into the batch. */
  useNonce(entry: DeviceEntry, devNonce: number): "fresh" | "used" {
    const { devEui } = entry.device;
    if (entry.devNonces === undefined) {
      const used = new Set<number>();
      for (const [key] of this.#store.range(rangeOf(tables.noncesOf(devEui)))) {
        used.add(((key[key.length - 2] ?? 0) << 8) | (key[key.length - 1] ?? 0));
      }
      entry.devNonces = used;
    }
    if (entry.devNonces.has(devNonce)) return "used";
    entry.devNonces.add(devNonce);
    this.#batch.write({ key: rowKeys.nonce(devEui, devNonce), value: new Uint8Array(0) });
    return "fresh";
  }

  #load(device: Device): void {
    const entry = newEntry(device);
    const { devEui } = device;
    this.#byEui.set(devEui, entry);
    for (const slot of ["current", "pending"] as const) {
      const row = this.#store.get(rowKeys.session(devEui, slot));
      if (row === undefined) continue;
      const session = decodeSession(row);
      if (slot === "current") entry.session = session;
      else entry.pending = session;
      this.#index(entry, session.devAddr);
    }
    const counters = this.#store.get(rowKeys.counters(devEui));
    if (counters !== undefined) applyCounters(entry, counters);
  }

  #index(entry: DeviceEntry, devAddr: number): void {
    const entries = this.#byDevAddr.get(devAddr);
    if (entries === undefined) this.#byDevAddr.set(devAddr, [entry]);
    else entries.push(entry);
  }

  #unindex(entry: DeviceEntry, devAddr: number): void {
    const entries = this.#byDevAddr.get(devAddr);
    const at = entries?.indexOf(entry) ?? -1;
    if (entries === undefined || at < 0) return;
    entries.splice(at, 1);
    if (entries.length === 0) this.#byDevAddr.delete(devAddr);
  }
}

function newEntry(device: Device): DeviceEntry {
  return {
    device,
    session: undefined,
    pending: undefined,
    devNonces: undefined,
    joinNonce: 0,
    join: undefined,
    dc: 0,
    packets: 0,
    lastSeenAt: 0,
    awaitingAck: undefined,
  };
}
