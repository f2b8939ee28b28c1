/**
 * How tokens and data credits move. Each function changes rows and totals together, so that
 * conservation holds after every one of them. DC remember their cost: an account's DC carry the
 * motes burned for them, and leave with their share, floored; the last DC leave with all the rest.
 */
import { strict as assert } from "node:assert";
import { type Address, type Dc, type Motes, motesForDc } from "@katydid/protocol";
import type { Draft } from "./draft.ts";
import type { Refusal } from "./types.ts";

export type MoneyRefusal = Extract<Refusal, { reason: "dc-too-low" | "balance-too-low" }>;

/** Adds motes to an account. Where they come from is the caller's to say (`adjustSupply`). */
export function credit(draft: Draft, to: { address: Address; motes: bigint }): void {
  if (to.motes === 0n) return;
  const account = draft.account(to.address);
  draft.putAccount(to.address, { ...account, motes: (account.motes + to.motes) as Motes });
  draft.adjustSupply({ balances: to.motes });
}

/** Takes motes from an account, if it has them. Where they go is the caller's to say. */
export function debit(
  draft: Draft,
  from: { address: Address; motes: bigint },
): MoneyRefusal | undefined {
  const account = draft.account(from.address);
  if (account.motes < from.motes) {
    return { reason: "balance-too-low", balance: account.motes, needed: from.motes as Motes };
  }
  draft.putAccount(from.address, { ...account, motes: (account.motes - from.motes) as Motes });
  draft.adjustSupply({ balances: -from.motes });
  return undefined;
}

/** Burns motes of an account for DC of another (or the same). The caller has checked the amounts. */
export function burnFor(
  draft: Draft,
  burn: { from: Address; motes: Motes; to: Address; dc: Dc },
): MoneyRefusal | undefined {
  const refusal = debit(draft, { address: burn.from, motes: burn.motes });
  if (refusal !== undefined) return refusal;
  draft.adjustSupply({ burned: burn.motes, dcMade: burn.dc });
  creditDc(draft, { address: burn.to, dc: burn.dc, dcMotes: burn.motes });
  return undefined;
}

/** Adds DC with their cost. Where the DC come from is the caller's to say. */
export function creditDc(
  draft: Draft,
  to: { address: Address; dc: bigint; dcMotes: bigint },
): void {
  const account = draft.account(to.address);
  draft.putAccount(to.address, {
    ...account,
    dc: (account.dc + to.dc) as Dc,
    dcMotes: (account.dcMotes + to.dcMotes) as Motes,
  });
  draft.adjustSupply({ dcHeld: to.dc });
}

export type Taken = { readonly cost: Motes } | { readonly refusal: MoneyRefusal };

/** Takes DC from an account with their share of the cost. Where they go is the caller's to say. */
export function debitDc(draft: Draft, from: { address: Address; dc: Dc }): Taken {
  const account = draft.account(from.address);
  if (account.dc < from.dc) {
    return { refusal: { reason: "dc-too-low", dc: account.dc, needed: from.dc } };
  }
  const cost = shareOf({ cost: account.dcMotes, part: from.dc, whole: account.dc });
  draft.putAccount(from.address, {
    ...account,
    dc: (account.dc - from.dc) as Dc,
    dcMotes: (account.dcMotes - cost) as Motes,
  });
  draft.adjustSupply({ dcHeld: -from.dc });
  return { cost };
}

/** The cost that `part` of `whole` DC carry, floored. */
export function shareOf(input: { cost: bigint; part: bigint; whole: bigint }): Motes {
  const { cost, part, whole } = input;
  assert(part <= whole, "a part is no more than the whole");
  return (whole === 0n ? 0n : (cost * part) / whole) as Motes;
}

/**
 * Spends a fee. Where DC are short, tokens are burned at the oracle price (rounded up) for those
 * that lack.
 */
export function payFee(draft: Draft, fee: { payer: Address; dc: Dc }): Taken {
  const lacking = (fee.dc - draft.account(fee.payer).dc) as Dc;
  if (lacking > 0n) {
    const { priceMicroUsd } = draft.chain;
    const motes = motesForDc({ dc: lacking, priceMicroUsd, rounding: "up" });
    const refusal = burnFor(draft, { from: fee.payer, motes, to: fee.payer, dc: lacking });
    if (refusal !== undefined) return { refusal };
  }
  const taken = debitDc(draft, { address: fee.payer, dc: fee.dc });
  if ("cost" in taken) draft.adjustSupply({ dcSpent: fee.dc });
  return taken;
}

/** Gives a spent fee back, with its cost. */
export function returnFee(draft: Draft, fee: { payer: Address; dc: Dc; cost: Motes }): void {
  draft.adjustSupply({ dcSpent: -fee.dc });
  creditDc(draft, { address: fee.payer, dc: fee.dc, dcMotes: fee.cost });
}

export function lesser(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}
