/**
 * Transactions as bytes.
 * ```
 * body         | version u8 = 1 | kind u8 | actor 33 | nonce | fee | expiry | fields of the kind |
 * transaction  | body | signature 64 for each of signersOf(body) |
 * ```
 */
import { assert } from "../bytes/assert.ts";
import { DecodeError } from "../bytes/decode-error.ts";
import {
  bool,
  type Codec,
  constant,
  decode,
  encode,
  type Fields,
  list,
  optional,
  struct,
  text,
  u32,
  uint,
  union,
  varBytes,
} from "../codec/codec.ts";
import type { Reader, Writer } from "../codec/codec-buffer.ts";
import {
  addressField,
  byAddress,
  bytes32Field,
  cellField,
  challengeField,
  dbField,
  dcField,
  heightField,
  metersField,
  millisecondsField,
  motesField,
  nonceField,
  priceField,
  signatureField,
  urlField,
} from "../codec/fields.ts";
import {
  acknowledgementCodec,
  receiptCodec,
  reportCodec,
  voucherCodec,
} from "../messages/message-codec.ts";
import { mainParams } from "../params.ts";
import { evidenceCodec } from "./evidence-codec.ts";
import { signersOf } from "./signers.ts";
import type {
  ChallengeReceipts,
  CloseChannel,
  LateReceipt,
  Transaction,
  TransactionBody,
  TransactionKind,
  Transfer,
} from "./transaction.ts";

export const TRANSACTION_VERSION = 1;
/** Bytes of one transaction at most: the largest updates a router with a full EUI filter. */
export const TRANSACTION_BYTES_MAX = 96 * 1024;
export const PAYMENTS_MAX = 50;
export const MEMO_BYTES_MAX = 64;
export const ENDPOINTS_MAX = 8;
export const SLABS_MAX = 4096;
/** Summaries in one close-channel; a larger channel is closed in chunks. */
export const SUMMARIES_MAX = 1000;
/** Reports that a challenge may list as (witness, reason). */
export const LISTED_MAX = 256;
/** Bytes of such a reason at most; the longest verdict has 22. */
export const REASON_BYTES_MAX = 32;
/** Links of one hash chain at most: over three years of blocks at 10 s. */
export const CHAIN_LENGTH_MAX = 10_000_000;

/** The fields that all kinds begin with. */
function common<Kind extends TransactionKind>(kind: Kind) {
  return {
    kind: constant(kind),
    actor: addressField,
    nonce: nonceField,
    feeDc: dcField,
    expiryHeight: heightField,
  };
}

type Payment = Transfer["payments"][number];
type Summary = CloseChannel["summaries"][number];
type ReceiptPart = NonNullable<ChallengeReceipts["receipt"]>;
type ReportPart = ChallengeReceipts["reports"][number];
type Listed = ChallengeReceipts["listed"][number];

const payment = struct<Payment>({
  payee: addressField,
  motes: motesField,
  memo: varBytes(MEMO_BYTES_MAX),
});
const endpoints = list(urlField, { max: ENDPOINTS_MAX });
const summary = struct<Summary>({
  hotspot: addressField,
  cumulativeDc: dcField,
  cumulativePackets: uint(),
});
const reportPart = struct<ReportPart>({ signed: reportCodec, acknowledgedAt: millisecondsField });
const listed = struct<Listed>({ witness: addressField, reason: text(REASON_BYTES_MAX) });

const challengeReceipts: Fields<ChallengeReceipts> = {
  ...common("challenge-receipts"),
  challenge: challengeField,
  secret: bytes32Field,
  receipt: optional(
    struct<ReceiptPart>({ signed: receiptCodec, acknowledgedAt: millisecondsField }),
  ),
  reports: list(reportPart, {
    max: mainParams.reportsMax,
    order: byAddress((report) => report.signed.witness),
  }),
  listed: list(listed, { max: LISTED_MAX, order: byAddress((entry) => entry.witness) }),
};

const lateReceipt: Fields<LateReceipt> = {
  ...common("late-receipt"),
  challenge: challengeField,
  evidence: union<LateReceipt["evidence"]>({
    receipt: [1, struct({ kind: constant("receipt"), signed: receiptCodec })],
    report: [2, struct({ kind: constant("report"), signed: reportCodec })],
  }),
  acknowledgement: optional(acknowledgementCodec),
};

