/** One challenge of one's own, in memory: what was sent, what came back, what was acknowledged. */
import type { HotspotView } from "@katydid/ledger/client";
import type { Subscription, Timer } from "@katydid/platform";
import {
  type Acknowledgement,
  type Address,
  type AgreementKeyPair,
  addressBytes,
  beaconPayload,
  type ChallengeReceipts,
  compareBytes,
  ephemeralKeyPair,
  type Milliseconds,
  type Params,
  payloadHash,
  selectWitnesses,
  toHex,
} from "@katydid/protocol";
import { reasonAgainst, receiptHolds } from "./judge.ts";
import type { ReceiptRow, ReportRow, RoundRow, TargetRow } from "./rows.ts";

/** Something that was acknowledged, and the acknowledgement, for who asks again. */
export interface Acknowledged<Row> {
  readonly row: Row;
  readonly hash: string;
  /** Not before it is: a challenger that forgot what it acknowledged would be fined. */
  onDisk: boolean;
  acknowledgement: Acknowledgement | undefined;
  sentAtMs: number;
}

export interface Heard extends Acknowledged<ReportRow> {
  /** The witness as the ledger knew it when its report came; after a restart it is asked anew. */
  readonly witness: HotspotView | undefined;
}

export interface Targeted extends TargetRow {
  readonly payload: Uint8Array;
  readonly payloadHash: string;
  /** As the ledger knows it now; absent where it could not be asked yet. */
  view: HotspotView | undefined;
}

export interface Round {
  readonly row: RoundRow;
  readonly ephemeral: AgreementKeyPair;
  targeted: Targeted | undefined;
  receipt: Acknowledged<ReceiptRow> | undefined;
  readonly reports: Map<Address, Heard>;
  /** Reports whose sender is being looked up: they count towards the limit. */
  readonly arriving: Set<Address>;
  /** From the first attempt to reveal on nothing is acknowledged. */
  revealing: boolean;
  readonly subscriptions: Subscription[];
  readonly timers: Timer[];
}

export function makeRound(row: RoundRow): Round {
  return {
    row,
    ephemeral: ephemeralKeyPair(row.ephemeralSeed),
    targeted: undefined,
    receipt: undefined,
    reports: new Map(),
    arriving: new Set(),
    revealing: false,
    subscriptions: [],
    timers: [],
  };
}

export function makeTargeted(round: Round, row: TargetRow): Targeted {
  const { target, targetEntropy } = row;
  const payload = beaconPayload({ secret: round.row.secret, targetEntropy, target });
  return { ...row, payload, payloadHash: toHex(payloadHash(payload)), view: undefined };
}

export function closeRound(round: Round): void {
  for (const subscription of round.subscriptions.splice(0)) subscription.cancel();
  for (const timer of round.timers.splice(0)) timer.cancel();
}

export type RevealBody = Omit<ChallengeReceipts, "actor" | "nonce" | "feeDc" | "expiryHeight">;

/**
 * The reveal: of the reports that pass rules 1 to 13, the lowest in hash order; of the others, who
 * and why. Both sorted by key bytes.
 */
export function revealOf(input: {
  readonly round: Round;
  readonly targeted: Targeted;
  /** Host time. */
  readonly deadlineAt: Milliseconds;
  readonly challenger: Address;
  readonly params: Params;
}): RevealBody {
  const { round, targeted, deadlineAt, challenger, params } = input;
  const { secret } = round.row;
  const { target, targetEntropy, payload, view } = targeted;
  const signed = round.receipt?.row.signed;
  const isUsable = signed !== undefined && receiptHolds({ target: view, payload, receipt: signed });
  const receipt = isUsable ? round.receipt : undefined;
  const passing: { readonly witness: Address; readonly heard: Heard }[] = [];
  const listed: { witness: Address; reason: string }[] = [];
  for (const [witness, heard] of round.reports) {
    const reason = reasonAgainst({
      params,
      challenger,
      target: view,
      targetAddress: target,
      witness: heard.witness,
      payload,
      report: heard.row.signed,
      acknowledgedAt: heard.row.acknowledgedAt,
      receiptAt: receipt?.row.acknowledgedAt,
      deadlineAt,
    });
    if (reason === undefined) passing.push({ witness, heard });
    else listed.push({ witness, reason });
  }
  const max = params.reportsMax;
  const chosen = selectWitnesses({ secret, targetEntropy, reports: passing, max });
  const taken = new Set(chosen.map(({ witness }) => witness));
  for (const { witness } of passing) {
    if (!taken.has(witness)) listed.push({ witness, reason: "beyond-limit" });
  }
  return {
    kind: "challenge-receipts",
    challenge: round.row.challenge,
    secret,
    ...(receipt === undefined ? {} : { receipt: receipt.row }),
    reports: chosen.sort(byWitness).map(({ heard }) => heard.row),
    listed: listed.sort(byWitness),
  };
}

function byWitness(a: { readonly witness: Address }, b: { readonly witness: Address }): number {
  return compareBytes(addressBytes(a.witness), addressBytes(b.witness));
}
