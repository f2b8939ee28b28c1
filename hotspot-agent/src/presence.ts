/**
 * Says "I am here" to the ledger, at most once per activity window, so that a hotspot that is not
 * drawn for long stays active. Half a window is left to spare.
 */
import type { HotspotView, LedgerClient } from "@katydid/ledger/client";
import type { Clock, Log, Timer } from "@katydid/platform";
import type { Address, Params } from "@katydid/protocol";
import type { ProtocolClock, SendTransaction } from "./ledger-link.ts";
import type { AgentPolicy } from "./policy.ts";

export interface PresenceOptions {
  readonly address: Address;
  readonly params: Params;
  readonly policy: AgentPolicy;
  readonly ledger: LedgerClient;
  readonly send: SendTransaction;
  readonly clock: Clock;
  readonly protocolClock: ProtocolClock;
  readonly log: Log;
  /** What the ledger says of this hotspot, as it is learned. */
  readonly onView: (view: HotspotView | undefined) => void;
}

/** After the ledger allows it again, protocol ms: a block may come late. */
const SLACK_MS = 1000;

export class Presence {
  readonly #options: PresenceOptions;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, policy } = this.#options;
    if (this.#closed) return;
    this.#timer = clock.after(policy.presenceCheckMs, () => void this.#look());
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  async #look(): Promise<void> {
    const { clock, policy, log } = this.#options;
    let waitMs = policy.presenceCheckMs;
    try {
      waitMs = (await this.#say()) ?? waitMs;
    } catch (cause) {
      log.warn({ cause: String(cause) }, "presence: the ledger does not answer");
    }
    if (this.#closed) return;
    this.#timer = clock.after(Math.min(waitMs, policy.presenceCheckMs), () => void this.#look());
  }

  /** Returns how long to wait where the ledger says when it may be said again. */
  async #say(): Promise<number | undefined> {
    const { address, params, ledger, send, protocolClock, log, onView } = this.#options;
    const view = await ledger.hotspot(address);
    onView(view);
    if (view?.cell === undefined) return undefined;
    const idleMs = protocolClock.now() - view.lastActiveAt;
    if (idleMs < (params.activitySeconds * 1000) / 2) return undefined;
    const outcome = await send({ kind: "presence" });
    if (outcome.outcome === "accepted") {
      log.info({ idleMs }, "presence submitted");
      return undefined;
    }
    const { again } = outcome.detail;
    if (outcome.reason !== "presence-too-soon" || typeof again !== "number") {
      log.warn({ reason: outcome.reason }, "presence refused");
      return undefined;
    }
    return Math.max(0, again - protocolClock.now()) + SLACK_MS;
  }
}
