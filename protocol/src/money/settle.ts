/** How a payment channel settles, and in which order vouchers stand (protocol.md section 4). */
import { assert } from "../bytes/assert.ts";
import type { Dc } from "../units.ts";

export interface Settlement<Claimant> {
  /** What each claimant gets; one entry for every key of `claims` and `reserved`. */
  readonly payouts: ReadonlyMap<Claimant, Dc>;
  /** The claims exceed the deposit: the router's stake is burned, and it owes `cut`. */
  readonly overspent: boolean;
  /** Unspent DC, and what flooring left over; back to the router. */
  readonly refundDc: Dc;
  /** Claims less payouts: what the router has to make good before it opens another channel. */
  readonly cutDc: Dc;
}

/**
 * Settles a channel: what was reserved (redeemed while the channel was open) is paid first; then the
 * rest of each claim, if the deposit covers them all. If it does not, each rest is clipped to what is
 * left, and scaled so that their sum is what is left: floor(clipped x left / sum of the clipped).
 * A claim below what is reserved counts as what is reserved. The order of the maps does not matter.
 */
export function settleChannel<Claimant>(input: {
  depositDc: Dc;
  /** Highest figure of each claimant, cumulative, by voucher or by the router's summary. */
  claims: ReadonlyMap<Claimant, Dc>;
  /** In sum at most the deposit: the ledger reserves no more than there is. */
  reserved: ReadonlyMap<Claimant, Dc>;
}): Settlement<Claimant> {
  const { depositDc, claims, reserved } = input;
  assert(depositDc >= 0n, "a deposit is not negative");
  const rests = new Map<Claimant, bigint>();
  let reservedSum = 0n;
  for (const [claimant, amount] of reserved) {
    assert(amount >= 0n, "a reservation is not negative");
    reservedSum += amount;
    rests.set(claimant, 0n);
  }
  assert(reservedSum <= depositDc, "no more is reserved than was deposited");
  let restSum = 0n;
  for (const [claimant, claim] of claims) {
    assert(claim >= 0n, "a claim is not negative");
    const rest = claim - (reserved.get(claimant) ?? 0n);
    rests.set(claimant, rest > 0n ? rest : 0n);
    if (rest > 0n) restSum += rest;
  }
  const left = depositDc - reservedSum;
  const overspent = restSum > left;
  const shares = overspent ? scaleToLeft({ rests, left }) : rests;
  const payouts = new Map<Claimant, Dc>();
  let paid = 0n;
  for (const [claimant, share] of shares) {
    const payout = (reserved.get(claimant) ?? 0n) + share;
    payouts.set(claimant, payout as Dc);
    paid += payout;
  }
  return {
    payouts,
    overspent,
    refundDc: (depositDc - paid) as Dc,
    cutDc: (reservedSum + restSum - paid) as Dc,
  };
}

function scaleToLeft<Claimant>(input: {
  rests: ReadonlyMap<Claimant, bigint>;
  left: bigint;
}): Map<Claimant, bigint> {
  const { rests, left } = input;
  const scaled = new Map<Claimant, bigint>();
  let clippedSum = 0n;
  for (const [claimant, rest] of rests) {
    let clipped = rest;
    if (clipped > left) clipped = left;
    scaled.set(claimant, clipped);
    clippedSum += clipped;
  }
  if (clippedSum === 0n) return scaled;
  for (const [claimant, clipped] of scaled) {
    scaled.set(claimant, (clipped * left) / clippedSum);
  }
  return scaled;
}

/** The figures of a voucher that order it among those of its channel and hotspot. */
export interface VoucherFigures {
  readonly sequence: number;
  readonly cumulativeDc: Dc;
  readonly cumulativePackets: number;
}

/**
 * How `b` stands to `a`. It *follows* if its sequence is higher and no cumulative figure is lower;
 * `conflict` (same sequence with other figures, or neither follows the other) proves equivocation.
 */
export function voucherOrder(
  a: VoucherFigures,
  b: VoucherFigures,
): "equal" | "follows" | "precedes" | "conflict" {
  const noneLower = b.cumulativeDc >= a.cumulativeDc && b.cumulativePackets >= a.cumulativePackets;
  const noneHigher = b.cumulativeDc <= a.cumulativeDc && b.cumulativePackets <= a.cumulativePackets;
  if (b.sequence === a.sequence) return noneLower && noneHigher ? "equal" : "conflict";
  if (b.sequence > a.sequence) return noneLower ? "follows" : "conflict";
  return noneHigher ? "precedes" : "conflict";
}
