/**
 * fill-bond: whoever wants to adds what a bond lacks. It returns to whoever paid the first one, as
 * the rest does.
 */
import type { FillBond, Motes } from "@katydid/protocol";
import { putBond } from "../bonds.ts";
import { isBonded, nextMoveAt } from "../hotspots.ts";
import { debit, lesser } from "../money.ts";
import { type Rule, refuse } from "./ruling.ts";

export const fillBond: Rule<FillBond> = (draft, body) => {
  const { actor, hotspot } = body;
  if (body.motes === 0n) return refuse({ reason: "amount-too-small" });
  const row = draft.hotspot(hotspot);
  if (row === undefined) return refuse({ reason: "hotspot-unknown", hotspot });
  if (row.leftAt !== undefined) return refuse({ reason: "hotspot-left", hotspot });
  if (row.bond >= row.bondFull) return refuse({ reason: "bond-full" });
  const motes = lesser(body.motes, row.bondFull - row.bond) as Motes;
  const bond = (row.bond + motes) as Motes;
  // To be bonded again is a change of facts, of which a challenge's life has room for few.
  const again = isBonded(row) || !isBonded({ ...row, bond }) ? undefined : nextMoveAt(draft, row);
  if (again !== undefined) return refuse({ reason: "moved-too-often", again });
  return {
    apply: () => {
      const refusal = debit(draft, { address: actor, motes });
      if (refusal !== undefined) return refusal;
      draft.adjustSupply({ bonds: motes });
      putBond(draft, { hotspot, bond });
      draft.touch(hotspot);
      return undefined;
    },
  };
};
