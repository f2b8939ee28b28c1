/**
 * Channels whose expiry and grace are over. A channel that the router never closed settles from what was redeemed.
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
import { claimedDc, claimsOf, countOpenClaim, putClaim, tellChannel } from "../channels.ts";
import type { Draft } from "../draft.ts";
import { addEarning } from "../earnings.ts";
import { countPayments } from "../hearing.ts";
import { claimKey, routerChannelKey } from "../keys.ts";
import { CHANNELS_PER_BLOCK_MAX } from "../limits.ts";
import { evidenceUntil } from "../memories.ts";
import { credit, creditDc, lesser, shareOf } from "../money.ts";
import type { ChannelRow, ClaimRow } from "../rows.ts";
import { channelTable, claimTable, routerChannelTable, routerTable } from "../tables.ts";

/** What a row has room for: 64 bits. */
const DC_MAX = 2n ** 64n - 1n;

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
  const rows = claimsToSettle(draft, channel);
  const claims = new Map<Address, Dc>();
  const reserved = new Map<Address, Dc>();
  for (const [hotspot, claim] of rows) {
    claims.set(hotspot, claimedDc(claim));
    if (claim.reservedDc > 0n) reserved.set(hotspot, claim.reservedDc);
  }
  const settlement = settleChannel({ depositDc: row.depositDc, claims, reserved });
  payHotspots(draft, { channel, row, rows, payouts: settlement.payouts });
  const paid = [...settlement.payouts].map(([hotspot, dc]) => ({ hotspot, dc }));
  countPayments(draft, { router: row.router, paid });
  refund(draft, row, settlement.refundDc);
  const stake = keptStake(draft, { row, rows, overspent: settlement.overspent });
  const cutDc = capped(settlement.cutDc);
  const ended = { state: "settled", settledAt: draft.now, stake, cutDc } as const;
  draft.put(channelTable, channel, { ...row, ...ended });
  endOfRouter(draft, row, cutDc);
  const forgetAt = milliseconds(evidenceUntil(draft, draft.now) + 1);
  draft.schedule({ kind: "forget", at: forgetAt, id: channel });
  tellChannel(draft, { channel });
}

/** Whoever is no hotspot (any more) has none: it may be a router's summary that names it. */
function claimsToSettle(draft: Draft, channel: Bytes32): Claims {
  const known: Claims[number][] = [];
  for (const [hotspot, claim] of [...claimsOf(draft, channel)]) {
    countOpenClaim(draft, hotspot, -1);
    if (draft.hotspot(hotspot) === undefined) {
      draft.put(claimTable, claimKey(channel, hotspot), undefined);
    } else known.push([hotspot, claim]);
  }
  return known;
}

/** Claims are a router's word: in sum they may be more than rows have room for, and than there is. */
function capped(dc: bigint): Dc {
  return lesser(dc, DC_MAX) as Dc;
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
 * Burns what the settlement costs; the rest stays in the channel until it is forgotten, so that
 * evidence still finds it. The stake is burned whole where the router overspent or never closed; else by the share of the
 * deposit by which redeemed vouchers exceed its summary. It is never paid out, or router and hotspot
 * would collude for it.
 */
function keptStake(
  draft: Draft,
  { row, rows, overspent }: { row: ChannelRow; rows: Claims; overspent: boolean },
): Motes {
  const lost = overspent || row.state === "open" ? row.stake : understated({ row, rows });
  draft.adjustSupply({ stakes: -lost, burned: lost });
  return (row.stake - lost) as Motes;
}

function understated({ row, rows }: { row: ChannelRow; rows: Claims }): Motes {
  let dc = 0n;
  for (const [, { summaryDc, redeemedDc }] of rows) {
    const stated = summaryDc ?? 0n;
    if (redeemedDc > stated) dc += redeemedDc - stated;
  }
  const share = lesser(dc, row.depositDc);
  // Rounded up: an understatement is never for nothing.
  return ((row.stake * share + row.depositDc - 1n) / row.depositDc) as Motes;
}

function endOfRouter(draft: Draft, { router }: ChannelRow, cutDc: Dc): void {
  const key = addressBytes(router);
  const row = draft.get(routerTable, key);
  if (row === undefined) return;
  const owedDc = capped(row.owedDc + cutDc);
  // One that cut claims counts until it is made good, so that there are never many of them.
  const openChannels = row.openChannels - (cutDc === 0n ? 1 : 0);
  draft.put(routerTable, key, { ...row, owedDc, openChannels });
}

/**
 * Removes settled channels about which nobody can bring evidence any more, and returns what is left
 * of their stakes. One whose cut claims are not made good waits for that (make-good.ts).
 */
export function forgetChannels(draft: Draft): void {
  for (const { id } of draft.takeDue("forget", CHANNELS_PER_BLOCK_MAX)) {
    const row = draft.get(channelTable, id);
    if (row === undefined || row.cutDc > 0n) continue;
    draft.adjustSupply({ stakes: -row.stake });
    credit(draft, { address: row.owner, motes: row.stake });
    for (const [hotspot] of [...claimsOf(draft, id)]) {
      draft.put(claimTable, claimKey(id, hotspot), undefined);
    }
    draft.put(channelTable, id, undefined);
    draft.put(routerChannelTable, routerChannelKey(row.router, id), undefined);
  }
}
