/**
 * Keeps a channel open to buy on: learns of channels from the ledger, opens the next one in time,
 * and closes each before it expires with what every hotspot is owed. Where no owner's key is given
 * it opens none, and uses what is opened for it.
 */
import type { ChannelView, LedgerClient, TransactionSender } from "@katydid/ledger/client";
import type { Clock, Log, Store, Timer } from "@katydid/platform";
import { type Address, addressFromBytes, toHex } from "@katydid/protocol";
import { rangeOf, tables } from "../store/keys.ts";
import { decodeAccount } from "../store/rows.ts";
import { accountOf, type ChannelBook } from "./channel-book.ts";
import { ChannelCloser } from "./channel-closer.ts";
import { ChannelOpener } from "./channel-opener.ts";
import type { ChannelPolicy } from "./channel-policy.ts";
import type { Purse } from "./purse.ts";
import type { VoucherPress } from "./voucher-press.ts";

export interface ChannelKeeperOptions {
  readonly router: Address;
  readonly ledger: Pick<LedgerClient, "channels" | "transaction">;
  readonly policy: ChannelPolicy;
  readonly purse: Purse;
  readonly press: VoucherPress;
  readonly store: Store;
  /** From block to block while there is work, ms: how often it looks after its channels. */
  readonly blockMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Sends as the owner: opens channels. Absent: others do. */
  readonly ownerSender: Sender | undefined;
  /** Sends as the router: closes them. */
  readonly routerSender: Sender;
  /** Sessions shall buy on this one from now on. */
  readonly onCurrent: (book: ChannelBook) => void;
}
export type Sender = Pick<TransactionSender, "send">;

export class ChannelKeeper {
  readonly #options: ChannelKeeperOptions;
  readonly #opener: ChannelOpener;
  readonly #closer: ChannelCloser;
  readonly #books = new Map<string, ChannelBook>();
  /** Protocol time less the clock's, as of the last block. */
  #offsetMs = 0;
  #timer: Timer | undefined;

  constructor(options: ChannelKeeperOptions) {
    this.#options = options;
    const { router, ledger, policy, press, blockMs, clock, log } = options;
    const { ownerSender, routerSender: sender } = options;
    this.#opener = new ChannelOpener({
      ...{ router, ledger, policy, blockMs, clock, log, sender: ownerSender },
      onChannel: (view) => this.onChannel(view),
    });
    const vouchForAll = () => press.flush();
    this.#closer = new ChannelCloser({ ledger, blockMs, clock, log, vouchForAll, sender });
  }

  /** What keeps channels from being opened, in plain words. */
  get problem(): string | undefined {
    return this.#opener.problem;
  }

  /** Reads the channels that there are, and what is owed on them. Throws the ledger's Fault. */
  async start({ protocolTime }: { readonly protocolTime: number }): Promise<void> {
    const { ledger, router, blockMs, clock } = this.#options;
    this.onTime(protocolTime);
    const views = await ledger.channels(router);
    // The ledger bounds how many of one router are not settled.
    for (const view of views) {
      if (view.state === "settled") await this.#forget(view.id);
      else this.onChannel(view);
    }
    this.tend();
    this.#timer = clock.every(blockMs, () => this.tend());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** A block brought the protocol's time. */
  onTime(protocolTime: number): void {
    this.#offsetMs = protocolTime - this.#options.clock.now();
  }

  /** Channels that are not settled, oldest expiry first. */
  books(): readonly ChannelBook[] {
    return [...this.#books.values()].sort((a, b) => a.expiresAt - b.expiresAt);
  }

  /** The ledger says that one of our channels is there, or changed. */
  onChannel(view: ChannelView): void {
    const id = toHex(view.id);
    const book = this.#books.get(id);
    if (book === undefined) {
      if (view.state === "settled") return;
      this.#adopt(view);
      this.#opener.opened();
    } else {
      book.state = view.state;
      if (view.state === "settled") {
        this.#books.delete(id);
        this.#closer.forget(book);
        void this.#forget(view.id);
      }
    }
    this.tend();
  }

  /** Looks at the time and at what is left, and does what is due. Called often; never waits. */
  tend(): void {
    const now = this.#now();
    const marginMs = this.#options.policy.closeMarginSeconds * 1000;
    for (const book of this.#books.values()) {
      if (book.expiresAt - now <= marginMs) book.stopped = true;
      if (book.stopped && !book.closed) void this.#closer.tend(book);
    }
    this.#choose();
    const { current } = this.#options.purse;
    if (current === undefined || this.#wearsOut(current, now, marginMs)) {
      void this.#opener.tend(now);
    }
  }

  #now(): number {
    return this.#options.clock.now() + this.#offsetMs;
  }

  #choose(): void {
    const { purse, onCurrent } = this.#options;
    const usable = this.books().filter(isUsable);
    // The newest, so that sessions move on while the one before still has something left.
    const next = usable[usable.length - 1];
    if (next === purse.current) return;
    purse.use(next);
    if (next !== undefined) onCurrent(next);
  }

  #wearsOut(book: ChannelBook, now: number, marginMs: number): boolean {
    const { renewAtPercent } = this.#options.policy;
    const isSpent = book.committedDc * 100 >= book.depositDc * renewAtPercent;
    return isSpent || book.expiresAt - now <= 2 * marginMs;
  }

  #adopt(view: ChannelView): void {
    const book: ChannelBook = {
      id: view.id,
      depositDc: Number(view.depositDc),
      expiresAt: view.expiresAt,
      state: view.state,
      committedDc: 0,
      accounts: new Map(),
      // Expired or closed: the ledger says which when it is asked to close.
      stopped: view.state !== "open",
      closed: false,
    };
    for (const [key, row] of this.#options.store.range(rangeOf(tables.accountsOf(view.id)))) {
      const hotspot = addressFromBytes(key.subarray(1 + view.id.length));
      Object.assign(accountOf(book, hotspot), decodeAccount(row));
    }
    for (const { cumulativeDc } of book.accounts.values()) book.committedDc += cumulativeDc;
    this.#books.set(toHex(view.id), book);
    this.#options.press.resume(book);
  }

  /** Accounts of a channel that is settled are of no use any more. */
  async #forget(id: Uint8Array): Promise<void> {
    const { store, log } = this.#options;
    const rows = [...store.range(rangeOf(tables.accountsOf(id)))];
    if (rows.length === 0) return;
    try {
      await store.commit(rows.map(([key]) => ({ key, value: undefined })));
    } catch (cause) {
      log.error({ cause: String(cause) }, "accounts of a settled channel stay: the disk refuses");
    }
  }
}

function isUsable(book: ChannelBook): boolean {
  return !book.stopped && book.state === "open" && book.committedDc < book.depositDc;
}
