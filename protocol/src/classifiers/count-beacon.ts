/**
 * The bounded row of one beaconer, kept as its challenges settle. Counts are halved with each window
 * that passes, when next touched: `hearingAt` gives what they are at any time.
 */
import { compareAddresses } from "../identity/address.ts";
import type { Address } from "../units.ts";
import { EDGES_MAX, type EdgeCounts, type Hearing } from "./classification.ts";
import { EDGE_COUNT_MAX } from "./thresholds.ts";

/** A report that passes rules 1 to 13, or passes 1 to 12 and fails 13. */
export interface CountedReport {
  readonly witness: Address;
  readonly outcome: "heard" | "above";
  /** Whole dBm, rounded half away from zero. */
  readonly rssiDbm: number;
  /** Absent where not both chips have fine time. */
  readonly flight?: "good" | "bad";
}

/** Windows after which nothing of an 8-bit count is left. */
const HALVINGS_MAX = 8;

/** Whole dBm, rounded half away from zero, of a power in tenths or finer. */
export function wholeDbm(power: number): number {
  const size = Math.round(Math.abs(power));
  return power < 0 ? -size : size;
}

/** The row as it counts in `window`: halved for each window since its own. Floors all counts. */
export function hearingAt(hearing: Hearing, window: number): Hearing {
  const halvings = Math.min(HALVINGS_MAX, Math.max(0, window - hearing.window));
  if (halvings === 0) return hearing;
  const edges = hearing.edges.map((edge) => halved(edge, halvings)).filter(says);
  return { window, beacons: hearing.beacons >> halvings, edges };
}

/**
 * Counts one settled challenge that had its target's receipt and at least one report that passes
 * rules 1 to 13. Each of `nearest` (NearbyIndex, around the beaconer) and each known, active edge was
 * tried; those that reported heard. Order of `nearest` and `reports` does not matter; one report for
 * each witness (else a bug of the caller: later ones are dropped).
 */
export function countBeacon(input: {
  before: Hearing | undefined;
  window: number;
  nearest: readonly Address[];
  isActive: (address: Address) => boolean;
  reports: readonly CountedReport[];
}): Hearing {
  const { window, isActive } = input;
  const before = input.before === undefined ? undefined : hearingAt(input.before, window);
  const near = new Set(input.nearest);
  const reports = new Map<Address, CountedReport>();
  for (const report of input.reports) {
    if (!reports.has(report.witness)) reports.set(report.witness, report);
  }
  const edges = new Map<Address, EdgeCounts>();
  for (const edge of before?.edges ?? []) edges.set(edge.witness, edge);
  for (const witness of [...near, ...reports.keys()]) {
    if (!edges.has(witness)) edges.set(witness, emptyEdge(witness));
  }
  for (const [witness, edge] of edges) {
    const report = reports.get(witness);
    if (report === undefined && !isActive(witness)) continue;
    edges.set(witness, counted(edge, { near: near.has(witness), report }));
  }
  return {
    window,
    beacons: Math.min(EDGE_COUNT_MAX, (before?.beacons ?? 0) + 1),
    edges: kept([...edges.values()]).sort((a, b) => compareAddresses(a.witness, b.witness)),
  };
}

function emptyEdge(witness: Address): EdgeCounts {
  return {
    witness,
    near: false,
    tried: 0,
    heard: 0,
    rssiDbmSum: 0,
    above: 0,
    flightGood: 0,
    flightBad: 0,
  };
}

function counted(
  edge: EdgeCounts,
  event: { near: boolean; report: CountedReport | undefined },
): EdgeCounts {
  const { near, report } = event;
  // A full edge is halved, not stopped: its shares stay those of its last beacons.
  const base = edge.tried < EDGE_COUNT_MAX ? edge : halved(edge, 1);
  const heard = report?.outcome === "heard" ? 1 : 0;
  return {
    witness: edge.witness,
    near,
    tried: base.tried + 1,
    heard: base.heard + heard,
    rssiDbmSum: base.rssiDbmSum + (heard === 1 ? (report?.rssiDbm ?? 0) : 0),
    above: base.above + (report?.outcome === "above" ? 1 : 0),
    flightGood: base.flightGood + (report?.flight === "good" ? 1 : 0),
    flightBad: base.flightBad + (report?.flight === "bad" ? 1 : 0),
  };
}

function halved(edge: EdgeCounts, halvings: number): EdgeCounts {
  const heard = edge.heard >> halvings;
  return {
    witness: edge.witness,
    near: edge.near,
    tried: edge.tried >> halvings,
    heard,
    // The mean stays; toward zero, so at most a part of a dB louder.
    rssiDbmSum: edge.heard === 0 ? 0 : Math.trunc((edge.rssiDbmSum * heard) / edge.heard),
    above: edge.above >> halvings,
    flightGood: edge.flightGood >> halvings,
    flightBad: edge.flightBad >> halvings,
  };
}

function says(edge: EdgeCounts): boolean {
  return edge.tried > 0 || edge.heard > 0 || edge.above > 0;
}

/**
 * At most EDGES_MAX edges. Neighbours stay (their silence is what says most), then whoever was heard
 * most, then tried most; key bytes decide the rest.
 */
function kept(edges: readonly EdgeCounts[]): EdgeCounts[] {
  if (edges.length <= EDGES_MAX) return [...edges];
  return [...edges].sort(byWorth).slice(0, EDGES_MAX);
}

function byWorth(a: EdgeCounts, b: EdgeCounts): number {
  return (
    Number(b.near) - Number(a.near) ||
    b.heard + b.above - (a.heard + a.above) ||
    b.tried - a.tried ||
    compareAddresses(a.witness, b.witness)
  );
}
