/**
 * What public classifiers read and what they find (protocol.md section 6). Pure integers: every
 * replica computes the same from the same state. How rows become bytes: ledger/src/transition.
 */
import type { Address, Cell, Dc, Milliseconds } from "../units.ts";

export const classifierNames = [
  /** A group that witnesses almost only itself amid neighbours that should hear it. */
  "closed-cluster",
  /** Hears what nobody beside it hears and nobody there hears of it. */
  "unbacked-hearing",
  /** Signal that does not fall with distance. */
  "flat-signal",
  /** Pairs that physics forbids: stronger than free space, or a time of flight of another distance. */
  "impossible-pair",
  /** Radios that hear the same strangers with the same signal. */
  "attached-stack",
  /** Traffic that its router buys from hardly anybody else. Denies and burns nothing: a mark. */
  "self-dealing",
] as const;
export type ClassifierName = (typeof classifierNames)[number];

/** Whether its findings deny a hotspot (rule 2), or are a mark that is shown. */
export function deniesHotspot(classifier: ClassifierName): boolean {
  return classifier !== "self-dealing";
}

/** Counters of one ordered edge, beaconer to witness. Small whole numbers; halved with the window. */
export interface EdgeCounts {
  readonly witness: Address;
  /** It was one of the beaconer's nearest when it was last tried. */
  readonly near: boolean;
  /** Beacons that somebody heard, while this witness was active. */
  readonly tried: number;
  /** Of these: its reports that pass rules 1 to 13. */
  readonly heard: number;
  /** Sum of the heard reports' signal, whole dBm (each rounded half away from zero). */
  readonly rssiDbmSum: number;
  /** Reports that pass rules 1 to 12 and fail 13. */
  readonly above: number;
  /** Reports whose time of flight, where both chips have one, agrees with the claimed distance. */
  readonly flightGood: number;
  readonly flightBad: number;
}

/** All that is kept of one beaconer: one row of the state. */
export interface Hearing {
  /** Number of the window (protocol time / window) that the counts are of; older ones are halved. */
  readonly window: number;
  /** Beacons with a receipt that somebody heard by rules 1 to 13. */
  readonly beacons: number;
  /** Sorted by the witness's key bytes; at most EDGES_MAX. */
  readonly edges: readonly EdgeCounts[];
}

/** Of one router: what it paid for, by hotspot, as its channels settled. One row of the state. */
export interface Traffic {
  readonly window: number;
  readonly totalDc: Dc;
  /** The hotspots that it paid most, sorted by key bytes; at most TRAFFIC_MAX. */
  readonly paid: readonly { readonly hotspot: Address; readonly dc: Dc }[];
}

/** An active, located hotspot, as classifiers see it. */
export interface ClassifiedHotspot {
  readonly address: Address;
  /** Resolution 12. */
  readonly cell: Cell;
  /** Protocol time since when it claims this cell. */
  readonly locatedAt: Milliseconds;
}

export type Finding =
  | {
      readonly kind: "hotspot";
      readonly hotspot: Address;
      readonly classifier: ClassifierName;
      /** 1 to 1000. */
      readonly score: number;
      /** The other ends of its evidence edges, sorted by key bytes; at most EVIDENCE_MAX. */
      readonly evidence: readonly Address[];
    }
  | {
      /** Neither side's fault for sure: only the pair is denied. */
      readonly kind: "edge";
      /** Sorted by key bytes. */
      readonly pair: readonly [Address, Address];
      readonly classifier: ClassifierName;
      readonly score: number;
    };

/** Named maxima: what one row may hold. */
export const EDGES_MAX = 64;
export const EVIDENCE_MAX = 64;
export const TRAFFIC_MAX = 32;
