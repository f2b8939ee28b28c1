/**
 * Opens channels with the least deposit and buys and vouches for twenty times as much: the vouchers
 * are good, but there is nothing to pay them with. Its summaries owe nobody, so that the cut is no
 * larger than what was redeemed. Against reservation, clipping, the stake and make-good (section 4).
 */
import { dc } from "@katydid/protocol";
import { defaultChannelPolicy } from "@katydid/router";
import type { Strategy } from "../strategy.ts";
import { cheatingRouter, owingNothing } from "../wrappers/cheating-router.ts";

/** What it spends of a deposit, times over. */
const TIMES_OVER = 20n;

export const overspendingRouter: Strategy = {
  name: "overspending-router",
  title: "Router that vouches for twenty times its deposit",
  attack: "payment",
  gang: "router",
  scheme: (gang) => ({
    wrapRouter: (parts) => {
      const { params } = gang;
      const depositDc = params.channelDepositMinDc;
      const cheating = cheatingRouter(parts, {
        gang,
        plan: {
          channel: (view) => ({ ...view, depositDc: dc(view.depositDc * TIMES_OVER) }),
          close: owingNothing,
        },
      });
      return { ...cheating, channelPolicy: { ...defaultChannelPolicy(params), depositDc } };
    },
  }),
};
