/** What a challenge prescribes, who is judged by which facts, and who is selected. */
import {
  type Address,
  type Bytes32,
  beaconOf,
  beaconPayload,
  type Cell,
  type ChallengeId,
  type Db,
  type Dbm,
  type Heard,
  type HotspotFacts,
  judgeWitness,
  milliseconds,
  paramsByName,
  payloadHash,
  regionOf,
  regionPlan,
  selectWitnesses,
  toHex,
  type Verdict,
  type WitnessFacts,
  witnessDistance,
} from "@katydid/protocol";
import { isDeniedAt, isEdgeDeniedAt } from "./classifications.ts";
import { chainOf, hotspotOf } from "./draft.ts";
import { factsAt, reciprocityAt } from "./hotspots.ts";
import { challengeKey } from "./keys.ts";
import type { ChallengeRow, DrawnTarget, ReceivedReport, Reveal } from "./rows.ts";
import { challengeTable } from "./tables.ts";
import type { View } from "./view.ts";

/** A challenge whose target is drawn. */
export type Targeted = ChallengeRow & { readonly drawn: DrawnTarget };
/** One that is revealed too. */
export type Revealed = Targeted & { readonly reveal: Reveal };

export function challengeOfId(view: View, id: ChallengeId): ChallengeRow | undefined {
  return view.get(challengeTable, challengeKey(id));
}

export function isTargeted(row: ChallengeRow): row is Targeted {
  return row.drawn !== undefined;
}
export function isRevealed(row: ChallengeRow): row is Revealed {
  return row.drawn !== undefined && row.reveal !== undefined;
}

/** What the target had to transmit. */
export interface Beacon {
  readonly payloadHash: Bytes32;
  readonly heard: Heard;
  readonly powerDbm: Dbm;
}

export function beaconOfChallenge(view: View, row: Targeted, secret: Bytes32): Beacon {
  const { target, targetEntropy, at } = row.drawn;
  const payload = beaconPayload({ secret, targetEntropy, target });
  const hash = payloadHash(payload);
  const cell = cellAt(view, { hotspot: target, at });
  const region = cell === undefined ? undefined : regionOf(cell);
  if (region === undefined) throw new Error(`a target has a region: ${target}`);
  const plan = beaconOf({ payload, plan: regionPlan(region) });
  const heard = {
    payloadHash: toHex(hash),
    frequencyHz: plan.frequencyHz,
    dataRate: plan.dataRate,
  };
  return { payloadHash: hash, heard, powerDbm: plan.powerDbm };
}

interface Moment {
  readonly hotspot: Address;
  /** Protocol time of the block that drew the target. */
  readonly at: DrawnTarget["at"];
}

function cellAt(view: View, { hotspot, at }: Moment): Cell | undefined {
  const row = hotspotOf(view, hotspot);
  return row === undefined ? undefined : factsAt(row, at).cell;
}

function hotspotFacts(view: View, { hotspot, at }: Moment): HotspotFacts {
  const row = hotspotOf(view, hotspot);
  // One that was added after the target was drawn was not known then.
  if (row === undefined || row.addedAt >= at) {
    return { address: hotspot, known: false, bonded: false, located: false, gainDbi: 0 as Db };
  }
  const { bonded, cell, gainDbi } = factsAt(row, at);
  const base = { address: hotspot, known: true, bonded, gainDbi };
  if (cell === undefined) return { ...base, located: false };
  const region = regionOf(cell);
  return { ...base, located: true, cell, ...(region !== undefined && { region }) };
}

/** What a judgement needs beside the report. */
export interface Case {
  readonly row: Targeted;
  readonly beacon: Beacon;
  /** Block time less protocol time: host times against the deadline. */
  readonly offsetMs: number;
  /** The challenger's host time of the target's receipt; undefined: rule 6 is skipped. */
  readonly receiptAt: ReceivedReport["acknowledgedAt"] | undefined;
}

export function caseOf(view: View, row: Revealed): Case {
  return {
    row,
    beacon: beaconOfChallenge(view, row, row.reveal.secret),
    offsetMs: row.reveal.offsetMs,
    receiptAt: row.reveal.receipt?.acknowledgedAt,
  };
}

/** Judges one report by the facts of the block that drew the target. */
export function judgeReport(view: View, facts: Case, report: ReceivedReport): Verdict {
  const { row, beacon, offsetMs, receiptAt } = facts;
  const { target, at, deadlineAt } = row.drawn;
  const skipsLag = report.committed || receiptAt === undefined;
  const input: WitnessFacts = {
    challenger: { address: row.challenger },
    beaconer: hotspotFacts(view, { hotspot: target, at }),
    witness: hotspotFacts(view, { hotspot: report.witness, at }),
    txPowerDbm: beacon.powerDbm,
    derived: beacon.heard,
    report: { ...report, payloadHash: toHex(report.payloadHash) },
    ...(!skipsLag && { targetReceiptAtMs: receiptAt }),
    acknowledgedAtMs: report.acknowledgedAt,
    deadlineMs: milliseconds(deadlineAt + offsetMs),
    ...deniedOf(view, { target, witness: report.witness, at }),
    alreadyReported: false,
    reciprocity: reciprocityOf(view, { target, witness: report.witness, drawn: row.drawn }),
  };
  return judgeWitness(input, paramsByName(chainOf(view).params));
}

