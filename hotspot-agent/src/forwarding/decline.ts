/** Is a decline one that an honest router gives, as far as the hotspot can tell? */
import type { Address, Decision } from "@katydid/protocol";

export type Declined = Extract<Decision["outcome"], { kind: "declined" }>;

export interface DeclineFacts {
  readonly outcome: Declined;
  readonly self: Address;
  /** From reception by the radio to sending, ms. */
  readonly delayMs: number;
  readonly copyWindowMs: number;
  /** It was sent to this router before, too. */
  readonly repeated: boolean;
  /** The router had asked for it. */
  readonly isWanted: boolean;
}

export function someoneElseBought({ outcome, self }: Pick<DeclineFacts, "outcome" | "self">) {
  return outcome.bought.some((address) => address !== self);
}

/**
 * true where the frame was of no use to the router. What it asked for was of use: it knew hash, size
 * and device, and who else had it (and if it bought it before, its next voucher says so). A router that cannot or will not pay (no
 * balance, a spending limit, overload) has had the frame all the same: that is no valid reason.
 */
export function declineIsValid(facts: DeclineFacts): boolean {
  if (facts.isWanted) return false;
  switch (facts.outcome.reason) {
    case "mic-invalid":
    case "malformed":
    case "replay":
    case "unknown-device":
      return true;
    case "copies-bought":
      return someoneElseBought(facts);
    case "duplicate-reception":
      return facts.repeated;
    case "late":
      return facts.repeated || facts.delayMs >= facts.copyWindowMs || someoneElseBought(facts);
    case "no-balance":
    case "spend-limit":
    case "busy":
      return false;
  }
}
