/**
 * Tells each hotspot that another one's copy was bought, and names one: the best of reasons, since it
 * is given to most copies of an honest network, and nobody can check it. Buys nothing at all. Against
 * the same rules as reads-and-declines, which leave such declines out of the buy share.
 */
import type { Address, RouterMessage } from "@katydid/protocol";
import type { Strategy } from "../strategy.ts";
import { cheatingRouter, isPurchase, owingNothing } from "../wrappers/cheating-router.ts";

/** Names to choose from. */
const HOTSPOTS_MAX = 64;

export const namesAnother: Strategy = {
  name: "names-another",
  title: "Router that says that it bought another hotspot's copy",
  attack: "payment",
  gang: "router",
  scheme: (gang) => {
    const heardOf = new Set<Address>();
    let turn = 0;
    const another = (than: Address): readonly Address[] => {
      const others = [...heardOf].filter((address) => address !== than);
      const named = others[turn++ % Math.max(1, others.length)];
      return named === undefined ? [] : [named];
    };
    const say = (message: RouterMessage, hotspot: Address): readonly RouterMessage[] => {
      if (heardOf.size < HOTSPOTS_MAX) heardOf.add(hotspot);
      if (message.kind === "voucher") return [];
      if (message.kind !== "decision" || !isPurchase(message)) return [message];
      const bought = another(hotspot);
      return [{ ...message, outcome: { kind: "declined", reason: "copies-bought", bought } }];
    };
    return {
      wrapRouter: (parts) => cheatingRouter(parts, { gang, plan: { say, close: owingNothing } }),
    };
  },
};
