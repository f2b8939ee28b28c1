/**
 * Signs every voucher of a hotspot with the same sequence, so that each contradicts the one before:
 * the first, of a few DC, is all that the hotspot can redeem. Against router equivocation (section
 * 6): two such vouchers are evidence that costs the whole stake.
 */
import { type RouterMessage, signMessage } from "@katydid/protocol";
import type { Strategy } from "../strategy.ts";
import { cheatingRouter, owingNothing } from "../wrappers/cheating-router.ts";

export const equivocatingRouter: Strategy = {
  name: "equivocating-router",
  title: "Router whose vouchers contradict each other",
  attack: "payment",
  gang: "router",
  scheme: (gang) => ({
    wrapRouter: (parts) => {
      const { chainId } = gang;
      const say = (message: RouterMessage): readonly RouterMessage[] => {
        if (message.kind !== "voucher") return [message];
        const { signature: _signature, ...body } = message;
        return [signMessage({ chainId, signer: parts.key, body: { ...body, sequence: 1 } })];
      };
      return cheatingRouter(parts, { gang, plan: { say, close: owingNothing } });
    },
  }),
};
