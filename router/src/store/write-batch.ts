/**
 * Rows that changed and wait for the next commit. A row that changes ten times between two commits
 * is written once. Everything that must be on disk before something is sent goes through `commit`.
 */
import type { Store, StoreWrite } from "@katydid/platform";
import { addressBytes } from "@katydid/protocol";
import type { DeviceEntry } from "../device.ts";
import type { Account } from "../payment/channel-book.ts";
import { rowKeys } from "./keys.ts";
import { encodeAccount, encodeCounters } from "./rows.ts";

export class WriteBatch {
  readonly #store: Store;
  #devices = new Set<DeviceEntry>();
  #accounts = new Set<Account>();
  #writes: StoreWrite[] = [];
  /** The last commit that began. */
  #running: Promise<void> = Promise.resolve();
  /** The one that begins when that has ended. */
  #next: Promise<void> | undefined;

  constructor({ store }: { readonly store: Store }) {
    this.#store = store;
  }

  /** The counters of a device changed. */
  device(entry: DeviceEntry): void {
    this.#devices.add(entry);
  }

  account(account: Account): void {
    this.#accounts.add(account);
  }

  write(write: StoreWrite): void {
    this.#writes.push(write);
  }

  get empty(): boolean {
    return this.#devices.size + this.#accounts.size + this.#writes.length === 0;
  }

  /**
   * Commits all that waits, in one commit, after the one that is under way. Resolves when it is
   * durable, and all before it. If the disk refuses, it rejects with the store's Fault, and what
   * waited waits on.
   */
  commit(): Promise<void> {
    // What someone else has just begun to commit is not durable yet.
    if (this.empty) return this.#running;
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        this.#running = this.#write();
        return this.#running;
      });
    return this.#next;
  }

  async #write(): Promise<void> {
    const [devices, accounts, writes] = [this.#devices, this.#accounts, this.#writes];
    this.#devices = new Set();
    this.#accounts = new Set();
    this.#writes = [];
    const rows = [...writes];
    for (const entry of devices) {
      rows.push({ key: rowKeys.counters(entry.device.devEui), value: encodeCounters(entry) });
    }
    for (const account of accounts) rows.push(accountRow(account));
    try {
      await this.#store.commit(rows);
    } catch (cause) {
      for (const entry of devices) this.#devices.add(entry);
      for (const account of accounts) this.#accounts.add(account);
      this.#writes = [...writes, ...this.#writes];
      throw cause;
    }
  }
}

function accountRow(account: Account): StoreWrite {
  const key = rowKeys.account(account.book.id, addressBytes(account.hotspot));
  return { key, value: encodeAccount(account) };
}
