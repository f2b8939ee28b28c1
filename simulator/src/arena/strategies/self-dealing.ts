/**
 * Buys traffic from itself: its router vouches for packets of its own hotspots that nobody sent, for
 * five dollars a scaled day, about what one honest hotspot earns. Against "a hotspot's data value is
 * at most the motes burned for it", so that at best it breaks even; what it pays itself is missing in
 * the pool for coverage, its own share of it too.
 */
import {
  type Address,
  type CloseChannel,
  compareAddresses,
  DC_PER_USD,
  dc,
} from "@katydid/protocol";
import { defaultChannelPolicy } from "@katydid/router";
import type { Strategy } from "../strategy.ts";
import { INTERVAL_MS, INTERVALS_PER_DAY } from "../world-options.ts";
import { cheatingRouter } from "../wrappers/cheating-router.ts";

/** The gang's budget, USD a scaled day. */
const BUDGET_USD = 5n;
const DAY_SECONDS = (INTERVALS_PER_DAY * INTERVAL_MS) / 1000;

export const selfDealing: Strategy = {
  name: "self-dealing",
  title: "Gang that buys traffic from itself, 5 USD a scaled day",
  attack: "payment",
  gang: "hotspots-and-router",
  scheme: (gang) => {
    const members = gang.members.map(({ key }) => key.address);
    return {
      wrapRouter: (parts) => {
        const honest = defaultChannelPolicy(gang.params);
        const lifeSeconds = honest.lifetimeSeconds - 2 * honest.closeMarginSeconds;
        const budget = Math.floor((Number(BUDGET_USD * DC_PER_USD) * lifeSeconds) / DAY_SECONDS);
        const each = BigInt(Math.floor(budget / members.length));
        const depositDc = dc(honest.depositDc + BigInt(budget));
        const close = (body: CloseChannel) => (body.more ? body : adding(body, { members, each }));
        return {
          ...cheatingRouter(parts, { gang, plan: { close } }),
          channelPolicy: { ...honest, depositDc },
        };
      },
    };
  },
};

/** Summaries with `each` DC more for the members. */
function adding(
  body: CloseChannel,
  { members, each }: { readonly members: readonly Address[]; readonly each: bigint },
): CloseChannel {
  const summaries = new Map(body.summaries.map((summary) => [summary.hotspot, summary]));
  for (const hotspot of members) {
    const { cumulativeDc = 0n, cumulativePackets = 0 } = summaries.get(hotspot) ?? {};
    summaries.set(hotspot, {
      hotspot,
      cumulativeDc: dc(cumulativeDc + each),
      cumulativePackets: cumulativePackets + 1,
    });
  }
  const sorted = [...summaries.values()].sort((a, b) => compareAddresses(a.hotspot, b.hotspot));
  return { ...body, summaries: sorted };
}
