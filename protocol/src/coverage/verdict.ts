/**
 * The verdict on a witness (protocol.md section 3): fourteen rules in order; the first that fails is
 * the reason. Pure: both the ledger and the conformance vectors hand in facts and get back the
 * verdict with the numbers that led to it, which the owner is shown.
 */
import { assert } from "../bytes/assert.ts";
import { mainParams, type Params } from "../params.ts";
import type { Address, Cell, DataRate, Db, Dbm, Hertz, Milliseconds } from "../units.ts";
import { cellGridDistance, PARENT_RESOLUTION, parentOf } from "./cells.ts";
import { distanceMillimeters } from "./distance.ts";
import { freeSpaceBoundMilliDbm, milliDb } from "./path-loss.ts";

/** Every reason, in the order in which they are found. */
export const verdictReasons = [
  "unknown-hotspot",
  "not-bonded",
  "not-located",
  "denied",
  "denied-edge",
  "self-witness",
  "duplicate",
  "expired",
  "too-late",
  "payload-mismatch",
  "frequency-mismatch",
  "datarate-mismatch",
  "region-mismatch",
  "too-far",
  "too-close",
  "rssi-above-bound",
  "no-reciprocity-witness",
  "no-reciprocity-beaconer",
] as const;
export type VerdictReason = (typeof verdictReasons)[number];

/** A hotspot as of the block that drew the challenge's target. */
export interface HotspotFacts {
  readonly address: Address;
  readonly known: boolean;
  /** Its bond is at least half. */
  readonly bonded: boolean;
  readonly located: boolean;
  /** Resolution 11 or finer. Only where `located` is false may it be absent. */
  readonly cell?: Cell;
  readonly gainDbi: Db;
  /** Absent where no region plan covers the cell: then it equals no other. */
  readonly region?: string;
}

/** What a challenge prescribes, or what a report says was heard. */
export interface Heard {
  /** SHA-256 of the payload, lower-case hex. */
  readonly payloadHash: string;
  readonly frequencyHz: Hertz;
  readonly dataRate: DataRate;
}

export type ReciprocityState = "met" | "grace" | "unmet";

export interface WitnessFacts {
  readonly challenger: { readonly address: Address };
  readonly beaconer: HotspotFacts;
  readonly witness: HotspotFacts;
  /** Of the region's beacons, conducted. */
  readonly txPowerDbm: Dbm;
  readonly derived: Heard;
  readonly report: Heard & { readonly rssiDbm: Dbm };
  /** When the challenger acknowledged the target's receipt. Absent: rule 6 is skipped. */
  readonly targetReceiptAtMs?: Milliseconds;
  /** When it acknowledged this report, or the time of the commitment's block. */
  readonly acknowledgedAtMs: Milliseconds;
  /** The challenge's timeout. */
  readonly deadlineMs: Milliseconds;
  /** Hotspots under an unexpired classification; others than these two do not matter. */
  readonly denied: readonly Address[];
  /** Pairs under one; the order within a pair does not matter. */
  readonly deniedEdges: readonly (readonly [Address, Address])[];
  /** A report of this witness for this challenge came before. */
  readonly alreadyReported: boolean;
  readonly reciprocity: {
    /** The witness has had a beacon with a witness. */
    readonly witness: ReciprocityState;
    /** The beaconer has witnessed. */
    readonly beaconer: ReciprocityState;
  };
}

/** What rules 11 to 13 compare, wherever both hotspots are known and located. */
export interface VerdictNumbers {
  /** Great-circle distance, whole metres, floored. */
  readonly distanceMeters?: number;
  /** Grid distance of the res-11 parents; absent where H3 cannot tell. */
  readonly distanceCells?: number;
  /** Free-space bound, thousandths of a dB; absent at distance 0. */
  readonly boundDbm?: number;
}

export type Verdict = VerdictNumbers &
  (
    | { readonly verdict: "valid"; readonly held: boolean }
    | { readonly verdict: "invalid"; readonly reason: VerdictReason; readonly held: false }
  );

/** What the rules take from the parameters. */
export type VerdictLimits = Pick<
  Params,
  | "witnessLagMs"
  | "frequencyToleranceHz"
  | "witnessDistanceMaxKm"
  | "witnessCellsMin"
  | "witnessMetersMin"
>;

const MM_PER_METER = 1000;
const MM_PER_KM = 1_000_000;

/**
 * Judges one report by rules 1 to 14. `held`: the units wait until the witness first meets
 * reciprocity without grace.
 */
export function judgeWitness(facts: WitnessFacts, limits: VerdictLimits = mainParams): Verdict {
  const path = pathOf(facts);
  const numbers = numbersOf(path);
  const reason =
    standing(facts) ??
    timing(facts, limits) ??
    content(facts, limits) ??
    geometry({ facts, path, limits }) ??
    reciprocity(facts);
  return reason === undefined
    ? { verdict: "valid", held: facts.reciprocity.witness === "grace", ...numbers }
    : { verdict: "invalid", reason, held: false, ...numbers };
}

/** Rules 1 to 4. */
function standing(facts: WitnessFacts): VerdictReason | undefined {
  const { beaconer, witness, challenger } = facts;
  if (!beaconer.known || !witness.known) return "unknown-hotspot";
  if (!beaconer.bonded || !witness.bonded) return "not-bonded";
  if (!beaconer.located || !witness.located) return "not-located";
  if (facts.denied.includes(beaconer.address) || facts.denied.includes(witness.address)) {
    return "denied";
  }
  if (facts.deniedEdges.some((edge) => joins(edge, beaconer.address, witness.address))) {
    return "denied-edge";
  }
  if (witness.address === beaconer.address) return "self-witness";
  if (witness.address === challenger.address) return "self-witness";
  if (facts.alreadyReported) return "duplicate";
  return undefined;
}

