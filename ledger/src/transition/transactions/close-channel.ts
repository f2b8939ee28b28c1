/**
 * close-channel: the router's own figures for each hotspot, in chunks; the last one closes. Figures
 * for one that the ledger does not know (any more) count for nothing at settlement: a hotspot that
 * left must not keep a router from closing.
 */
import { type Address, type CloseChannel, compareAddresses } from "@katydid/protocol";
import { claimOf, countOpenClaim, isOver, putClaim, tellChannel } from "../channels.ts";
import type { Draft } from "../draft.ts";
import { claimKey } from "../keys.ts";
import { CLAIMS_PER_CHANNEL_MAX } from "../limits.ts";
import { channelTable, claimTable } from "../tables.ts";
import type { KindRefusal } from "../types.ts";
import { accept, type Rule, refuse } from "./ruling.ts";

export const closeChannel: Rule<CloseChannel> = (draft, body) => {
  const row = draft.get(channelTable, body.channel);
  if (row === undefined) return refuse({ reason: "channel-unknown" });
  if (row.router !== body.actor) return refuse({ reason: "not-router", router: row.router });
  if (isOver(draft, row)) return refuse({ reason: "channel-settled" });
  if (row.state === "closed") return refuse({ reason: "channel-closed" });
  const refusal = summariesRefusal(draft, body);
  if (refusal !== undefined) return refuse(refusal);
  const fresh = body.summaries.filter(({ hotspot }) => !hasClaim(draft, body, hotspot));
  if (row.claims + fresh.length > CLAIMS_PER_CHANNEL_MAX) {
    return refuse({ reason: "claims-full", limit: CLAIMS_PER_CHANNEL_MAX });
  }
  return accept(() => {
    for (const { hotspot } of fresh) countOpenClaim(draft, hotspot, 1);
    for (const { hotspot, cumulativeDc } of body.summaries) {
      const claim = claimOf(draft, { channel: body.channel, hotspot });
      putClaim(draft, { channel: body.channel, hotspot }, { ...claim, summaryDc: cumulativeDc });
    }
    const state = body.more ? row.state : "closed";
    draft.put(channelTable, body.channel, { ...row, state, claims: row.claims + fresh.length });
    if (!body.more) tellChannel(draft, { channel: body.channel });
  });
};

function hasClaim(draft: Draft, { channel }: CloseChannel, hotspot: Address): boolean {
  return draft.get(claimTable, claimKey(channel, hotspot)) !== undefined;
}

function summariesRefusal(draft: Draft, body: CloseChannel): KindRefusal | undefined {
  let last: Address | undefined;
  for (const { hotspot } of body.summaries) {
    if (last !== undefined && compareAddresses(last, hotspot) >= 0) {
      return { reason: "not-sorted", field: "summaries" };
    }
    last = hotspot;
    const claim = claimOf(draft, { channel: body.channel, hotspot });
    if (claim.summaryDc !== undefined) return { reason: "summary-duplicate", hotspot };
  }
  return undefined;
}
