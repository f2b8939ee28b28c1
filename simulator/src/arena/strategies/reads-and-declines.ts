/**
 * Reads each packet, hands it to its owner, and tells the hotspot that it was of no use, with reasons
 * that an honest router gives too. Where the hotspot only offers, it asks for the packet first.
 * Against declines without a valid reason, the buy share, and offers (section 4).
 */
import type { DeclineReason, RouterMessage } from "@katydid/protocol";
import type { Strategy } from "../strategy.ts";
import { cheatingRouter, isPurchase, owingNothing } from "../wrappers/cheating-router.ts";

/** What no hotspot can check: the keys and counters are the router's. */
const REASONS = ["mic-invalid", "replay", "unknown-device"] as const satisfies DeclineReason[];

export const readsAndDeclines: Strategy = {
  name: "reads-and-declines",
  title: "Router that reads packets and declines them",
  attack: "payment",
  gang: "router",
  scheme: (gang) => {
    let declines = 0;
    const say = (message: RouterMessage): readonly RouterMessage[] => {
      if (message.kind === "voucher") return [];
      if (message.kind !== "decision" || !isPurchase(message)) return [message];
      const reason = REASONS[declines++ % REASONS.length] ?? "mic-invalid";
      return [{ ...message, outcome: { kind: "declined", reason, bought: [] } }];
    };
    return {
      wrapRouter: (parts) => cheatingRouter(parts, { gang, plan: { say, close: owingNothing } }),
    };
  },
};
