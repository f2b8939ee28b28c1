/** Bonds and stakes whose unbonding is over return; rows of which nothing is left go. */
import { addressFromBytes, milliseconds } from "@katydid/protocol";
import type { Draft } from "../draft.ts";
import { unbondingOf } from "../keys.ts";
import { burnGrace, forgetHotspot, isAwaited } from "../leaving.ts";
import { UNBONDED_PER_BLOCK_MAX } from "../limits.ts";
import { credit } from "../money.ts";
import { producerTable, unbondingTable } from "../tables.ts";

export function returnUnbonded(draft: Draft): void {
  for (const { id: key } of draft.takeDue("unbonded", UNBONDED_PER_BLOCK_MAX)) {
    payBack(draft, key);
    const { kind, id } = unbondingOf(key);
    if (kind === "hotspot") endHotspot(draft, key);
    else {
      draft.put(producerTable, id, undefined);
      draft.updateChain({ producers: draft.chain.producers - 1 });
    }
  }
}

function payBack(draft: Draft, key: Uint8Array): void {
  const row = draft.get(unbondingTable, key);
  if (row === undefined) return;
  draft.put(unbondingTable, key, undefined);
  draft.adjustSupply({ unbonding: -row.motes });
  credit(draft, { address: row.payee, motes: row.motes });
}

/** Held pay and claims may take longer than the bond: looked at again an epoch later. */
function endHotspot(draft: Draft, key: Uint8Array): void {
  const hotspot = addressFromBytes(unbondingOf(key).id);
  // There are more rows than one transaction burns only after years in grace.
  burnGrace(draft, hotspot, "beaconer");
  burnGrace(draft, hotspot, "witness");
  if (!isAwaited(draft, hotspot)) {
    forgetHotspot(draft, hotspot);
    return;
  }
  draft.touch(hotspot);
  const at = milliseconds(draft.now + draft.context.params.epochSeconds * 1000);
  draft.schedule({ kind: "unbonded", at, id: key });
}
