/**
 * What classifications burn: held coverage pay from the edges that they rest on, and nothing else.
 * Of a denied hotspot, its challenger pay too: a place that is not believed draws no lots. What its
 * neighbours earned from it is theirs.
 */
import { strict as assert } from "node:assert";
import { type Address, addressBytes, type ClassifierName, type Motes } from "@katydid/protocol";
import type { RewardView } from "../../client/client.ts";
import { classificationTable, deniedEdgeTable } from "../classifier-tables.ts";
import type { Draft } from "../draft.ts";
import {
  classificationOf,
  epochOfGraceKey,
  type GraceKind,
  gracePrefix,
  holdbackKey,
  holdbackOf,
  pairOf,
} from "../keys.ts";
import { GRACE_EPOCHS_MAX } from "../limits.ts";
import { lesser } from "../money.ts";
import type { EarningRow, HoldbackRow } from "../rows.ts";
import { splitShares, sumOfShares } from "../shares.ts";
import { earningTable, graceTable, holdbackTable } from "../tables.ts";
import type { FoundEdge, FoundHotspot } from "./classify.ts";

/** What is burned of one hotspot. */
interface Charge {
  readonly partners: ReadonlySet<Address>;
  readonly challenger: boolean;
  readonly reason: ClassifierName;
  /** Of an edge; absent: of the hotspot's own classification. */
  readonly edge?: FoundEdge;
}
type Charges = ReadonlyMap<Address, readonly Charge[]>;

const graceKinds = ["beaconer", "witness"] as const satisfies readonly GraceKind[];

export interface Burned {
  readonly hotspots: ReadonlyMap<Address, bigint>;
  readonly edges: ReadonlyMap<FoundEdge, bigint>;
}

// ---- Held pay --------------------------------------------------------------------------------

/** Burns what is held, in holdback and in grace. What both accuse goes to the hotspot's account. */
export function burnHeld(
  draft: Draft,
  found: { hotspots: readonly FoundHotspot[]; edges: readonly FoundEdge[] },
): Burned {
  const hotspots = new Map<Address, bigint>();
  const edges = new Map<FoundEdge, bigint>();
  // All is read before anything is written: ranges over changed tables sort the changes anew.
  const epochs = heldEpochs(draft);
  const accused = [...chargesOf(found)]
    .filter(([hotspot]) => (draft.hotspot(hotspot)?.held ?? 0n) > 0n)
    .map(([hotspot, charges]) => ({ hotspot, charges, grace: graceOf(draft, hotspot) }));
  for (const { hotspot, charges, grace } of accused) {
    for (const [{ edge }, motes] of burnCharges(draft, { hotspot, charges, epochs, grace })) {
      if (edge === undefined) hotspots.set(hotspot, motes);
      else edges.set(edge, (edges.get(edge) ?? 0n) + motes);
    }
  }
  return { hotspots, edges };
}

/** Epochs of which pay is still in its holdback: they follow one another. */
function heldEpochs(draft: Draft): readonly number[] {
  for (const [key] of draft.range(holdbackTable, { limit: 1 })) {
    const first = holdbackOf(key).epoch;
    return Array.from({ length: draft.chain.epoch - first }, (_, at) => first + at);
  }
  return [];
}

/** Keys of what waits in grace. */
type Grace = readonly { readonly kind: GraceKind; readonly key: Uint8Array }[];

function graceOf(draft: Draft, hotspot: Address): Grace {
  return graceKinds.flatMap((kind) => {
    const bounds = { prefix: gracePrefix(hotspot, kind), limit: GRACE_EPOCHS_MAX };
    return [...draft.range(graceTable, bounds)].map(([key]) => ({ kind, key }));
  });
}

