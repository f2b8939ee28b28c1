/**
 * Opens long channels with the least deposit and buys and vouches for many times as much: the
 * vouchers are good, but there is nothing to pay them with. Its summaries owe nobody, so that the cut
 * is no larger than what was redeemed. Against reservation, clipping, the stake, make-good, and "nor
 * what the ledger shows to be left of the deposit" (section 4).
 */
import { dc } from "@katydid/protocol";
import { defaultChannelPolicy } from "@katydid/router";
import type { Strategy } from "../strategy.ts";
import { cheatingRouter, owingNothing } from "../wrappers/cheating-router.ts";

/** What it spends of a deposit, times over. */
const TIMES_OVER = 20n;
/** Of the longest life that a channel may have: long enough to be overspent, short enough to settle. */
const LIFE_SHARE = 1 / 5;

export const overspendingRouter: Strategy = {
  name: "overspending-router",
  title: "Router that vouches beyond its deposit",
  attack: "payment",
  gang: "router",
  scheme: (gang) => ({
    wrapRouter: (parts) => {
      const { params } = gang;
      const honest = defaultChannelPolicy(params);
      const depositDc = params.channelDepositMinDc;
      const lifetimeSeconds = Math.floor(params.channelSecondsMax * LIFE_SHARE);
      const cheating = cheatingRouter(parts, {
        gang,
        plan: {
          channel: (view) => ({ ...view, depositDc: dc(view.depositDc * TIMES_OVER) }),
          close: owingNothing,
        },
      });
      return { ...cheating, channelPolicy: { ...honest, depositDc, lifetimeSeconds } };
    },
  }),
};
