/**
 * Closes channels: all vouchers first, then the sums of every hotspot in chunks, the last of which
 * closes. A chunk goes when the one before is in a block, and again if it was lost on the way, until
 * the ledger shows the channel closed: a stake burns for one that stays open, and for each hotspot
 * whose chunk was lost and who redeems.
 */
import type { LedgerClient } from "@katydid/ledger/client";
import type { Clock, Log } from "@katydid/platform";
import { type Address, compareAddresses, dc, SUMMARIES_MAX, toHex } from "@katydid/protocol";
import { accountOf, type ChannelBook } from "./channel-book.ts";
import type { Sender } from "./channel-keeper.ts";

export interface ChannelCloserOptions {
  readonly ledger: Pick<LedgerClient, "transaction">;
  /** As the router. */
  readonly sender: Sender;
  /** Vouches for all that is owed; false: the disk refuses. */
  readonly vouchForAll: () => Promise<boolean>;
  /** From block to block while there is work, ms. */
  readonly blockMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** A chunk that is in no block after so many was lost on its way. */
const LOST_AFTER_BLOCKS = 5;
/** Refusals that say: this chunk is in the ledger already, sent before a restart. */
const CHUNK_IS_THERE = "summary-duplicate";
const CLOSED = ["channel-closed", "channel-settled", "channel-unknown"];

interface Closing {
  /** Absent until all is vouched for. */
  chunks: readonly (readonly Address[])[] | undefined;
  next: number;
  sent: { readonly id: string; readonly atMs: number } | undefined;
  busy: boolean;
  notBeforeMs: number;
}

export class ChannelCloser {
  readonly #options: ChannelCloserOptions;
  readonly #closings = new Map<ChannelBook, Closing>();

  constructor(options: ChannelCloserOptions) {
    this.#options = options;
  }

  /**
   * Takes the next steps with a channel that is stopped; `book.closed` when the ledger has it all.
   * Called often.
   */
  async tend(book: ChannelBook): Promise<void> {
    const { clock, log } = this.#options;
    const closing = this.#closingOf(book);
    if (closing.busy || clock.now() < closing.notBeforeMs) return;
    closing.busy = true;
    try {
      while ((await this.#step(book, closing)) === "again");
    } catch (cause) {
      this.#pause(closing);
      log.warn({ cause: String(cause) }, "channel not closed yet: the ledger is away");
    } finally {
      closing.busy = false;
    }
  }

  forget(book: ChannelBook): void {
    this.#closings.delete(book);
  }

  #closingOf(book: ChannelBook): Closing {
    let closing = this.#closings.get(book);
    if (closing === undefined) {
      closing = { chunks: undefined, next: 0, sent: undefined, busy: false, notBeforeMs: 0 };
      this.#closings.set(book, closing);
    }
    return closing;
  }

  #pause(closing: Closing): void {
    const { clock, blockMs } = this.#options;
    closing.notBeforeMs = clock.now() + blockMs;
  }

  async #step(book: ChannelBook, closing: Closing): Promise<"again" | "wait"> {
    if (book.closed) return "wait";
    if (closing.chunks === undefined) {
      // Summaries say what is on disk, so that a restart says the same.
      if (!(await this.#options.vouchForAll())) return "wait";
      closing.chunks = chunksOf(book);
    }
    return closing.sent === undefined
      ? this.#send(book, closing)
      : this.#confirm(book, closing, closing.sent);
  }

  async #send(book: ChannelBook, closing: Closing): Promise<"again" | "wait"> {
    const { sender, clock, log } = this.#options;
    const { chunks = [], next } = closing;
    const summaries = (chunks[next] ?? []).map((hotspot) => summaryOf(book, hotspot));
    const more = next < chunks.length - 1;
    const body = { kind: "close-channel", channel: book.id, summaries, more } as const;
    const outcome = await sender.send(body);
    if (outcome.outcome === "accepted") {
      closing.sent = { id: outcome.id, atMs: clock.now() };
      return "wait";
    }
    if (CLOSED.includes(outcome.reason)) return this.#closed(book);
    if (outcome.reason === CHUNK_IS_THERE) return this.#passed(book, closing);
    this.#pause(closing);
    log.error({ ...outcome }, "channel not closed: its stake is burned if it stays open");
    return "wait";
  }

  async #confirm(
    book: ChannelBook,
    closing: Closing,
    { id, atMs }: { readonly id: string; readonly atMs: number },
  ): Promise<"again" | "wait"> {
    const { ledger, clock, blockMs, log } = this.#options;
    const seen = await ledger.transaction(id);
    if (seen === undefined) {
      if (clock.now() - atMs < LOST_AFTER_BLOCKS * blockMs) return "wait";
      log.warn({ channel: toHex(book.id) }, "a close is in no block: sent again");
      closing.sent = undefined;
      return "again";
    }
    closing.sent = undefined;
    // Without effect, its reason shows again when it is sent again.
    return seen.outcome === "applied" ? this.#passed(book, closing) : "again";
  }

  #passed(book: ChannelBook, closing: Closing): "again" | "wait" {
    closing.next++;
    return closing.next < (closing.chunks?.length ?? 0) ? "again" : this.#closed(book);
  }

  #closed(book: ChannelBook): "wait" {
    book.closed = true;
    this.#closings.delete(book);
    const fields = { channel: toHex(book.id), hotspots: book.accounts.size };
    this.#options.log.info(fields, "channel closed");
    return "wait";
  }
}

/** Of the same accounts the same chunks, also after a restart. */
function chunksOf(book: ChannelBook): Address[][] {
  const hotspots = [...book.accounts.keys()].sort(compareAddresses);
  const chunks: Address[][] = [];
  for (let i = 0; i === 0 || i < hotspots.length; i += SUMMARIES_MAX) {
    chunks.push(hotspots.slice(i, i + SUMMARIES_MAX));
  }
  return chunks;
}

function summaryOf(book: ChannelBook, hotspot: Address) {
  const { cumulativeDc, cumulativePackets } = accountOf(book, hotspot);
  return { hotspot, cumulativeDc: dc(BigInt(cumulativeDc)), cumulativePackets };
}
