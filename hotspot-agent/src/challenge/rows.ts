/**
 * What a hotspot keeps on disk about challenges. Whatever it would be punished for saying twice in
 * different words is here before it is said.
 *
 *   rounds/<challenge>              secret, ephemeral seed                    before open-challenge
 *   rounds/<challenge>T             target, entropy, deadline                 before the order
 *   rounds/<challenge>R             the target's receipt, time of arrival     before its acknowledgement
 *   rounds/<challenge>W<witness>    a witness's report, time of arrival       before its acknowledgement
 *   rounds/<challenge>V             that nothing is acknowledged any more     before the reveal
 *   orders/<challenge>              what the ledger said when it drew us      before any order
 *   orders/<challenge>O             the one order that is obeyed              before the beacon
 *                                   and the one receipt for it                before it is sent
 *   evidence/<hash>                 own report or receipt                     before it is sent
 *   evidence/<hash>A<challenge>     an acknowledgement of it
 *   evidence/<hash>C                that it was committed to the ledger       before report-commitment
 */
import {
  type Acknowledgement,
  type Address,
  acknowledgementCodec,
  addressBytes,
  type Bytes32,
  type ChallengeId,
  codec,
  concatBytes,
  fields,
  type Milliseconds,
  receiptCodec,
  reportCodec,
  type SignedReceipt,
  type SignedReport,
  utf8,
} from "@katydid/protocol";

export interface RoundRow {
  readonly challenge: ChallengeId;
  readonly secret: Bytes32;
  /** Seed of the ephemeral X25519 key. */
  readonly ephemeralSeed: Bytes32;
}
export const roundRow = codec.struct<RoundRow>({
  challenge: fields.challengeField,
  secret: fields.bytes32Field,
  ephemeralSeed: fields.bytes32Field,
});

export interface TargetRow {
  readonly target: Address;
  readonly targetEntropy: Bytes32;
  readonly deadlineAt: Milliseconds;
}
export const targetRow = codec.struct<TargetRow>({
  target: fields.addressField,
  targetEntropy: fields.bytes32Field,
  deadlineAt: fields.millisecondsField,
});

export interface ReceiptRow {
  readonly signed: SignedReceipt;
  readonly acknowledgedAt: Milliseconds;
}
export const receiptRow = codec.struct<ReceiptRow>({
  signed: receiptCodec,
  acknowledgedAt: fields.millisecondsField,
});

export interface ReportRow {
  readonly signed: SignedReport;
  readonly acknowledgedAt: Milliseconds;
}
export const reportRow = codec.struct<ReportRow>({
  signed: reportCodec,
  acknowledgedAt: fields.millisecondsField,
});

export interface DrawnRow {
  readonly challenge: ChallengeId;
  readonly challenger: Address;
  readonly targetEntropy: Bytes32;
  readonly secretHash: Bytes32;
  readonly ephemeralKey: Bytes32;
  readonly deadlineAt: Milliseconds;
}
export const drawnRow = codec.struct<DrawnRow>({
  challenge: fields.challengeField,
  challenger: fields.addressField,
  targetEntropy: fields.bytes32Field,
  secretHash: fields.bytes32Field,
  ephemeralKey: fields.bytes32Field,
  deadlineAt: fields.millisecondsField,
});

export interface ObeyedRow {
  readonly secret: Bytes32;
  /** Once there is one: never another, also when evidence of it is forgotten. */
  readonly receipt: SignedReceipt | undefined;
}
export const obeyedRow = codec.struct<ObeyedRow>({
  secret: fields.bytes32Field,
  receipt: codec.optional(receiptCodec),
});

/** Payload of a beacon, 51 bytes. */
const payloadField = codec.bytes(51);

export interface EvidenceRow {
  readonly report: SignedReport | undefined;
  readonly receipt: SignedReceipt | undefined;
  /** Whom a receipt goes to. */
  readonly challenger: Address | undefined;
  readonly payload: Uint8Array;
  readonly madeAt: Milliseconds;
}
export const evidenceRow = codec.struct<EvidenceRow>({
  report: codec.optional(reportCodec),
  receipt: codec.optional(receiptCodec),
  challenger: codec.optional(fields.addressField),
  payload: payloadField,
  madeAt: fields.millisecondsField,
});

export const acknowledgementRow = codec.struct<{ acknowledgement: Acknowledgement }>({
  acknowledgement: acknowledgementCodec,
});
export const commitmentRow = codec.struct<{ slot: number }>({ slot: codec.u32 });

/** Slot and index, 6 bytes, sorted by slot. */
export function challengeKey(challenge: ChallengeId): Uint8Array {
  return codec.encode(fields.challengeField, challenge);
}

export const CHALLENGE_KEY_BYTES = 6;
export const HASH_KEY_BYTES = 32;

/** The key with a letter, and behind it whom the row concerns. */
export function rowKey(base: Uint8Array, letter: string, concerning?: Address | ChallengeId) {
  const tail =
    concerning === undefined
      ? new Uint8Array()
      : typeof concerning === "string"
        ? addressBytes(concerning)
        : challengeKey(concerning);
  return concatBytes(base, utf8(letter), tail);
}

/** Names a challenge in maps and logs. */
export function challengeName({ slot, index }: ChallengeId): string {
  return `${slot}/${index}`;
}
