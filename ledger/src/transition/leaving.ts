/**
 * Hotspots that leave. One is gone from the draws at once; its row stays until its bond was returned,
 * held pay has come to its time, and no channel has a claim of it that is not settled.
 */
import { type Address, addressBytes, type Motes, milliseconds } from "@katydid/protocol";
import { putActive } from "./active-index.ts";
import { hearingTable } from "./classifier-tables.ts";
import type { Draft } from "./draft.ts";
import { changeFacts } from "./hotspots.ts";
import { epochOfGraceKey, type GraceKind, gracePrefix, unbondingKey } from "./keys.ts";
import { GRACE_EPOCHS_MAX } from "./limits.ts";
import {
  earningTable,
  graceTable,
  hotspotTable,
  openClaimsTable,
  unbondingTable,
} from "./tables.ts";

/** The owner's word is checked. Challenges that were drawn before still find it as it was. */
export function leave(draft: Draft, hotspot: Address): void {
  const row = draft.hotspot(hotspot);
  if (row === undefined) throw new Error(`no hotspot ${hotspot}`);
  const none = 0n as Motes;
  burnGrace(draft, hotspot, "beaconer");
  burnGrace(draft, hotspot, "witness");
  changeFacts(draft, hotspot, { bond: none, leftAt: draft.now });
  putActive(draft, hotspot, undefined);
  const until = milliseconds(draft.now + draft.context.params.unbondingSeconds * 1000);
  const key = unbondingKey("hotspot", addressBytes(hotspot));
  draft.put(unbondingTable, key, { motes: row.bond, payee: row.bondPayer, until });
  draft.adjustSupply({ bonds: -row.bond, unbonding: row.bond });
  draft.schedule({ kind: "unbonded", at: milliseconds(until + 1), id: key });
  draft.touch(hotspot);
}

/**
 * Burns what waits past its holdback for reciprocity, which will not come. What is still held and was
 * earned in grace burns when its time comes (steps/holdbacks.ts).
 */
export function burnGrace(draft: Draft, hotspot: Address, kind: GraceKind): void {
  const field = kind === "beaconer" ? "graceBeaconer" : "graceWitness";
  const bounds = { prefix: gracePrefix(hotspot, kind), limit: GRACE_EPOCHS_MAX };
  for (const [key, { motes }] of [...draft.range(graceTable, bounds)]) {
    draft.put(graceTable, key, undefined);
    const left = (draft.hotspot(hotspot)?.[field] ?? 0n) - motes;
    draft.updateHotspot(hotspot, { [field]: left as Motes });
    burnHeld(draft, { hotspot, epoch: epochOfGraceKey(key), kind, motes });
  }
}

/** Burns held pay of grace of a hotspot that left. */
export function burnHeld(
  draft: Draft,
  pay: { hotspot: Address; epoch: number; kind: GraceKind; motes: Motes },
): void {
  const { hotspot, motes, epoch, kind } = pay;
  const row = draft.hotspot(hotspot);
  if (row === undefined || motes === 0n) return;
  draft.updateHotspot(hotspot, { held: (row.held - motes) as Motes });
  draft.adjustSupply({ held: -motes, burned: motes });
  const view = { epoch, kind, motes, state: "burned", reason: "left" } as const;
  draft.rewards.push({ hotspot, owner: row.owner, view });
  draft.touch(hotspot);
}

/** Whether anything of a hotspot that left still waits, its bond apart. */
export function isAwaited(draft: Draft, hotspot: Address): boolean {
  const key = addressBytes(hotspot);
  return (
    (draft.hotspot(hotspot)?.held ?? 0n) > 0n ||
    draft.get(earningTable, key) !== undefined ||
    draft.get(openClaimsTable, key) !== undefined
  );
}

/** Nothing of it is left: it may be added again. */
export function forgetHotspot(draft: Draft, hotspot: Address): void {
  draft.put(hotspotTable, addressBytes(hotspot), undefined);
  draft.put(hearingTable, addressBytes(hotspot), undefined);
  draft.updateChain({ hotspots: draft.chain.hotspots - 1 });
}
