/** burn: motes become DC of the beneficiary at the oracle price, floored. */
import { type Burn, dcForMotes } from "@katydid/protocol";
import { burnFor } from "../money.ts";
import { type Rule, refuse } from "./ruling.ts";

export const burn: Rule<Burn> = (draft, body) => {
  const { priceMicroUsd } = draft.chain;
  const dc = dcForMotes({ motes: body.motes, priceMicroUsd });
  if (dc === 0n) return refuse({ reason: "amount-too-small" });
  return {
    apply: () => burnFor(draft, { from: body.actor, motes: body.motes, to: body.beneficiary, dc }),
  };
};
