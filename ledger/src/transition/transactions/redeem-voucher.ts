/**
 * redeem-voucher: the hotspot shows the router's promise, and the ledger reserves that much of the
 * deposit, first come. What is no longer there stays a claim.
 */
import { type Dc, type RedeemVoucher, signatureClaim, voucherOrder } from "@katydid/protocol";
import { claimOf, countOpenClaim, isOver, putClaim, tellChannel } from "../channels.ts";
import type { Draft } from "../draft.ts";
import { claimKey } from "../keys.ts";
import { CLAIMS_PER_CHANNEL_MAX } from "../limits.ts";
import { lesser } from "../money.ts";
import type { ClaimRow } from "../rows.ts";
import { channelTable, claimTable } from "../tables.ts";
import type { KindRefusal } from "../types.ts";
import { accept, type Rule, refuse } from "./ruling.ts";

export const redeemVoucher: Rule<RedeemVoucher> = (draft, { actor, voucher }) => {
  if (voucher.hotspot !== actor) {
    return refuse({ reason: "voucher-not-own", hotspot: voucher.hotspot });
  }
  const row = draft.get(channelTable, voucher.channel);
  if (row === undefined) return refuse({ reason: "channel-unknown" });
  if (isOver(draft, row)) return refuse({ reason: "channel-settled" });
  const key = { channel: voucher.channel, hotspot: actor };
  const isNew = draft.get(claimTable, claimKey(voucher.channel, actor)) === undefined;
  if (isNew && row.claims >= CLAIMS_PER_CHANNEL_MAX) {
    return refuse({ reason: "claims-full", limit: CLAIMS_PER_CHANNEL_MAX });
  }
  const claim = claimOf(draft, key);
  const refusal = orderRefusal(claim, voucher);
  if (refusal !== undefined) return refuse(refusal);
  if (!isSigned(draft, voucher, row.router)) return refuse({ reason: "voucher-signature-invalid" });
  return accept(() => {
    if (isNew) countOpenClaim(draft, actor, 1);
    const wanted = voucher.cumulativeDc - claim.reservedDc;
    const left = row.depositDc - row.reservedDc;
    const reserved = lesser(wanted, left);
    putClaim(draft, key, {
      ...claim,
      redeemedDc: voucher.cumulativeDc,
      redeemedPackets: voucher.cumulativePackets,
      sequence: voucher.sequence,
      reservedDc: (claim.reservedDc + reserved) as Dc,
    });
    draft.put(channelTable, voucher.channel, {
      ...row,
      reservedDc: (row.reservedDc + reserved) as Dc,
      claims: row.claims + (isNew ? 1 : 0),
    });
    tellChannel(draft, key);
  });
};

type Voucher = RedeemVoucher["voucher"];

/** It must follow the one before and be worth more, or redeeming it would only cost a fee. */
function orderRefusal(claim: ClaimRow, voucher: Voucher): KindRefusal | undefined {
  const before = {
    sequence: claim.sequence,
    cumulativeDc: claim.redeemedDc,
    cumulativePackets: claim.redeemedPackets,
  };
  const isFirst = claim.redeemedDc === 0n;
  const order = isFirst ? "follows" : voucherOrder(before, voucher);
  if (order === "conflict") return { reason: "voucher-conflict", sequence: claim.sequence };
  if (order !== "follows" || voucher.cumulativeDc <= claim.redeemedDc) {
    return { reason: "voucher-not-newer", sequence: claim.sequence };
  }
  return undefined;
}

function isSigned(draft: Draft, voucher: Voucher, by: Parameters<typeof signatureClaim>[0]["by"]) {
  const { chainId, verify } = draft.context;
  return verify(signatureClaim({ chainId, message: voucher, by }));
}
