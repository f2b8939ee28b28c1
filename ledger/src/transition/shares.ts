/** What of a hotspot's pay came from which edge, so that evidence against an edge burns no other's. */
import { type Address, compareAddresses } from "@katydid/protocol";
import type { PartnerShare, PartnerShares } from "./classifier-rows.ts";
import { PARTNERS_MAX } from "./limits.ts";

/** The shares with one more. A partner for whom there is no room is nobody's in particular. */
export function withShare(shares: PartnerShares, more: PartnerShare): PartnerShares {
  const at = shares.findIndex(({ partner }) => compareAddresses(partner, more.partner) >= 0);
  const found = shares[at];
  if (found?.partner === more.partner) {
    return shares.with(at, { ...found, amount: found.amount + more.amount });
  }
  if (shares.length >= PARTNERS_MAX) return shares;
  return shares.toSpliced(at < 0 ? shares.length : at, 0, more);
}

/**
 * An amount by the same proportions as `shares` are of `whole`. Differences of floored sums: where
 * all of the whole is told apart, all of the amount is.
 */
export function shareOut<Amount extends bigint>(input: {
  amount: Amount;
  whole: bigint;
  shares: PartnerShares;
}): PartnerShares<Amount> {
  const { amount, whole, shares } = input;
  let before = 0n;
  return shares.map((share) => {
    const start = (amount * before) / whole;
    before += share.amount;
    return { partner: share.partner, amount: ((amount * before) / whole - start) as Amount };
  });
}

/** Takes out the shares of these partners. */
export function splitShares<Amount extends bigint>(
  shares: PartnerShares<Amount>,
  partners: { has(partner: Address): boolean },
): { readonly kept: PartnerShares<Amount>; readonly taken: PartnerShares<Amount> } {
  const taken = shares.filter(({ partner }) => partners.has(partner));
  if (taken.length === 0) return { kept: shares, taken };
  return { kept: shares.filter(({ partner }) => !partners.has(partner)), taken };
}

export function sumOfShares(shares: PartnerShares): bigint {
  return shares.reduce((sum, { amount }) => sum + amount, 0n);
}
