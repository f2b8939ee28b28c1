/**
 * Vouches as an honest router does and closes no channel, so that what was not redeemed is not paid.
 * Against "a channel that the router never closes settles from redeemed vouchers, and its stake is
 * burned".
 */
import type { Strategy } from "../strategy.ts";
import { cheatingRouter } from "../wrappers/cheating-router.ts";

export const neverClosingRouter: Strategy = {
  name: "never-closing-router",
  title: "Router that never closes a channel",
  attack: "payment",
  gang: "router",
  scheme: (gang) => ({
    wrapRouter: (parts) => cheatingRouter(parts, { gang, plan: { close: () => undefined } }),
  }),
};
