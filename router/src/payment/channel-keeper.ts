/**
 * Keeps a channel open to buy on: learns of channels from the ledger, opens the next one in time,
 * and closes each before it expires with what every hotspot is owed. Where no owner's key is given
 * it opens none, and uses what is opened for it.
 */
import type { ChannelView, LedgerClient, TransactionSender } from "@katydid/ledger/client";
import type { Clock, Log, Store, Timer } from "@katydid/platform";
import {
  type Address,
  addressFromBytes,
  compareAddresses,
  dc,
  milliseconds,
  SUMMARIES_MAX,
  toHex,
} from "@katydid/protocol";
import { rangeOf, tables } from "../store/keys.ts";
import { decodeAccount } from "../store/rows.ts";
import { accountOf, type ChannelBook } from "./channel-book.ts";
import type { ChannelPolicy } from "./channel-policy.ts";
import type { Purse } from "./purse.ts";
import type { VoucherPress } from "./voucher-press.ts";

export interface ChannelKeeperOptions {
  readonly router: Address;
  readonly ledger: Pick<LedgerClient, "channels">;
  readonly policy: ChannelPolicy;
  readonly purse: Purse;
  readonly press: VoucherPress;
  readonly store: Store;
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

/** After an opening or closing that failed, and for a channel that does not appear, ms. */
const RETRY_MS = 15_000;

export class ChannelKeeper {
  readonly #options: ChannelKeeperOptions;
  readonly #books = new Map<string, ChannelBook>();
  /** Protocol time less the clock's, as of the last block. */
  #offsetMs = 0;
  #busyUntil = 0;
  #closing = false;
  #timer: Timer | undefined;

  constructor(options: ChannelKeeperOptions) {
    this.#options = options;
  }

  /** Reads the channels that there are, and what is owed on them. Throws the ledger's Fault. */
  async start(input: { readonly protocolTime: number; readonly periodMs: number }): Promise<void> {
    const { ledger, router, clock } = this.#options;
    this.onTime(input.protocolTime);
    const views = await ledger.channels(router);
    // The ledger bounds how many of one router are not settled.
    for (const view of views) {
      if (view.state === "settled") await this.#forget(view.id);
      else this.onChannel(view);
    }
    this.tend();
    this.#timer = clock.every(input.periodMs, () => this.tend());
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
      this.#busyUntil = 0;
    } else {
      book.state = view.state;
      if (view.state === "settled") {
        this.#books.delete(id);
        void this.#forget(view.id);
      }
    }
    this.tend();
  }

  /** Looks at the time and at what is left, and does what is due. Called often; never waits. */
  tend(): void {
    const now = this.#options.clock.now() + this.#offsetMs;
    const marginMs = this.#options.policy.closeMarginSeconds * 1000;
    for (const book of this.#books.values()) {
      if (book.expiresAt - now <= marginMs) book.stopped = true;
      if (book.stopped && !book.closed) void this.#close(book);
    }
    this.#choose();
    const { current } = this.#options.purse;
    if (current === undefined || this.#wearsOut(current, now, marginMs)) void this.#open(now);
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
      stopped: false,
      closed: view.state !== "open",
    };
    for (const [key, row] of this.#options.store.range(rangeOf(tables.accountsOf(view.id)))) {
      const hotspot = addressFromBytes(key.subarray(1 + view.id.length));
      Object.assign(accountOf(book, hotspot), decodeAccount(row));
    }
    for (const { cumulativeDc } of book.accounts.values()) book.committedDc += cumulativeDc;
    this.#books.set(toHex(view.id), book);
    this.#options.press.resume(book);
  }

  async #open(now: number): Promise<void> {
    const { ownerSender, policy, router, clock, log } = this.#options;
    if (ownerSender === undefined || clock.now() < this.#busyUntil) return;
    this.#busyUntil = clock.now() + RETRY_MS;
    const { depositDc, lifetimeSeconds } = policy;
    const expiresAt = milliseconds(Math.floor(now + lifetimeSeconds * 1000));
    try {
      const outcome = await ownerSender.send({
        kind: "open-channel",
        router,
        depositDc,
        expiresAt,
      });
      if (outcome.outcome === "accepted") log.info({ depositDc, expiresAt }, "channel on its way");
      else log.error({ ...outcome }, "no channel can be opened: nothing more will be bought");
    } catch (cause) {
      log.warn({ cause: String(cause) }, "channel not opened: the ledger is away");
    }
  }

  /** Vouchers first, then the sums, in chunks; the last one closes. */
  async #close(book: ChannelBook): Promise<void> {
    const { press, routerSender, clock, log } = this.#options;
    if (this.#closing) return;
    this.#closing = true;
    try {
      await press.flush();
      const hotspots = [...book.accounts.keys()].sort(compareAddresses);
      const chunks = Math.max(1, Math.ceil(hotspots.length / SUMMARIES_MAX));
      for (let i = 0; i < chunks; i++) {
        const part = hotspots.slice(i * SUMMARIES_MAX, (i + 1) * SUMMARIES_MAX);
        const summaries = part.map((hotspot) => summaryOf(book, hotspot));
        const more = i < chunks - 1;
        const body = { kind: "close-channel", channel: book.id, summaries, more } as const;
        const outcome = await routerSender.send(body);
        if (outcome.outcome === "accepted") continue;
        const isThere = ["summary-duplicate", "channel-closed", "channel-settled"];
        // Sent before a restart: it is in the ledger.
        if (isThere.includes(outcome.reason)) continue;
        log.error({ ...outcome }, "channel not closed: its stake is burned if it stays open");
        return;
      }
      book.closed = true;
      log.info({ channel: toHex(book.id), hotspots: hotspots.length }, "channel closed");
    } catch (cause) {
      log.warn({ cause: String(cause) }, "channel not closed yet: the ledger is away");
    } finally {
      // Whatever else is due waits for the next look.
      clock.after(0, () => {
        this.#closing = false;
      });
    }
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

function summaryOf(book: ChannelBook, hotspot: Address) {
  const { cumulativeDc, cumulativePackets } = accountOf(book, hotspot);
  return { hotspot, cumulativeDc: dc(BigInt(cumulativeDc)), cumulativePackets };
}
