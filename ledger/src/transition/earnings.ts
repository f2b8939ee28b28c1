/** What a hotspot earns in the open epoch, added up as the blocks go by. */
import { type Address, addressBytes, type Dc, type Motes } from "@katydid/protocol";
import type { PartnerShares } from "./classifier-rows.ts";
import type { Draft } from "./draft.ts";
import type { EarningRow } from "./rows.ts";
import { withShare } from "./shares.ts";
import { earningTable } from "./tables.ts";

const NONE: EarningRow = {
  challengerUnits: 0n,
  beaconerUnits: 0n,
  witnessUnits: 0n,
  graceBeaconerUnits: 0n,
  graceWitnessUnits: 0n,
  asBeaconer: [],
  asWitness: [],
  dc: 0n as Dc,
  dcMotes: 0n as Motes,
};

const SHARES = ["asBeaconer", "asWitness"] as const;
type ShareName = (typeof SHARES)[number];

/** Adds to each field; shares to those of the same partner. */
export function addEarning(
  draft: Draft,
  hotspot: Address,
  more: { readonly [Name in Exclude<keyof EarningRow, ShareName>]?: bigint } & {
    readonly [Name in ShareName]?: PartnerShares;
  },
): void {
  const key = addressBytes(hotspot);
  const before = draft.get(earningTable, key) ?? NONE;
  const { asBeaconer = [], asWitness = [], ...amounts } = more;
  const row: Record<string, bigint | PartnerShares> = { ...before };
  for (const [name, delta] of Object.entries(amounts)) {
    row[name] = ((row[name] ?? 0n) as bigint) + delta;
  }
  const shares = { asBeaconer, asWitness };
  for (const name of SHARES) row[name] = shares[name].reduce(withShare, before[name]);
  draft.put(earningTable, key, row as unknown as EarningRow);
}
