/** transfer: motes to several payees, in the order written. */
import type { Transfer } from "@katydid/protocol";
import { credit, debit } from "../money.ts";
import { type Rule, refuse } from "./ruling.ts";

export const transfer: Rule<Transfer> = (draft, body) => {
  if (body.payments.some(({ motes }) => motes === 0n))
    return refuse({ reason: "amount-too-small" });
  return {
    apply: () => {
      const motes = body.payments.reduce((sum, payment) => sum + payment.motes, 0n);
      const refusal = debit(draft, { address: body.actor, motes });
      if (refusal !== undefined) return refusal;
      for (const payment of body.payments) {
        credit(draft, { address: payment.payee, motes: payment.motes });
      }
      return undefined;
    },
  };
};
