/**
 * Opens channels as the router's owner, and makes good what earlier ones were cut by where the owner
 * allows it: until then the ledger opens no other for this router.
 */
import type { ChannelView, LedgerClient } from "@katydid/ledger/client";
import type { Clock, Log } from "@katydid/platform";
import { type Address, type Milliseconds, milliseconds, toHex } from "@katydid/protocol";
import type { Sender } from "./channel-keeper.ts";
import type { ChannelPolicy } from "./channel-policy.ts";

export interface ChannelOpenerOptions {
  readonly router: Address;
  readonly ledger: Pick<LedgerClient, "channels" | "transaction">;
  readonly policy: ChannelPolicy;
  /** As the owner; absent: others open channels. */
  readonly sender: Sender | undefined;
  /** From block to block while there is work, ms. */
  readonly blockMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** A channel is there; it may be known already. */
  readonly onChannel: (view: ChannelView) => void;
}

/** What is in no block after so many was lost on its way. */
const LOST_AFTER_BLOCKS = 5;

export class ChannelOpener {
  readonly #options: ChannelOpenerOptions;
  #busy = false;
  #notBefore = 0;
  /** Accepted, and in no block yet as far as is known. */
  #sent: { readonly id: string; readonly kind: string; readonly atMs: number } | undefined;
  /** Paid by make-good since the start, DC. */
  #madeGoodDc = 0n;
  #problem: string | undefined;

  constructor(options: ChannelOpenerOptions) {
    this.#options = options;
  }

  /** Why no channel is opened, in plain words. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** One is needed, by protocol time `now`. Called often; does one thing at a time. */
  async tend(now: number): Promise<void> {
    const { sender, clock, log } = this.#options;
    if (sender === undefined || this.#busy || clock.now() < this.#notBefore) return;
    this.#busy = true;
    try {
      if (this.#sent === undefined) await this.#open(sender, now);
      else await this.#confirm(this.#sent);
    } catch (cause) {
      this.#pause();
      log.warn({ cause: String(cause) }, "channel not opened: the ledger is away");
    } finally {
      this.#busy = false;
    }
  }

  /** A new one is there. */
  opened(): void {
    this.#problem = undefined;
    if (this.#sent?.kind === "open-channel") this.#sent = undefined;
  }

  async #open(sender: Sender, now: number): Promise<void> {
    const { policy, router, log, clock } = this.#options;
    const { depositDc, lifetimeSeconds } = policy;
    const expiresAt: Milliseconds = milliseconds(Math.floor(now + lifetimeSeconds * 1000));
    const outcome = await sender.send({ kind: "open-channel", router, depositDc, expiresAt });
    if (outcome.outcome === "accepted") {
      log.info({ depositDc, expiresAt }, "channel on its way");
      this.#sent = { id: outcome.id, kind: "open-channel", atMs: clock.now() };
      this.#problem = undefined;
      return;
    }
    this.#pause();
    if (outcome.reason === "make-good-due") {
      await this.#makeGood(sender);
      return;
    }
    this.#say(`No channel can be opened (${outcome.reason}): nothing more will be bought.`);
    log.error({ ...outcome }, "no channel can be opened: nothing more will be bought");
  }

  /** One channel after the other: the ledger takes each debt whole. */
  async #makeGood(sender: Sender): Promise<void> {
    const { ledger, router, policy, log, clock } = this.#options;
    const { makeGoodDcMax = 0n } = policy;
    const views = await ledger.channels(router);
    const debts = views.flatMap(({ id, cutDc = 0n }) => (cutDc > 0n ? [{ id, cutDc }] : []));
    const owed = debts.reduce((sum, { cutDc }) => sum + cutDc, 0n);
    const [debt] = debts;
    const left = makeGoodDcMax - this.#madeGoodDc;
    if (debt === undefined || debt.cutDc > left) {
      this.#say(
        `Hotspots were paid ${owed} DC too little when a channel settled, and until that is made ` +
          `good no other opens. The owner allows ${left} DC (makeGoodDcMax): raise it, or send make-good.`,
      );
      log.error({ owed, allowed: left }, "make-good is due, and more than the owner allows");
      return;
    }
    const outcome = await sender.send({ kind: "make-good", channel: debt.id });
    const fields = { channel: toHex(debt.id), dc: debt.cutDc };
    if (outcome.outcome === "accepted") {
      this.#madeGoodDc += debt.cutDc;
      this.#sent = { id: outcome.id, kind: "make-good", atMs: clock.now() };
      this.#notBefore = 0;
      log.warn(fields, "make-good on its way: a channel's claims had been cut");
      return;
    }
    this.#say(`Make-good of ${debt.cutDc} DC is refused (${outcome.reason}): no channel opens.`);
    log.error({ ...fields, ...outcome }, "make-good refused");
  }

  async #confirm(sent: { readonly id: string; readonly atMs: number }): Promise<void> {
    const { ledger, router, clock, blockMs, log, onChannel } = this.#options;
    const seen = await ledger.transaction(sent.id);
    if (seen === undefined && clock.now() - sent.atMs < LOST_AFTER_BLOCKS * blockMs) return;
    this.#sent = undefined;
    if (seen?.outcome === "applied") {
      // Its event may have been missed.
      for (const view of await ledger.channels(router)) onChannel(view);
      return;
    }
    if (seen !== undefined) this.#pause();
    log.warn({ transaction: sent.id, reason: seen?.reason ?? "lost" }, "channel not opened");
  }

  #pause(): void {
    const { clock, blockMs } = this.#options;
    this.#notBefore = clock.now() + blockMs;
  }

  #say(problem: string): void {
    this.#problem = problem;
  }
}