function chargesOf(found: {
  hotspots: readonly FoundHotspot[];
  edges: readonly FoundEdge[];
}): Charges {
  const charges = new Map<Address, Charge[]>();
  const add = (hotspot: Address, charge: Charge) => {
    charges.set(hotspot, [...(charges.get(hotspot) ?? []), charge]);
  };
  for (const { hotspot, kind, evidence, classifier } of found.hotspots) {
    if (kind !== "denial") continue;
    add(hotspot, { partners: new Set(evidence), challenger: true, reason: classifier });
  }
  for (const edge of found.edges) {
    const [a, b] = edge.pair;
    const { classifier: reason } = edge;
    add(a, { partners: new Set([b]), challenger: false, reason, edge });
    add(b, { partners: new Set([a]), challenger: false, reason, edge });
  }
  return charges;
}

/** By charge: one way through what is held, the charges one after the other on each row. */
function burnCharges(
  draft: Draft,
  input: {
    hotspot: Address;
    charges: readonly Charge[];
    epochs: readonly number[];
    grace: Grace;
  },
): ReadonlyMap<Charge, bigint> {
  const { hotspot, charges, epochs, grace } = input;
  const burned = new Map<Charge, bigint>();
  const book = (charge: Charge, motes: bigint) => {
    if (motes > 0n) burned.set(charge, (burned.get(charge) ?? 0n) + motes);
  };
  for (const epoch of epochs) {
    for (const charge of charges) book(charge, burnHoldback(draft, { hotspot, epoch, charge }));
  }
  for (const { kind, key } of grace) {
    for (const charge of charges) book(charge, burnGrace(draft, { hotspot, kind, key, charge }));
  }
  const sum = [...burned.values()].reduce((all, motes) => all + motes, 0n);
  if (sum === 0n) return burned;
  const held = (draft.hotspot(hotspot)?.held ?? 0n) - sum;
  assert(held >= 0n, `no more is burned than is held of ${hotspot}`);
  draft.updateHotspot(hotspot, { held: held as Motes });
  draft.adjustSupply({ held: -sum, burned: sum });
  draft.touch(hotspot);
  return burned;
}

/** Returns the motes. */
function burnHoldback(
  draft: Draft,
  input: { hotspot: Address; epoch: number; charge: Charge },
): bigint {
  const { hotspot, epoch, charge } = input;
  const key = holdbackKey({ epoch, hotspot });
  const row = draft.get(holdbackTable, key);
  if (row === undefined) return 0n;
  const { left, burned } = splitRow(row, charge);
  const sum = burned.challenger + burned.beaconer + burned.witness;
  if (sum === 0n) return 0n;
  const isEmpty = left.challenger + left.beaconer + left.witness === 0n;
  draft.put(holdbackTable, key, isEmpty ? undefined : left);
  for (const kind of ["challenger", "beaconer", "witness"] as const) {
    tell(draft, { hotspot, epoch, kind, motes: burned[kind], reason: charge.reason });
  }
  return sum;
}

type Pay = Record<"challenger" | "beaconer" | "witness", bigint>;

function splitRow(row: HoldbackRow, charge: Charge): { left: HoldbackRow; burned: Pay } {
  const asBeaconer = splitShares(row.asBeaconer, charge.partners);
  const asWitness = splitShares(row.asWitness, charge.partners);
  const burned = {
    challenger: charge.challenger ? row.challenger : 0n,
    beaconer: sumOfShares(asBeaconer.taken),
    witness: sumOfShares(asWitness.taken),
  };
  const beaconer = (row.beaconer - burned.beaconer) as Motes;
  const witness = (row.witness - burned.witness) as Motes;
  const left: HoldbackRow = {
    releaseAt: row.releaseAt,
    challenger: (row.challenger - burned.challenger) as Motes,
    beaconer,
    witness,
    // In grace is all of a kind's pay, or its share no longer matters (steps/holdbacks.ts).
    graceBeaconer: lesser(row.graceBeaconer, beaconer) as Motes,
    graceWitness: lesser(row.graceWitness, witness) as Motes,
    asBeaconer: asBeaconer.kept,
    asWitness: asWitness.kept,
  };
  return { left, burned };
}

