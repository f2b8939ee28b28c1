/**
 * Vouches as an honest router does, and closes its channels with summaries of nothing: what was not
 * redeemed by then it does not pay. Against "a redeemed voucher above the summary costs the router
 * the difference from its stake".
 */
import type { Strategy } from "../strategy.ts";
import { cheatingRouter, owingNothing } from "../wrappers/cheating-router.ts";

export const underReportingRouter: Strategy = {
  name: "under-reporting-router",
  title: "Router that closes with summaries below its vouchers",
  attack: "payment",
  gang: "router",
  scheme: (gang) => ({
    wrapRouter: (parts) => cheatingRouter(parts, { gang, plan: { close: owingNothing } }),
  }),
};
