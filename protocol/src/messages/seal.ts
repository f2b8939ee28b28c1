/**
 * Sealed messages: what relays carry and must not read. ChaCha20-Poly1305 (RFC 8439) under a key
 * that HKDF-SHA256 derives for one message only, so its nonce is always zero.
 * ```
 * order   | cipher text | tag 16 |
 * report  | salt 24 | cipher text | tag 16 |
 * ```
 */
import { aeadOpen, aeadSeal } from "#native";
import { assert } from "../bytes/assert.ts";
import { concatBytes, utf8 } from "../bytes/bytes.ts";
import { DecodeError } from "../bytes/decode-error.ts";
import { hkdfSha256 } from "../bytes/hash.ts";
import {
  type AgreementKeyPair,
  agreementKeyOf,
  agreementPairOf,
  sharedSecret,
} from "../identity/agreement.ts";
import type { Order, SignedReport } from "./message.ts";
import { decodeMessageOf, encodeMessage, MESSAGE_BYTES_MAX } from "./message-codec.ts";

const KEY_BYTES = 32;
const TAG_BYTES = 16;
const ZERO_NONCE = new Uint8Array(12);
/** Random bytes that make the key of a sealed report its own. */
export const REPORT_SALT_BYTES = 24;
/** Bytes of a sealed message at most; longer ones are not even opened. */
export const SEALED_BYTES_MAX = MESSAGE_BYTES_MAX + REPORT_SALT_BYTES + TAG_BYTES;
const ORDER_INFO = utf8("katydid/seal/order");
const REPORT_INFO = utf8("katydid/seal/report");

/**
 * Seals an order to its target. `ephemeral` is the key pair whose public half open-challenge has:
 * one challenge, one key, one order, and the same order always seals to the same bytes. Undefined
 * where the target's address holds no usable key.
 */
export function sealOrder(input: {
  readonly order: Order;
  readonly ephemeral: AgreementKeyPair;
}): Uint8Array | undefined {
  const { order, ephemeral } = input;
  const targetPublic = agreementKeyOf(order.target);
  if (targetPublic === undefined) return undefined;
  const shared = sharedSecret({ own: ephemeral, peerPublic: targetPublic });
  if (shared === undefined) return undefined;
  const key = orderKey({ shared, ephemeralPublic: ephemeral.publicKey, targetPublic });
  return aeadSeal({
    key,
    nonce: ZERO_NONCE,
    text: encodeMessage(order),
    associated: ORDER_INFO,
  });
}

/**
 * Opens an order with the target's identity seed and the ephemeral key that the ledger shows for
 * the challenge. Undefined where it was not sealed by those two, or is no order.
 */
export function openOrder(input: {
  readonly bytes: Uint8Array;
  readonly seed: Uint8Array;
  readonly ephemeralPublic: Uint8Array;
}): Order | undefined {
  const own = agreementPairOf(input.seed);
  const shared = sharedSecret({ own, peerPublic: input.ephemeralPublic });
  if (shared === undefined) return undefined;
  const { ephemeralPublic } = input;
  const key = orderKey({ shared, ephemeralPublic, targetPublic: own.publicKey });
  return open({ key, text: input.bytes, associated: ORDER_INFO, kind: "order" });
}

/**
 * Seals a report under the beacon's payload, which only those know who heard it or ordered it.
 * `random24` must never be used twice with one payload.
 */
export function sealReport(input: {
  readonly report: SignedReport;
  readonly payload: Uint8Array;
  readonly random24: Uint8Array;
}): Uint8Array {
  const { report, payload, random24 } = input;
  assert(random24.length === REPORT_SALT_BYTES, `${REPORT_SALT_BYTES} random bytes`);
  const key = reportKey({ payload, salt: random24 });
  const text = encodeMessage(report);
  const sealed = aeadSeal({ key, nonce: ZERO_NONCE, text, associated: REPORT_INFO });
  return concatBytes(random24, sealed);
}

/** The report, undefined where it was not sealed under this payload, or is no report. */
export function openReport(input: {
  readonly bytes: Uint8Array;
  readonly payload: Uint8Array;
}): SignedReport | undefined {
  const { bytes, payload } = input;
  if (bytes.length < REPORT_SALT_BYTES) return undefined;
  const key = reportKey({ payload, salt: bytes.slice(0, REPORT_SALT_BYTES) });
  const text = bytes.subarray(REPORT_SALT_BYTES);
  return open({ key, text, associated: REPORT_INFO, kind: "report" });
}

/** Both public keys are part of the key, so that it belongs to these two parties alone. */
function orderKey(input: {
  shared: Uint8Array;
  ephemeralPublic: Uint8Array;
  targetPublic: Uint8Array;
}): Uint8Array {
  const salt = concatBytes(input.ephemeralPublic, input.targetPublic);
  return hkdfSha256({ secret: input.shared, salt, info: ORDER_INFO, length: KEY_BYTES });
}

function reportKey({ payload, salt }: { payload: Uint8Array; salt: Uint8Array }): Uint8Array {
  return hkdfSha256({ secret: payload, salt, info: REPORT_INFO, length: KEY_BYTES });
}

function open<Kind extends "order" | "report">(input: {
  key: Uint8Array;
  text: Uint8Array;
  associated: Uint8Array;
  kind: Kind;
}) {
  if (input.text.length > SEALED_BYTES_MAX) return undefined;
  const { key, text, associated } = input;
  const opened = aeadOpen({ key, nonce: ZERO_NONCE, text, associated });
  if (opened === undefined) return undefined;
  try {
    return decodeMessageOf(input.kind, opened);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
