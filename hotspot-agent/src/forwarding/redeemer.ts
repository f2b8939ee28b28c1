/**
 * Turns vouchers into reservations on the ledger: when enough is at stake, when the deposit runs
 * low, and before the channel expires. What is reserved is paid first, whatever the router does.
 */
import type { ChannelView, LedgerClient, SubmitOutcome } from "@katydid/ledger/client";
import type { Clock, Log } from "@katydid/platform";
import { type Address, type SignedVoucher, toHex } from "@katydid/protocol";
import type { SendTransaction } from "../ledger-link.ts";
import type { AgentPolicy } from "../policy.ts";
import type { ChannelVouchers, VoucherBook } from "./voucher-book.ts";

/** Share of the deposit that is left, below which everyone wants his reserved first. */
const DEPOSIT_LOW = 0.25;
/** A submitted redemption that is in no block after so long is submitted again, ms. */
const CONFIRM_TIMEOUT_MS = 180_000;
/** What is left of a deposit changes as others redeem: looked at again after so long, ms. */
const VIEW_AGE_MAX_MS = 1_800_000;
/** A voucher that the ledger refused so often is left alone. */
const REFUSALS_MAX = 3;

interface Submitted {
  readonly id: string;
  readonly cumulativeDc: number;
  readonly atMs: number;
}

interface ChannelState {
  view: ChannelView | undefined;
  viewedAtMs: number;
  submitted: Submitted | undefined;
  refusals: { sequence: number; count: number };
}

export interface RedeemerOptions {
  readonly book: VoucherBook;
  readonly ledger: LedgerClient;
  readonly send: SendTransaction;
  readonly clock: Clock;
  readonly policy: AgentPolicy;
  readonly log: Log;
  /** What a router may owe with vouchers that are not redeemed, DC. */
  readonly exposureMaxDc: (router: Address) => number;
  readonly count: (outcome: "submitted" | "confirmed" | "refused" | "no-effect") => void;
  /** The ledger's word about a channel. */
  readonly onView: (router: Address, view: ChannelView) => void;
  readonly onReserved: (router: Address, channel: string, cumulativeDc: number) => void;
}

export class Redeemer {
  readonly #options: RedeemerOptions;
  readonly #states = new Map<string, ChannelState>();
  #busy = false;

  constructor(options: RedeemerOptions) {
    this.#options = options;
  }

  /** A look at every channel for which there is something to do. One round at a time. */
  async round(protocolNowMs: number): Promise<void> {
    if (this.#busy) return;
    const due = this.#options.book
      .channels()
      .filter((channel) => this.#isDue(channel, protocolNowMs));
    if (due.length === 0) return;
    this.#busy = true;
    try {
      for (const channel of due) await this.#look(channel, protocolNowMs);
    } finally {
      this.#busy = false;
    }
  }

  /** What the ledger says about a channel now; it must be this router's. */
  async viewOf(channel: Uint8Array, router: Address): Promise<ChannelView | undefined> {
    const view = await this.#options.ledger.channel(channel);
    if (view === undefined || view.router !== router) return undefined;
    this.learn(view);
    return view;
  }

  /** From a lookup or an event. A settled channel is dropped. */
  learn(view: ChannelView): void {
    const { book, onView } = this.#options;
    const known = book.of(view.id);
    if (known === undefined || known.router !== view.router) return;
    const state = this.#state(toHex(view.id));
    state.view = view;
    state.viewedAtMs = this.#options.clock.now();
    onView(view.router, view);
    if (view.state !== "settled") return;
    book.forget(view.id);
    this.#states.delete(toHex(view.id));
  }

  /** Most rounds find nothing due: this is all that they cost. */
  #isDue(channel: ChannelVouchers, protocolNowMs: number): boolean {
    const state = this.#state(toHex(channel.channel));
    if (state.submitted !== undefined || this.#stale(channel, state, protocolNowMs)) return true;
    return state.view !== undefined && this.#worthwhile(channel, state.view, protocolNowMs);
  }

  async #look(channel: ChannelVouchers, protocolNowMs: number): Promise<void> {
    const { policy, book } = this.#options;
    const state = this.#state(toHex(channel.channel));
    if (state.submitted !== undefined) await this.#confirm(channel, state, state.submitted);
    if (state.submitted !== undefined) return;
    if (this.#stale(channel, state, protocolNowMs)) {
      const seen = await this.viewOf(channel.channel, channel.router);
      // The ledger has dropped it long after settling, or it never was this router's.
      if (seen === undefined) book.forget(channel.channel);
    }
    const { view } = state;
    if (view === undefined || view.state === "settled") return;
    if (!this.#worthwhile(channel, view, protocolNowMs)) return;
    book.settle(channel.channel);
    const voucher = book.of(channel.channel)?.latest;
    if (voucher === undefined) return;
    const gainDc = Number(voucher.cumulativeDc) - channel.redeemedDc;
    if (gainDc < policy.redeemDcMin) return;
    if (state.refusals.sequence === voucher.sequence && state.refusals.count >= REFUSALS_MAX)
      return;
    await this.#submit(channel, state, voucher);
  }

  #stale(channel: ChannelVouchers, state: ChannelState, protocolNowMs: number): boolean {
    const { policy, clock } = this.#options;
    if (state.view === undefined) return true;
    const ageMs = clock.now() - state.viewedAtMs;
    if (ageMs >= VIEW_AGE_MAX_MS) return true;
    // Before something is redeemed late, it is worth knowing whether it still can be.
    const isLate = dueAt(state.view, policy) <= protocolNowMs;
    return isLate && ageMs >= policy.choresMs && unredeemedDc(channel) >= policy.redeemDcMin;
  }

  #worthwhile(channel: ChannelVouchers, view: ChannelView, protocolNowMs: number): boolean {
    const { policy, exposureMaxDc } = this.#options;
    const unredeemed = unredeemedDc(channel);
    if (unredeemed < policy.redeemDcMin) return false;
    if (view.state === "grace" || dueAt(view, policy) <= protocolNowMs) return true;
    // Half of the credit, so that the other half carries packets while the redemption settles.
    if (unredeemed >= exposureMaxDc(channel.router) / 2) return true;
    return Number(view.leftDc) < Number(view.depositDc) * DEPOSIT_LOW;
  }

