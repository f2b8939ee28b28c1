/**
 * Buys every packet and vouches for none, and closes with summaries of nothing: it carries on as long
 * as hotspots give it credit. An identity costs it 100 USD, so a new one pays only beyond that much
 * of credit. Against the credit limit, and its forgiveness.
 */
import type { RouterMessage } from "@katydid/protocol";
import type { Strategy } from "../strategy.ts";
import { cheatingRouter, owingNothing } from "../wrappers/cheating-router.ts";

export const slowPayingRouter: Strategy = {
  name: "slow-paying-router",
  title: "Router that buys on credit and never vouches",
  attack: "payment",
  gang: "router",
  scheme: (gang) => {
    const say = (message: RouterMessage): readonly RouterMessage[] =>
      message.kind === "voucher" ? [] : [message];
    return {
      wrapRouter: (parts) => cheatingRouter(parts, { gang, plan: { say, close: owingNothing } }),
    };
  },
};
