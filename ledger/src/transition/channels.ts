/** Payment channels: claims and views. How they settle: steps/channels.ts. */
import {
  type Address,
  addressBytes,
  addressFromBytes,
  type Bytes32,
  type Dc,
} from "@katydid/protocol";
import type { ChannelView } from "../client/client.ts";
import { chainOf, type Draft } from "./draft.ts";
import { claimKey } from "./keys.ts";
import type { ChannelRow, ClaimRow } from "./rows.ts";
import { channelTable, claimTable, openClaimsTable } from "./tables.ts";
import type { View } from "./view.ts";

const NO_CLAIM: ClaimRow = {
  summaryDc: undefined,
  redeemedDc: 0n as Dc,
  redeemedPackets: 0,
  sequence: 0,
  reservedDc: 0n as Dc,
  paidDc: 0n as Dc,
};
const CHANNEL_ID_BYTES = 32;

interface ClaimId {
  readonly channel: Bytes32;
  readonly hotspot: Address;
}

export function claimOf(view: View, { channel, hotspot }: ClaimId): ClaimRow {
  return view.get(claimTable, claimKey(channel, hotspot)) ?? NO_CLAIM;
}

export function putClaim(draft: Draft, { channel, hotspot }: ClaimId, row: ClaimRow): void {
  draft.put(claimTable, claimKey(channel, hotspot), row);
}

/** Counts a hotspot's claims that are not settled: while there are any, its row stays. */
export function countOpenClaim(draft: Draft, hotspot: Address, delta: 1 | -1): void {
  const key = addressBytes(hotspot);
  const count = (draft.get(openClaimsTable, key) ?? 0) + delta;
  draft.put(openClaimsTable, key, count === 0 ? undefined : count);
}

/** The higher of what was redeemed and what the router's own summary says. */
export function claimedDc({ summaryDc, redeemedDc }: ClaimRow): Dc {
  return summaryDc !== undefined && summaryDc > redeemedDc ? summaryDc : redeemedDc;
}

/** Expiry and grace are over: nothing is claimed any more, settled already or not. */
export function isOver(draft: Draft, row: ChannelRow): boolean {
  const graceMs = draft.context.params.channelGraceSeconds * 1000;
  return row.state === "settled" || draft.now > row.expiresAt + graceMs;
}

/** Claims of a channel in the order of the hotspots' key bytes. */
export function* claimsOf(
  view: View,
  channel: Bytes32,
): Iterable<readonly [hotspot: Address, claim: ClaimRow]> {
  for (const [key, claim] of view.range(claimTable, { prefix: channel })) {
    yield [addressFromBytes(key.slice(CHANNEL_ID_BYTES)), claim];
  }
}

/** undefined: never opened. */
export function channelView(view: View, id: Bytes32): ChannelView | undefined {
  const row = view.get(channelTable, id);
  if (row === undefined) return undefined;
  const { router, depositDc, reservedDc, stake, expiresAt } = row;
  const leftDc = (row.state === "settled" ? 0n : depositDc - reservedDc) as Dc;
  const state = stateOf(view, row);
  const channel = {
    ...{ id, router, depositDc, reservedDc, leftDc, stake, expiresAt, state },
    ...(row.cutDc > 0n && { cutDc: row.cutDc }),
    ...(row.slashed && { slashed: true as const }),
  };
  return row.state === "settled" ? { ...channel, payouts: payoutsOf(view, id) } : channel;
}

function stateOf(view: View, row: ChannelRow): ChannelView["state"] {
  if (row.state === "settled") return "settled";
  const isOver = row.state === "closed" || chainOf(view).protocolTime > row.expiresAt;
  return isOver ? "grace" : "open";
}

function payoutsOf(view: View, id: Bytes32): NonNullable<ChannelView["payouts"]> {
  return [...claimsOf(view, id)].map(([hotspot, { paidDc }]) => ({ hotspot, dc: paidDc }));
}

/** Subjects: router, its owner, and the hotspot that it is about. */
export function tellChannel(draft: Draft, about: { channel: Bytes32; hotspot?: Address }): void {
  const row = draft.get(channelTable, about.channel);
  const channel = channelView(draft, about.channel);
  if (row === undefined || channel === undefined) return;
  const { hotspot } = about;
  const concerned = hotspot === undefined ? [] : [hotspot];
  draft.tell({
    kind: "channel-changed",
    subjects: [...new Set([row.router, row.owner, ...concerned])],
    channel,
    ...(hotspot !== undefined && { hotspot }),
  });
}
