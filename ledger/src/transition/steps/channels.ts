/**
 * Channels whose expiry and grace are over. A claim is the higher of what was redeemed and what the
 * router's own summary says; a channel that the router never closed settles from what was redeemed.
 */
import {
  type Address,
  addressBytes,
  type Bytes32,
  type Dc,
  type Motes,
  milliseconds,
  settleChannel,
} from "@katydid/protocol";
import { claimsOf, putClaim, tellChannel } from "../channels.ts";
import type { Draft } from "../draft.ts";
import { addEarning } from "../earnings.ts";
import { countPayments } from "../hearing.ts";
import { claimKey, routerChannelKey } from "../keys.ts";
import { CHANNELS_PER_BLOCK_MAX } from "../limits.ts";
import { credit, creditDc, shareOf } from "../money.ts";
import type { ChannelRow, ClaimRow } from "../rows.ts";
import { channelTable, claimTable, routerChannelTable, routerTable } from "../tables.ts";

export function settleChannels(draft: Draft): void {
  for (const { id } of draft.takeDue("channel", CHANNELS_PER_BLOCK_MAX)) {
    const row = draft.get(channelTable, id);
    if (row !== undefined && row.state !== "settled") settle(draft, { channel: id, row });
  }
}

interface Settling {
  readonly channel: Bytes32;
  readonly row: ChannelRow;
}

function settle(draft: Draft, { channel, row }: Settling): void {
  const rows = [...claimsOf(draft, channel)];
  const claims = new Map<Address, Dc>();
  const reserved = new Map<Address, Dc>();
  for (const [hotspot, claim] of rows) {
    claims.set(hotspot, claimed(claim));
    if (claim.reservedDc > 0n) reserved.set(hotspot, claim.reservedDc);
  }
  const settlement = settleChannel({ depositDc: row.depositDc, claims, reserved });
  payHotspots(draft, { channel, row, rows, payouts: settlement.payouts });
  const paid = [...settlement.payouts].map(([hotspot, dc]) => ({ hotspot, dc }));
  countPayments(draft, { router: row.router, paid });
  refund(draft, row, settlement.refundDc);
  endStake(draft, { row, rows, overspent: settlement.overspent });
  draft.put(channelTable, channel, { ...row, state: "settled", stake: 0n as Motes });
  endOfRouter(draft, row, settlement.cutDc);
  const forgetMs = draft.context.params.evidenceWindowSeconds * 1000;
  draft.schedule({ kind: "forget", at: milliseconds(draft.now + forgetMs), id: channel });
  tellChannel(draft, { channel });
}

function claimed({ summaryDc, redeemedDc }: ClaimRow): Dc {
  return summaryDc !== undefined && summaryDc > redeemedDc ? summaryDc : redeemedDc;
}

type Claims = readonly (readonly [hotspot: Address, claim: ClaimRow])[];

/** Books each hotspot's DC with their share of the motes burned for the deposit. */
function payHotspots(
  draft: Draft,
  input: Settling & { rows: Claims; payouts: ReadonlyMap<Address, Dc> },
): void {
  const { channel, row } = input;
  let paid = 0n;
  for (const [hotspot, claim] of input.rows) {
    const dc = input.payouts.get(hotspot) ?? (0n as Dc);
    putClaim(draft, { channel, hotspot }, { ...claim, paidDc: dc });
    if (dc === 0n) continue;
    paid += dc;
    const dcMotes = shareOf({ cost: row.depositMotes, part: dc, whole: row.depositDc });
    addEarning(draft, hotspot, { dc, dcMotes });
  }
  draft.adjustSupply({ dcInChannels: -paid, dcSpent: paid });
}

/** Unspent DC, and what flooring left, return to the router's owner with their cost. */
function refund(draft: Draft, row: ChannelRow, dc: Dc): void {
  if (dc === 0n) return;
  const dcMotes = shareOf({ cost: row.depositMotes, part: dc, whole: row.depositDc });
  draft.adjustSupply({ dcInChannels: -dc });
  creditDc(draft, { address: row.owner, dc, dcMotes });
}

/**
 * The stake is burned whole where the router overspent or never closed; else by the share of the
 * deposit by which redeemed vouchers exceed its summary. It is never paid out, or router and hotspot
 * would collude for it.
 */
function endStake(
  draft: Draft,
  { row, rows, overspent }: { row: ChannelRow; rows: Claims; overspent: boolean },
): void {
  const lost = overspent || row.state === "open" ? row.stake : understated({ row, rows });
  const back = row.stake - lost;
  draft.adjustSupply({ stakes: -row.stake, burned: lost });
  credit(draft, { address: row.owner, motes: back });
}

function understated({ row, rows }: { row: ChannelRow; rows: Claims }): Motes {
  let dc = 0n;
  for (const [, { summaryDc, redeemedDc }] of rows) {
    const stated = summaryDc ?? 0n;
    if (redeemedDc > stated) dc += redeemedDc - stated;
  }
  const capped = dc < row.depositDc ? dc : row.depositDc;
  // Rounded up: an understatement is never for nothing.
  return ((row.stake * capped + row.depositDc - 1n) / row.depositDc) as Motes;
}

function endOfRouter(draft: Draft, { router }: ChannelRow, cutDc: Dc): void {
  const key = addressBytes(router);
  const row = draft.get(routerTable, key);
  if (row === undefined) return;
  const owedDc = (row.owedDc + cutDc) as Dc;
  draft.put(routerTable, key, { ...row, owedDc, openChannels: row.openChannels - 1 });
}

/** Removes settled channels about which nobody can bring evidence any more. */
export function forgetChannels(draft: Draft): void {
  for (const { id } of draft.takeDue("forget", CHANNELS_PER_BLOCK_MAX)) {
    const row = draft.get(channelTable, id);
    if (row === undefined) continue;
    for (const [hotspot] of [...claimsOf(draft, id)]) {
      draft.put(claimTable, claimKey(id, hotspot), undefined);
    }
    draft.put(channelTable, id, undefined);
    draft.put(routerChannelTable, routerChannelKey(row.router, id), undefined);
  }
}
