/**
 * Messages as bytes (protocol.md section 7), and their signatures.
 * ```
 * | version u8 = 1 | kind u8 | fields | signature 64, where the kind is signed |
 * ```
 * A signature covers the domain digest (domain.ts, one tag per kind) of what stands before it.
 */

import { assert } from "../bytes/assert.ts";
import { DecodeError } from "../bytes/decode-error.ts";
import { domainDigest } from "../bytes/domain.ts";
import { sha256 } from "../bytes/hash.ts";
import { type Codec, decode, encode, struct, union } from "../codec/codec.ts";
import { publicKeyOf } from "../identity/address.ts";
import { SIGNATURE_BYTES, type Signer, verifyNative, verifySignature } from "../identity/keys.ts";
import type { Address } from "../units.ts";
import type {
  Acknowledgement,
  AcknowledgementBody,
  Claim,
  ClaimBody,
  Decision,
  Downlink,
  DownlinkOutcome,
  Hello,
  HelloBody,
  Offer,
  Order,
  Packet,
  Receipt,
  Report,
  SignedReceipt,
  SignedReport,
  SignedVoucher,
  VoucherBody,
  Welcome,
  WelcomeBody,
} from "./message.ts";
import {
  acknowledgementFields,
  claimFields,
  decisionFields,
  downlinkFields,
  downlinkOutcomeFields,
  helloFields,
  offerFields,
  orderFields,
  packetFields,
  receiptFields,
  reportFields,
  signed,
  voucherFields,
  welcomeFields,
} from "./message-fields.ts";

export const MESSAGE_VERSION = 1;
/** Bytes of one message at most; the longest is a declined decision with all buyers. */
export const MESSAGE_BYTES_MAX = 1024;

export type SignedMessage =
  | SignedReceipt
  | SignedReport
  | Acknowledgement
  | Hello
  | Welcome
  | SignedVoucher
  | Claim;
/** What `signMessage` signs. */
export type SignableBody =
  | Receipt
  | Report
  | AcknowledgementBody
  | HelloBody
  | WelcomeBody
  | VoucherBody
  | ClaimBody;
export type Message =
  | SignedMessage
  | Order
  | Packet
  | Offer
  | Decision
  | Downlink
  | DownlinkOutcome;
export type MessageKind = Message["kind"];

// Also parts of transactions, without version and kind in front.
export const receiptCodec: Codec<SignedReceipt> = signed(receiptFields);
export const reportCodec: Codec<SignedReport> = signed(reportFields);
export const acknowledgementCodec: Codec<Acknowledgement> = signed(acknowledgementFields);
export const voucherCodec: Codec<SignedVoucher> = signed(voucherFields);

const kinds = union<Message>({
  order: [1, struct(orderFields)],
  receipt: [2, receiptCodec],
  report: [3, reportCodec],
  acknowledgement: [4, acknowledgementCodec],
  hello: [5, signed(helloFields)],
  welcome: [6, signed(welcomeFields)],
  packet: [7, struct(packetFields)],
  offer: [8, struct(offerFields)],
  decision: [9, struct(decisionFields)],
  voucher: [10, voucherCodec],
  downlink: [11, struct(downlinkFields)],
  "downlink-outcome": [12, struct(downlinkOutcomeFields)],
  claim: [13, signed(claimFields)],
});

const message: Codec<Message> = {
  write(writer, value) {
    writer.unsigned(MESSAGE_VERSION, 1);
    kinds.write(writer, value);
  },
  read(reader) {
    if (reader.unsigned(1) !== MESSAGE_VERSION) throw reader.error("unknown-version");
    return kinds.read(reader);
  },
};

export function encodeMessage(value: Message): Uint8Array {
  return encode(message, value);
}

/** The message that all of `bytes` are. Throws DecodeError. Signatures are not checked. */
export function decodeMessage(bytes: Uint8Array): Message {
  if (bytes.length > MESSAGE_BYTES_MAX) {
    throw new DecodeError({ code: "out-of-range", field: "message" });
  }
  return decode(message, bytes);
}

/** As `decodeMessage`, of one kind only; another throws DecodeError `unknown-kind`. */
export function decodeMessageOf<Kind extends MessageKind>(
  kind: Kind,
  bytes: Uint8Array,
): Extract<Message, { kind: Kind }> {
  const value = decodeMessage(bytes);
  if (value.kind !== kind) throw new DecodeError({ code: "unknown-kind", field: kind });
  return value as Extract<Message, { kind: Kind }>;
}

/** SHA-256 of the encoded message: what acknowledgements, commitments and welcomes refer to. */
export function messageHash(value: Message): Uint8Array {
  return sha256(encodeMessage(value));
}

/**
 * The body with the signer's signature, as a reader will see it: tenths of dB are rounded. Whether
 * the signer is whom the body names is the caller's business.
 */
export function signMessage<Body extends SignableBody>(input: {
  readonly chainId: string;
  readonly body: Body;
  readonly signer: Signer;
}): Body & { readonly signature: Uint8Array } {
  const { body, signer } = input;
  const blank = { ...body, signature: new Uint8Array(SIGNATURE_BYTES) } as unknown as SignedMessage;
  const bytes = encodeMessage(blank);
  const signature = signer.sign(digestOf({ chainId: input.chainId, kind: body.kind, bytes }));
  assert(signature.length === SIGNATURE_BYTES, "a signature of 64 bytes");
  bytes.set(signature, bytes.length - SIGNATURE_BYTES);
  return decodeMessage(bytes) as unknown as Body & { readonly signature: Uint8Array };
}

export interface MessageClaim {
  readonly chainId: string;
  readonly message: SignedMessage;
  /** Who is said to have signed it; that the message names them is the caller's business. */
  readonly by: Address;
}

/** Whether `by` signed the message (ZIP-215, the rule of consensus). */
export function verifyMessage(claim: MessageClaim): boolean {
  return verifySignature(signatureClaim(claim));
}

/** The same by native code only: fast for forgeries too. Off the ledger. */
export function verifyMessageNative(claim: MessageClaim): boolean {
  return verifyNative(signatureClaim(claim));
}

/** What a verifier of signatures is asked: for one that remembers its answers. */
export function signatureClaim({ chainId, message: value, by }: MessageClaim) {
  const digest = digestOf({ chainId, kind: value.kind, bytes: encodeMessage(value) });
  return { publicKey: publicKeyOf(by), digest, signature: value.signature };
}

function digestOf(input: { chainId: string; kind: string; bytes: Uint8Array }): Uint8Array {
  const domain = { tag: `katydid/${input.kind}`, chainId: input.chainId };
  return domainDigest(domain, input.bytes.subarray(0, -SIGNATURE_BYTES));
}