  async #submit(channel: ChannelVouchers, state: ChannelState, voucher: SignedVoucher) {
    const { send, clock, count, log } = this.#options;
    const outcome: SubmitOutcome = await send({ kind: "redeem-voucher", voucher });
    const fields = { channel: toHex(channel.channel), dc: String(voucher.cumulativeDc) };
    if (outcome.outcome === "accepted") {
      count("submitted");
      log.info({ ...fields, transaction: outcome.id }, "voucher submitted for redemption");
      const cumulativeDc = Number(voucher.cumulativeDc);
      state.submitted = { id: outcome.id, cumulativeDc, atMs: clock.now() };
      return;
    }
    // Redeemed before a restart, and not heard of since.
    const known = outcome.detail.sequence;
    if (outcome.reason === "voucher-not-newer" && Number(known) >= voucher.sequence) {
      this.#reserved(channel, Number(voucher.cumulativeDc));
      return;
    }
    const before = state.refusals.sequence === voucher.sequence ? state.refusals.count : 0;
    state.refusals = { sequence: voucher.sequence, count: before + 1 };
    count("refused");
    log.warn({ ...fields, reason: outcome.reason }, "the ledger refuses to redeem a voucher");
  }

  async #confirm(channel: ChannelVouchers, state: ChannelState, submitted: Submitted) {
    const { ledger, clock, count, log } = this.#options;
    const seen = await ledger.transaction(submitted.id);
    if (seen === undefined) {
      if (clock.now() - submitted.atMs > CONFIRM_TIMEOUT_MS) state.submitted = undefined;
      return;
    }
    state.submitted = undefined;
    if (seen.outcome === "no-effect") {
      count("no-effect");
      log.warn({ transaction: submitted.id, reason: seen.reason }, "redemption had no effect");
      return;
    }
    count("confirmed");
    this.#reserved(channel, submitted.cumulativeDc);
    await this.viewOf(channel.channel, channel.router);
  }

  #reserved({ channel, router }: ChannelVouchers, cumulativeDc: number): void {
    const { book, onReserved } = this.#options;
    book.redeemed(channel, cumulativeDc);
    onReserved(router, toHex(channel), cumulativeDc);
  }

  #state(id: string): ChannelState {
    let state = this.#states.get(id);
    if (state === undefined) {
      const refusals = { sequence: -1, count: 0 };
      state = { view: undefined, viewedAtMs: 0, submitted: undefined, refusals };
      this.#states.set(id, state);
    }
    return state;
  }
}

function dueAt(view: ChannelView, policy: AgentPolicy): number {
  return view.expiresAt - policy.redeemBeforeExpiryMs;
}

/** By the newest voucher, whose signature may not have been checked yet. */
function unredeemedDc(channel: ChannelVouchers): number {
  return channel.newestDc - channel.redeemedDc;
}
