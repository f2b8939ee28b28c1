/** What a hotspot earns in the open epoch, added up as the blocks go by. */
import { type Address, addressBytes, type Dc, type Motes } from "@katydid/protocol";
import type { Draft } from "./draft.ts";
import type { EarningRow } from "./rows.ts";
import { earningTable } from "./tables.ts";

const NONE: EarningRow = {
  challengerUnits: 0n,
  beaconerUnits: 0n,
  witnessUnits: 0n,
  graceBeaconerUnits: 0n,
  graceWitnessUnits: 0n,
  dc: 0n as Dc,
  dcMotes: 0n as Motes,
};

export function addEarning(
  draft: Draft,
  hotspot: Address,
  more: { readonly [Name in keyof EarningRow]?: bigint },
): void {
  const key = addressBytes(hotspot);
  const row: Record<string, bigint> = { ...(draft.get(earningTable, key) ?? NONE) };
  for (const [name, delta] of Object.entries(more)) row[name] = (row[name] ?? 0n) + delta;
  draft.put(earningTable, key, row as unknown as EarningRow);
}
