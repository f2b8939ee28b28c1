/**
 * A claim as people carry it: what a new hotspot shows, and its owner turns into add-hotspot. Both
 * forms are the encoded message and a checksum, the beginning of its SHA-256:
 * ```
 * | message (message-codec.ts), 164 | checksum 4 |
 * ```
 * Text is for a QR code, words are for a telephone: three at a time, a quality, a hue, an animal,
 * so that a word left out or swapped is noticed at once.
 */
import { decodeBase58, encodeBase58 } from "../bytes/base58.ts";
import { concatBytes, equalBytes } from "../bytes/bytes.ts";
import { DecodeError } from "../bytes/decode-error.ts";
import { sha256 } from "../bytes/hash.ts";
import type { Claim } from "../messages/message.ts";
import { decodeMessageOf, encodeMessage } from "../messages/message-codec.ts";
import { ANIMALS, HUES, QUALITIES } from "./name-words.ts";

export const CLAIM_PREFIX = "katydid:claim:";
const CHECKSUM_BYTES = 4;
/** Characters of a claim's text or words at most; what is longer is not even looked at. */
const TEXT_LENGTH_MAX = 4096;
const LISTS = [QUALITIES, HUES, ANIMALS];
const INDEXES = LISTS.map((list) => new Map(list.map((word, byte) => [word, byte])));

/** `katydid:claim:` and base58. */
export function claimText(claim: Claim): string {
  return CLAIM_PREFIX + encodeBase58(checked(claim));
}

/** The claim of a text, white space around it ignored. Throws DecodeError; signatures are not checked. */
export function parseClaim(text: string): Claim {
  const trimmed = bounded(text).trim();
  if (!trimmed.startsWith(CLAIM_PREFIX)) {
    throw new DecodeError({ code: "unknown-kind", field: "claim" });
  }
  const bytes = decodeBase58(trimmed.slice(CLAIM_PREFIX.length));
  if (bytes === undefined) throw new DecodeError({ code: "malformed-text", field: "claim" });
  return unchecked(bytes);
}

/** 56 lines of `quality hue animal`, one word a byte. */
export function claimWords(claim: Claim): string {
  const words = Array.from(checked(claim), (byte, i) => LISTS[i % LISTS.length]?.[byte] ?? "");
  const lines: string[] = [];
  for (let i = 0; i < words.length; i += LISTS.length) {
    lines.push(words.slice(i, i + LISTS.length).join(" "));
  }
  return lines.join("\n");
}

/**
 * The claim of words: any case, any white space, hyphens or numbers between them. Throws
 * DecodeError; its field names the first word that is not of its list.
 */
export function parseClaimWords(text: string): Claim {
  const words =
    bounded(text)
      .toLowerCase()
      .match(/[a-z]+/g) ?? [];
  const bytes = words.map((word, i) => {
    const byte = INDEXES[i % LISTS.length]?.get(word);
    if (byte !== undefined) return byte;
    throw new DecodeError({ code: "malformed-text", field: `word ${i + 1}, ${word}` });
  });
  return unchecked(Uint8Array.from(bytes));
}

function checked(claim: Claim): Uint8Array {
  const bytes = encodeMessage(claim);
  return concatBytes(bytes, checksum(bytes));
}

function unchecked(bytes: Uint8Array): Claim {
  if (bytes.length <= CHECKSUM_BYTES) throw new DecodeError({ code: "truncated", field: "claim" });
  const message = bytes.subarray(0, -CHECKSUM_BYTES);
  if (!equalBytes(bytes.subarray(-CHECKSUM_BYTES), checksum(message))) {
    throw new DecodeError({ code: "checksum-mismatch", field: "claim" });
  }
  return decodeMessageOf("claim", message);
}

function checksum(bytes: Uint8Array): Uint8Array {
  return sha256(bytes).subarray(0, CHECKSUM_BYTES);
}

function bounded(text: string): string {
  if (text.length > TEXT_LENGTH_MAX)
    throw new DecodeError({ code: "out-of-range", field: "claim" });
  return text;
}
