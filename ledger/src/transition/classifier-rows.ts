/** What the state knows for classifiers and of what they found. How it becomes bytes: classifier-tables.ts. */
import type { Address, ClassifierName, Milliseconds, Motes } from "@katydid/protocol";

/** Protocol times, both inclusive. */
export interface Span {
  readonly since: Milliseconds;
  readonly until: Milliseconds;
}

/** Whether a classification keeps a hotspot out, or is only shown. */
export const classificationKinds = ["denial", "mark"] as const;
export type ClassificationKind = (typeof classificationKinds)[number];

/** Kept until no open challenge can have been drawn while it stood. */
export interface ClassificationRow extends Span {
  /** Of the highest score. */
  readonly classifier: ClassifierName;
  /** 1 to 1000. */
  readonly score: number;
  /** The other ends of the edges that it rests on, sorted by key bytes. */
  readonly evidence: readonly Address[];
  /** Held pay that it burned so far. */
  readonly burned: Motes;
  /** When it stood before, as long as an open challenge may ask. */
  readonly before: Span | undefined;
}

/** Of an unordered pair, whose key is both addresses sorted by key bytes. */
export interface DeniedEdgeRow extends Span {
  readonly classifier: ClassifierName;
  readonly score: number;
  readonly burned: Motes;
  readonly before: Span | undefined;
}

/** What of a sum came from edges to one other hotspot. */
export interface PartnerShare<Amount extends bigint = bigint> {
  readonly partner: Address;
  readonly amount: Amount;
}
/**
 * By the other end of the edge, sorted by key bytes; what has no room is nobody's in particular, and
 * no evidence reaches it.
 */
export type PartnerShares<Amount extends bigint = bigint> = readonly PartnerShare<Amount>[];

/** Pay of one kind and epoch past its holdback, that waits for reciprocity. */
export interface GraceRow {
  readonly motes: Motes;
  readonly partners: PartnerShares<Motes>;
}
