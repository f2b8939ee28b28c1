/** One channel as the router keeps it: what it may still spend, and what each hotspot is owed. */
import type { Address } from "@katydid/protocol";
import type { AccountFigures } from "../store/rows.ts";

export interface ChannelBook {
  /** 32 bytes. */
  readonly id: Uint8Array;
  readonly depositDc: number;
  /** Protocol time, ms. */
  readonly expiresAt: number;
  state: "open" | "grace" | "settled";
  /** Sum of what was bought on it, DC. Never above the deposit. */
  committedDc: number;
  readonly accounts: Map<Address, Account>;
  /** Nothing is bought on it any more: it is about to be closed. */
  stopped: boolean;
  /** Its summaries are with the ledger. */
  closed: boolean;
}

export interface Account extends AccountFigures {
  readonly book: ChannelBook;
  readonly hotspot: Address;
}

export function accountOf(book: ChannelBook, hotspot: Address): Account {
  let account = book.accounts.get(hotspot);
  if (account === undefined) {
    account = {
      book,
      hotspot,
      cumulativeDc: 0,
      cumulativePackets: 0,
      sequence: 0,
      vouchedDc: 0,
      vouchedPackets: 0,
    };
    book.accounts.set(hotspot, account);
  }
  return account;
}
