/** add-hotspot: owner, hotspot and payer sign; the payer's bond is worth 40 USD at the oracle price. */
import {
  type AddHotspot,
  addressBytes,
  type Db,
  isRegistrableKey,
  type Milliseconds,
  type Motes,
  motesForDc,
  publicKeyOf,
} from "@katydid/protocol";
import type { Draft } from "../draft.ts";
import { debit } from "../money.ts";
import type { HotspotRow } from "../rows.ts";
import { hotspotTable } from "../tables.ts";
import { type Rule, refuse } from "./ruling.ts";

export const addHotspot: Rule<AddHotspot> = (draft, body) => {
  const { hotspot } = body;
  if (draft.hotspot(hotspot) !== undefined) return refuse({ reason: "hotspot-known", hotspot });
  if (!isRegistrableKey(publicKeyOf(hotspot))) {
    return refuse({ reason: "key-not-registrable", key: hotspot });
  }
  return {
    apply: () => {
      const dc = draft.context.params.bondDc;
      const { priceMicroUsd } = draft.chain;
      const bond = motesForDc({ dc, priceMicroUsd, rounding: "up" });
      const refusal = debit(draft, { address: body.actor, motes: bond });
      if (refusal !== undefined) return refusal;
      draft.adjustSupply({ bonds: bond });
      draft.put(hotspotTable, addressBytes(hotspot), newHotspot(draft, body, bond));
      draft.updateChain({ hotspots: draft.chain.hotspots + 1 });
      draft.touch(hotspot);
      return undefined;
    },
  };
};

function newHotspot(draft: Draft, body: AddHotspot, bond: Motes): HotspotRow {
  const none = 0n as Motes;
  return {
    owner: body.owner,
    bondPayer: body.actor,
    bond,
    bondFull: bond,
    addedAt: draft.now,
    cell: undefined,
    gainDbi: 0 as Db,
    elevationMeters: 0,
    locatedAt: undefined,
    freeAssertAt: undefined,
    presenceAt: undefined,
    lastActiveAt: draft.now,
    silencedUntil: 0 as Milliseconds,
    leftAt: undefined,
    beaconedAt: [],
    witnessedAt: [],
    firstBeaconedAt: undefined,
    firstWitnessedAt: undefined,
    past: [],
    graceWitness: none,
    graceBeaconer: none,
    earnedData: none,
    earnedCoverage: none,
    held: none,
  };
}
