/** What each kind of transaction says of one: refused by its rules, or how to apply it. */
import type { Address, Dc, Motes } from "@katydid/protocol";
import type { Draft } from "../draft.ts";
import type { Identity } from "../identity.ts";
import type { KindRefusal, Refusal } from "../types.ts";

export interface Fee {
  readonly payer: Address;
  readonly dc: Dc;
}
/** A fee that was paid, with the motes once burned for it. */
export type PaidFee = Fee & { readonly cost: Motes };

export type Ruling =
  | { readonly refusal: KindRefusal }
  | {
      /** Runs after the fee was paid. May still refuse for lack of money: then nothing holds. */
      readonly apply: (fee: PaidFee) => Refusal | undefined;
      /** No fee at all, whatever `feeOf` says. */
      readonly free?: true;
    };

/** Checks the rules of one kind, without writing. */
export type Rule<Body> = (draft: Draft, body: Body, identity: Identity) => Ruling;

export function refuse(refusal: KindRefusal): Ruling {
  return { refusal };
}

/** Application that cannot fail for lack of money. */
export function accept(apply: (fee: PaidFee) => void): Ruling {
  return {
    apply: (fee) => {
      apply(fee);
      return undefined;
    },
  };
}