function joins(edge: readonly [Address, Address], a: Address, b: Address): boolean {
  return (edge[0] === a && edge[1] === b) || (edge[0] === b && edge[1] === a);
}

/** Rules 5 and 6. */
function timing(facts: WitnessFacts, limits: VerdictLimits): VerdictReason | undefined {
  const { acknowledgedAtMs, targetReceiptAtMs } = facts;
  if (acknowledgedAtMs > facts.deadlineMs) return "expired";
  if (targetReceiptAtMs === undefined) return undefined;
  return acknowledgedAtMs - targetReceiptAtMs > limits.witnessLagMs ? "too-late" : undefined;
}

/** Rules 7 to 10. */
function content(facts: WitnessFacts, limits: VerdictLimits): VerdictReason | undefined {
  const { derived, report, beaconer, witness } = facts;
  if (report.payloadHash !== derived.payloadHash) return "payload-mismatch";
  const offsetHz = Math.abs(report.frequencyHz - derived.frequencyHz);
  if (offsetHz > limits.frequencyToleranceHz) return "frequency-mismatch";
  if (report.dataRate !== derived.dataRate) return "datarate-mismatch";
  const sameRegion = witness.region !== undefined && witness.region === beaconer.region;
  return sameRegion ? undefined : "region-mismatch";
}

/** Rules 11 to 13. */
function geometry(input: {
  facts: WitnessFacts;
  path: Path | undefined;
  limits: VerdictLimits;
}): VerdictReason | undefined {
  const { facts, path, limits } = input;
  assert(path !== undefined, "a located hotspot has a cell");
  const distance = judgeDistance(path, limits);
  if (distance !== "ok") return distance;
  // Hotspots of rule 12 are apart, so there is a bound.
  const bound = path.boundMilliDbm as number;
  return milliDb(facts.report.rssiDbm) > bound ? "rssi-above-bound" : undefined;
}

/** Rule 14. */
function reciprocity(facts: WitnessFacts): VerdictReason | undefined {
  if (facts.reciprocity.witness === "unmet") return "no-reciprocity-witness";
  return facts.reciprocity.beaconer === "unmet" ? "no-reciprocity-beaconer" : undefined;
}

/** Rules 11 and 12 alone: whether two cells are far enough, and near enough, to witness. */
export function witnessDistance(
  cells: { beaconer: Cell; witness: Cell },
  limits: VerdictLimits = mainParams,
): { verdict: "ok" | "too-close" | "too-far"; distanceMeters: number; distanceCells?: number } {
  const separation = separationOf(cells);
  const { distanceCells } = separation;
  return {
    verdict: judgeDistance(separation, limits),
    distanceMeters: Math.floor(separation.distanceMm / MM_PER_METER),
    ...(distanceCells === undefined ? {} : { distanceCells }),
  };
}

function judgeDistance(
  separation: Separation,
  limits: VerdictLimits,
): "ok" | "too-close" | "too-far" {
  const { distanceMm, distanceCells } = separation;
  if (Math.floor(distanceMm / MM_PER_KM) > limits.witnessDistanceMaxKm) return "too-far";
  if (distanceCells === undefined) {
    return distanceMm >= limits.witnessMetersMin * MM_PER_METER ? "ok" : "too-close";
  }
  return distanceCells >= limits.witnessCellsMin ? "ok" : "too-close";
}

interface Separation {
  readonly distanceMm: number;
  readonly distanceCells: number | undefined;
}
interface Path extends Separation {
  readonly boundMilliDbm: number | undefined;
}

function separationOf(cells: { beaconer: Cell; witness: Cell }): Separation {
  const { beaconer, witness } = cells;
  return {
    distanceMm: distanceMillimeters(beaconer, witness),
    distanceCells: cellGridDistance(
      parentOf(beaconer, PARENT_RESOLUTION),
      parentOf(witness, PARENT_RESOLUTION),
    ),
  };
}

function pathOf(facts: WitnessFacts): Path | undefined {
  const { beaconer, witness } = facts;
  if (!beaconer.known || !witness.known || !beaconer.located || !witness.located) return undefined;
  if (beaconer.cell === undefined || witness.cell === undefined) return undefined;
  const separation = separationOf({ beaconer: beaconer.cell, witness: witness.cell });
  const boundMilliDbm =
    separation.distanceMm === 0
      ? undefined
      : freeSpaceBoundMilliDbm({
          txPowerDbm: facts.txPowerDbm,
          txGainDbi: beaconer.gainDbi,
          rxGainDbi: witness.gainDbi,
          frequencyHz: facts.derived.frequencyHz,
          distanceMillimeters: separation.distanceMm,
        });
  return { ...separation, boundMilliDbm };
}

function numbersOf(path: Path | undefined): VerdictNumbers {
  if (path === undefined) return {};
  const { distanceCells, boundMilliDbm } = path;
  return {
    distanceMeters: Math.floor(path.distanceMm / MM_PER_METER),
    ...(distanceCells === undefined ? {} : { distanceCells }),
    ...(boundMilliDbm === undefined ? {} : { boundDbm: boundMilliDbm / 1000 }),
  };
}