const kinds = union<TransactionBody>({
  transfer: [
    1,
    struct({ ...common("transfer"), payments: list(payment, { min: 1, max: PAYMENTS_MAX }) }),
  ],
  burn: [2, struct({ ...common("burn"), motes: motesField, beneficiary: addressField })],
  "price-report": [3, struct({ ...common("price-report"), priceMicroUsd: priceField })],
  "add-hotspot": [
    4,
    struct({
      ...common("add-hotspot"),
      hotspot: addressField,
      owner: addressField,
      nonceHash: bytes32Field,
    }),
  ],
  "assert-location": [
    5,
    struct({
      ...common("assert-location"),
      hotspot: addressField,
      cell: cellField,
      gainDbi: dbField,
      elevationMeters: metersField,
    }),
  ],
  presence: [6, struct({ ...common("presence") })],
  "register-router": [
    7,
    struct({
      ...common("register-router"),
      router: addressField,
      endpoints,
      slabs: uint({ min: 1, max: SLABS_MAX }),
    }),
  ],
  "update-router": [
    8,
    struct({
      ...common("update-router"),
      router: addressField,
      endpoints,
      filter: varBytes(mainParams.filterBytesMax),
      addSlabs: uint({ max: SLABS_MAX }),
    }),
  ],
  "register-relay": [9, struct({ ...common("register-relay"), url: urlField })],
  "open-channel": [
    10,
    struct({
      ...common("open-channel"),
      router: addressField,
      depositDc: dcField,
      expiresAt: millisecondsField,
    }),
  ],
  "close-channel": [
    11,
    struct({
      ...common("close-channel"),
      channel: bytes32Field,
      summaries: list(summary, { max: SUMMARIES_MAX }),
      more: bool,
    }),
  ],
  "redeem-voucher": [12, struct({ ...common("redeem-voucher"), voucher: voucherCodec })],
  "open-challenge": [
    13,
    struct({
      ...common("open-challenge"),
      challenge: challengeField,
      secretHash: bytes32Field,
      ephemeralKey: bytes32Field,
    }),
  ],
  "report-commitment": [
    14,
    struct({ ...common("report-commitment"), slot: u32, reportHash: bytes32Field }),
  ],
  "challenge-receipts": [15, struct(challengeReceipts)],
  "late-receipt": [16, struct(lateReceipt)],
  stake: [
    17,
    struct({
      ...common("stake"),
      motes: motesField,
      producerKey: bytes32Field,
      chainTip: bytes32Field,
      chainLength: uint({ max: CHAIN_LENGTH_MAX }),
    }),
  ],
  "transfer-hotspot": [
    18,
    struct({
      ...common("transfer-hotspot"),
      hotspot: addressField,
      newOwner: addressField,
      price: motesField,
    }),
  ],
  "remove-hotspot": [19, struct({ ...common("remove-hotspot"), hotspot: addressField })],
  "fill-bond": [20, struct({ ...common("fill-bond"), hotspot: addressField, motes: motesField })],
  "make-good": [21, struct({ ...common("make-good"), channel: bytes32Field })],
  unstake: [22, struct({ ...common("unstake"), producerKey: bytes32Field })],
  "report-evidence": [23, struct({ ...common("report-evidence"), evidence: evidenceCodec })],
});

const bodyCodec: Codec<TransactionBody> = {
  write(writer: Writer, body) {
    writer.unsigned(TRANSACTION_VERSION, 1);
    kinds.write(writer, body);
  },
  read(reader: Reader) {
    if (reader.unsigned(1) !== TRANSACTION_VERSION) throw reader.error("unknown-version");
    return kinds.read(reader);
  },
};

const transactionCodec: Codec<Transaction> = {
  write(writer, { body, signatures }) {
    bodyCodec.write(writer, body);
    const signers = signersOf(body).length;
    assert(signatures.length === signers, `${signers} signatures`);
    for (const signature of signatures) signatureField.write(writer, signature);
  },
  read(reader) {
    const body = bodyCodec.read(reader);
    reader.field = "signatures";
    const signatures = signersOf(body).map(() => signatureField.read(reader));
    return { body, signatures };
  },
};

/** Bytes of a body: what is hashed and signed. */
export function encodeBody(body: TransactionBody): Uint8Array {
  return encode(bodyCodec, body);
}

/** The body that all of `bytes` are. Throws DecodeError. */
export function decodeBody(bytes: Uint8Array): TransactionBody {
  return decode(bodyCodec, bounded(bytes));
}

/** The number of signatures must be that of the signers (else a bug). */
export function encodeTransaction(transaction: Transaction): Uint8Array {
  return encode(transactionCodec, transaction);
}

/** The transaction that all of `bytes` are. Throws DecodeError. Signatures are not checked. */
export function decodeTransaction(bytes: Uint8Array): Transaction {
  return decode(transactionCodec, bounded(bytes));
}

function bounded(bytes: Uint8Array): Uint8Array {
  if (bytes.length > TRANSACTION_BYTES_MAX) {
    throw new DecodeError({ code: "out-of-range", field: "transaction" });
  }
  return bytes;
}
