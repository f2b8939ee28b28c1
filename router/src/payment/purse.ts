/** What the router may still spend. Decides at once; the ledger is asked elsewhere. */
import { ACCOUNTS_PER_CHANNEL_MAX } from "../limits.ts";
import type { HotspotLink } from "../sessions/hotspot-link.ts";
import { type Account, accountOf, type ChannelBook } from "./channel-book.ts";

export interface PurseOptions {
  /** What a hotspot is owed has grown: a voucher is due, and a row to be written. */
  readonly onOwed: (account: Account) => void;
}

export class Purse {
  readonly #options: PurseOptions;
  #current: ChannelBook | undefined;

  constructor(options: PurseOptions) {
    this.#options = options;
  }

  get current(): ChannelBook | undefined {
    return this.#current;
  }

  /** New sessions are welcomed to this channel; undefined: nothing can be bought. */
  use(book: ChannelBook | undefined): void {
    this.#current = book;
  }

  /**
   * Owes the hotspot `cost` DC more, on the channel of its session while that lasts, else on the
   * current one. False: no balance. Nothing costs nothing, and needs no channel.
   */
  buy(link: HotspotLink, cost: number): boolean {
    if (cost === 0) return true;
    const book = hasLeft(link.book, link, cost) ?? hasLeft(this.#current, link, cost);
    if (book === undefined) return false;
    book.committedDc += cost;
    const account = accountOf(book, link.address);
    account.cumulativeDc += cost;
    account.cumulativePackets++;
    this.#options.onOwed(account);
    return true;
  }

  /** Whether a frame of this cost could be bought now. */
  affords(link: HotspotLink, cost: number): boolean {
    if (cost === 0) return true;
    return (hasLeft(link.book, link, cost) ?? hasLeft(this.#current, link, cost)) !== undefined;
  }
}

function hasLeft(
  book: ChannelBook | undefined,
  { address }: HotspotLink,
  cost: number,
): ChannelBook | undefined {
  if (book === undefined || book.stopped || book.state !== "open") return undefined;
  if (book.accounts.size >= ACCOUNTS_PER_CHANNEL_MAX && !book.accounts.has(address)) {
    return undefined;
  }
  return book.committedDc + cost <= book.depositDc ? book : undefined;
}
