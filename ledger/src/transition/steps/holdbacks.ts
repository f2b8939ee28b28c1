/** Coverage pay whose holdback is over goes to the owner; that of grace waits for reciprocity. */
import type { Address, Motes } from "@katydid/protocol";
import type { RewardView } from "../../client/client.ts";
import type { Draft } from "../draft.ts";
import { releaseHeld } from "../hotspots.ts";
import { holdbackOf } from "../keys.ts";
import { RELEASES_PER_BLOCK_MAX } from "../limits.ts";
import type { HoldbackRow, HotspotRow } from "../rows.ts";
import { holdbackTable } from "../tables.ts";

export function releaseHoldbacks(draft: Draft): void {
  const due: (readonly [Uint8Array, HoldbackRow])[] = [];
  for (const entry of draft.range(holdbackTable, { limit: RELEASES_PER_BLOCK_MAX })) {
    if (holdbackOf(entry[0]).releaseAt > draft.now) break;
    due.push(entry);
  }
  for (const [key, row] of due) {
    draft.put(holdbackTable, key, undefined);
    const { hotspot, epoch } = holdbackOf(key);
    const standing = draft.hotspot(hotspot);
    if (standing === undefined) throw new Error(`held pay of no hotspot: ${hotspot}`);
    release(draft, { hotspot, epoch, row, standing });
  }
}

interface Due {
  readonly hotspot: Address;
  readonly epoch: number;
  readonly row: HoldbackRow;
  readonly standing: HotspotRow;
}

function release(draft: Draft, { hotspot, epoch, row, standing }: Due): void {
  const { owner, firstWitnessedAt, firstBeaconedAt } = standing;
  const graceBeaconer = firstWitnessedAt === undefined ? row.graceBeaconer : 0n;
  const graceWitness = firstBeaconedAt === undefined ? row.graceWitness : 0n;
  const parts = [
    ["challenger", row.challenger],
    ["beaconer", row.beaconer - graceBeaconer],
    ["witness", row.witness - graceWitness],
  ] as const;
  const motes = parts.reduce((sum, [, part]) => sum + part, 0n) as Motes;
  releaseHeld(draft, { hotspot, motes });
  if (graceBeaconer + graceWitness > 0n) {
    draft.updateHotspot(hotspot, {
      graceBeaconer: (standing.graceBeaconer + graceBeaconer) as Motes,
      graceWitness: (standing.graceWitness + graceWitness) as Motes,
    });
  }
  for (const [kind, part] of parts) {
    if (part === 0n) continue;
    const view: RewardView = { epoch, kind, motes: part as Motes, state: "released" };
    draft.rewards.push({ hotspot, owner, view });
  }
}
