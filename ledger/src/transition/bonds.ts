/** Bonds of hotspots and what takes them: penalties, evidence, leaving. */
import { type Address, addressBytes, type Motes } from "@katydid/protocol";
import type { Draft } from "./draft.ts";
import { changeFacts, isBonded } from "./hotspots.ts";
import { unbondingKey } from "./keys.ts";
import { lesser } from "./money.ts";
import { unbondingTable } from "./tables.ts";
import type { View } from "./view.ts";

const PERCENT = 100n;

/** What is unbonding of a hotspot that left; 0 where nothing is. */
export function unbondingBondOf(view: View, hotspot: Address): Motes {
  const key = unbondingKey("hotspot", addressBytes(hotspot));
  return view.get(unbondingTable, key)?.motes ?? (0n as Motes);
}

/** What there is to take of a hotspot's bond, unbonding or not. */
export function slashableBond(draft: Draft, hotspot: Address): Motes {
  const row = draft.hotspot(hotspot);
  if (row === undefined) return 0n as Motes;
  return row.leftAt === undefined ? row.bond : unbondingBondOf(draft, hotspot);
}

/**
 * A challenger's penalty: burns a percentage of the full bond, but no less than one challenge was
 * worth lately, at most a quarter of the full bond (`penaltyPercentMax`) and what is left of it. Returns the motes. (In the arena's rich networks
 * a gang gained by silencing challenges of its rivals, whose pay went to all others.) 0 percent: none.
 */
export function penalizeBond(draft: Draft, penalty: { hotspot: Address; percent: bigint }): Motes {
  const { hotspot, percent } = penalty;
  const row = draft.hotspot(hotspot);
  if (row === undefined || percent === 0n) return 0n as Motes;
  const part = (row.bondFull * percent) / PERCENT;
  const { challengePay } = draft.chain;
  const most = (row.bondFull * draft.context.params.penaltyPercentMax) / PERCENT;
  const worth = lesser(challengePay, most);
  const due = part > worth ? part : worth;
  const motes = lesser(due, slashableBond(draft, hotspot)) as Motes;
  takeBond(draft, { hotspot, motes });
  draft.adjustSupply({ burned: motes });
  return motes;
}

/** Takes motes of what there is. Where they go is the caller's to say. */
export function takeBond(draft: Draft, taken: { hotspot: Address; motes: Motes }): void {
  const { hotspot, motes } = taken;
  const row = draft.hotspot(hotspot);
  if (row === undefined || motes === 0n) return;
  draft.touch(hotspot);
  if (row.leftAt !== undefined) {
    const key = unbondingKey("hotspot", addressBytes(hotspot));
    takeUnbonding(draft, { key, motes });
    return;
  }
  putBond(draft, { hotspot, bond: (row.bond - motes) as Motes });
  draft.adjustSupply({ bonds: -motes });
}

/** Sets a bond; facts change where it passes half of the full one. */
export function putBond(draft: Draft, change: { hotspot: Address; bond: Motes }): void {
  const { hotspot, bond } = change;
  const row = draft.hotspot(hotspot);
  if (row === undefined) throw new Error(`no hotspot ${hotspot}`);
  if (isBonded(row) === isBonded({ ...row, bond })) draft.updateHotspot(hotspot, { bond });
  else changeFacts(draft, hotspot, { bond });
}

/** Takes motes of what is unbonding under a key. Where they go is the caller's to say. */
export function takeUnbonding(draft: Draft, taken: { key: Uint8Array; motes: Motes }): void {
  const { key, motes } = taken;
  const row = draft.get(unbondingTable, key);
  if (row === undefined) throw new Error("nothing is unbonding");
  const left = (row.motes - motes) as Motes;
  draft.put(unbondingTable, key, { ...row, motes: left });
  draft.adjustSupply({ unbonding: -motes });
}