/** Classifications that matter to this pair (rule 2). */
function deniedOf(
  view: View,
  { target, witness, at }: { target: Address; witness: Address; at: DrawnTarget["at"] },
): Pick<WitnessFacts, "denied" | "deniedEdges"> {
  const pair = [target, witness] as const;
  return {
    denied: pair.filter((hotspot) => isDeniedAt(view, hotspot, at)),
    deniedEdges: isEdgeDeniedAt(view, { pair, at }) ? [pair] : [],
  };
}

function reciprocityOf(
  view: View,
  input: { target: Address; witness: Address; drawn: DrawnTarget },
): WitnessFacts["reciprocity"] {
  const { at, reciprocityWindowMs: windowMs } = input.drawn;
  const witness = hotspotOf(view, input.witness);
  const beaconer = hotspotOf(view, input.target);
  return {
    witness: reciprocityAt({
      stamps: witness?.beaconedAt ?? [],
      firstAt: witness?.firstBeaconedAt,
      at,
      windowMs,
    }),
    beaconer: reciprocityAt({
      stamps: beaconer?.witnessedAt ?? [],
      firstAt: beaconer?.firstWitnessedAt,
      at,
      windowMs,
    }),
  };
}

/** Rules 1 to 13 hold; rule 14 may not. */
export function passesRadio(verdict: Verdict): boolean {
  if (verdict.verdict === "valid") return true;
  const { reason } = verdict;
  return reason === "no-reciprocity-witness" || reason === "no-reciprocity-beaconer";
}

export interface Judged {
  readonly report: ReceivedReport;
  readonly witness: Address;
  readonly verdict: Verdict;
}
export interface Judgement {
  /** In the order of witnesses' key bytes. */
  readonly judged: readonly Judged[];
  /** Those that are paid, at most `selectedMax`. */
  readonly selected: readonly Judged[];
}

/** Verdicts on all that was reported so far. Without a target's receipt nobody is selected. */
export function judge(view: View, row: Revealed): Judgement {
  const facts = caseOf(view, row);
  const judged = row.reveal.reports.map((report) => ({
    report,
    witness: report.witness,
    verdict: judgeReport(view, facts, report),
  }));
  if (row.reveal.receipt === undefined) return { judged, selected: [] };
  const { at } = row.drawn;
  const valid = judged.filter(({ verdict }) => verdict.verdict === "valid");
  const limits = paramsByName(chainOf(view).params);
  const selected = selectWitnesses({
    secret: row.reveal.secret,
    targetEntropy: row.drawn.targetEntropy,
    reports: valid,
    max: limits.selectedMax,
    spacing: { cellOf: (witness) => locatedAt(view, { hotspot: witness, at }), limits },
  });
  return { judged, selected };
}

/** Whether a valid witness stands too close, by rule 12, to one of the selected. */
export function standsBeside(
  view: View,
  input: { row: Targeted; one: Judged; selected: readonly Judged[] },
): boolean {
  const { at } = input.row.drawn;
  const limits = paramsByName(chainOf(view).params);
  const witness = locatedAt(view, { hotspot: input.one.witness, at });
  return input.selected.some(({ witness: hotspot }) => {
    const cells = { beaconer: locatedAt(view, { hotspot, at }), witness };
    return witnessDistance(cells, limits).verdict === "too-close";
  });
}

/** Of a witness whose report is valid, so that it was located. */
function locatedAt(view: View, moment: Moment): Cell {
  const cell = cellAt(view, moment);
  if (cell === undefined) throw new Error(`a valid witness has a cell: ${moment.hotspot}`);
  return cell;
}

/** Whether a hotspot was in grace as beaconer when the target was drawn. */
export function beaconerInGrace(view: View, { drawn }: Targeted): boolean {
  const row = hotspotOf(view, drawn.target);
  return row?.firstWitnessedAt === undefined || row.firstWitnessedAt > drawn.at;
}

/** What a listener for reports of a payload follows. */
export function payloadSubject(hash: Bytes32): string {
  return `payload:${toHex(hash).slice(0, 16)}`;
}

export function sameChallenge(a: ChallengeId, b: ChallengeId): boolean {
  return a.slot === b.slot && a.index === b.index;
}
