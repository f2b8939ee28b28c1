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
  milliseconds,
  type Params,
  payloadHash,
  selectWitnesses,
  toHex,
  type VerdictReason,
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
  /** Its order, its reports and its reveal are being seen to. */
  listening: boolean;
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
    listening: false,
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

interface Judged {
  readonly witness: Address;
  readonly heard: Heard;
  /** Why it is listed where there is no room. */
  readonly reason: string;
}

export type RevealBody = Omit<ChallengeReceipts, "actor" | "nonce" | "feeDc" | "expiryHeight">;

/**
 * Reasons that rest on what the ledger says of hotspots. It goes by the block that drew the target,
 * and the challenger by what it was shown later: who moved in between, or a ledger that was away,
 * must not make it list one that belongs in. Such reports go in where there is room, for the ledger
 * to judge.
 */
const OF_FACTS: ReadonlySet<VerdictReason> = new Set<VerdictReason>([
  "unknown-hotspot",
  "not-bonded",
  "not-located",
  "denied",
  "denied-edge",
  "region-mismatch",
  "too-far",
  "too-close",
  "rssi-above-bound",
]);

/**
 * The reveal: of the reports that pass rules 1 to 13, the lowest in hash order, then those of which
 * the ledger may think otherwise; of the others, who and why. Both sorted by key bytes.
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
  const passing: Judged[] = [];
  const doubtful: Judged[] = [];
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
      drawnAt: milliseconds(targeted.deadlineAt - params.challengeTimeoutSeconds * 1000),
    });
    if (reason === undefined) passing.push({ witness, heard, reason: "beyond-limit" });
    else if (OF_FACTS.has(reason)) doubtful.push({ witness, heard, reason });
    else listed.push({ witness, reason });
  }
  const order = { secret, targetEntropy };
  const chosen = selectWitnesses({ ...order, reports: passing, max: params.reportsMax });
  const max = params.reportsMax - chosen.length;
  chosen.push(...selectWitnesses({ ...order, reports: doubtful, max }));
  const taken = new Set(chosen.map(({ witness }) => witness));
  for (const { witness, reason } of [...passing, ...doubtful]) {
    if (!taken.has(witness)) listed.push({ witness, reason });
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