/** Returns the motes. */
function burnGrace(
  draft: Draft,
  input: { hotspot: Address; kind: GraceKind; key: Uint8Array; charge: Charge },
): bigint {
  const { hotspot, kind, key, charge } = input;
  const waiting = draft.get(graceTable, key);
  const row = draft.hotspot(hotspot);
  if (waiting === undefined || row === undefined) return 0n;
  const { kept, taken } = splitShares(waiting.partners, charge.partners);
  const burned = sumOfShares(taken);
  if (burned === 0n) return 0n;
  const motes = (waiting.motes - burned) as Motes;
  draft.put(graceTable, key, motes === 0n ? undefined : { motes, partners: kept });
  const field = kind === "beaconer" ? "graceBeaconer" : "graceWitness";
  draft.updateHotspot(hotspot, { [field]: (row[field] - burned) as Motes });
  const epoch = epochOfGraceKey(key);
  tell(draft, { hotspot, epoch, kind, motes: burned, reason: charge.reason });
  return burned;
}

function tell(
  draft: Draft,
  burned: Pick<RewardView, "epoch" | "kind"> & {
    hotspot: Address;
    motes: bigint;
    reason: ClassifierName;
  },
): void {
  const { hotspot, motes, epoch, kind, reason } = burned;
  const owner = draft.hotspot(hotspot)?.owner;
  if (motes === 0n || owner === undefined) return;
  const view = { epoch, kind, motes: motes as Motes, state: "burned", reason } as const;
  draft.rewards.push({ hotspot, owner, view });
}

// ---- The open epoch --------------------------------------------------------------------------

/**
 * Takes what stands accused out of the open epoch's units before it is paid, so that challenges which
 * were drawn before a classification and settled after it are not paid for either. Others share the
 * bucket: nothing was minted for these units, and nothing burns.
 */
export function stripEarnings(draft: Draft): void {
  const accused = accusedOf(draft);
  for (const [hotspot, { partners, challenger }] of accused) {
    const key = addressBytes(hotspot);
    const row = draft.get(earningTable, key);
    if (row !== undefined) draft.put(earningTable, key, stripped(row, { partners, challenger }));
  }
}

interface Accused {
  readonly partners: Set<Address>;
  challenger: boolean;
}

/** By what stands now. */
function accusedOf(draft: Draft): ReadonlyMap<Address, Accused> {
  const accused = new Map<Address, Accused>();
  const of = (hotspot: Address): Accused => {
    const known = accused.get(hotspot) ?? { partners: new Set(), challenger: false };
    accused.set(hotspot, known);
    return known;
  };
  for (const [key, { until, evidence }] of draft.range(classificationTable)) {
    const { hotspot, kind } = classificationOf(key);
    if (kind !== "denial" || until < draft.now) continue;
    const own = of(hotspot);
    own.challenger = true;
    for (const partner of evidence) own.partners.add(partner);
  }
  for (const [key, { until }] of draft.range(deniedEdgeTable)) {
    if (until < draft.now) continue;
    const [a, b] = pairOf(key);
    of(a).partners.add(b);
    of(b).partners.add(a);
  }
  return accused;
}

function stripped(row: EarningRow, { partners, challenger }: Accused): EarningRow {
  const asBeaconer = splitShares(row.asBeaconer, partners);
  const asWitness = splitShares(row.asWitness, partners);
  const beaconerUnits = row.beaconerUnits - sumOfShares(asBeaconer.taken);
  const witnessUnits = row.witnessUnits - sumOfShares(asWitness.taken);
  return {
    ...row,
    challengerUnits: challenger ? 0n : row.challengerUnits,
    beaconerUnits,
    witnessUnits,
    graceBeaconerUnits: lesser(row.graceBeaconerUnits, beaconerUnits),
    graceWitnessUnits: lesser(row.graceWitnessUnits, witnessUnits),
    asBeaconer: asBeaconer.kept,
    asWitness: asWitness.kept,
  };
}
