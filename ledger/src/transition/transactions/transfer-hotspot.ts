/** transfer-hotspot: a hotspot changes hands, with all pay that is held or still to come. */
import type { TransferHotspot } from "@katydid/protocol";
import { credit, debit } from "../money.ts";
import { type Rule, refuse } from "./ruling.ts";

export const transferHotspot: Rule<TransferHotspot> = (draft, body) => {
  const { actor, hotspot, newOwner, price } = body;
  const row = draft.hotspot(hotspot);
  if (row === undefined) return refuse({ reason: "hotspot-unknown", hotspot });
  if (row.owner !== actor) return refuse({ reason: "not-owner", owner: row.owner });
  if (row.leftAt !== undefined) return refuse({ reason: "hotspot-left", hotspot });
  if (newOwner === actor) return refuse({ reason: "owner-unchanged" });
  return {
    apply: () => {
      const refusal = debit(draft, { address: newOwner, motes: price });
      if (refusal !== undefined) return refusal;
      credit(draft, { address: actor, motes: price });
      draft.updateHotspot(hotspot, { owner: newOwner });
      draft.touch(hotspot);
      return undefined;
    },
  };
};
