/** Bytes: hex, order, concatenation, text. */
import { DecodeError } from "./decode-error.ts";

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const TEXT_ENCODER = new TextEncoder();
// `ignoreBOM` keeps a leading U+FEFF, or decoding and encoding would not be inverse.
const TEXT_DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Lower-case hex, two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += HEX[bytes[i] as number];
  return text;
}

/** Bytes of lower-case hex. Throws DecodeError for anything else, upper case included. */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0) throw new DecodeError({ code: "malformed-text", field: "hex" });
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (hexDigit(text.charCodeAt(2 * i)) << 4) | hexDigit(text.charCodeAt(2 * i + 1));
  }
  return bytes;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  throw new DecodeError({ code: "malformed-text", field: "hex" });
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Order of bytes: negative, 0 or positive; a prefix comes before what it begins. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Equal in content. Takes the same time wherever they differ, so it is fit for MACs. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}

/** UTF-8 bytes of well-formed text. */
export function utf8(text: string): Uint8Array {
  return TEXT_ENCODER.encode(text);
}

/** Text of UTF-8 bytes. Throws DecodeError where they are not well-formed. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return TEXT_DECODER.decode(bytes);
  } catch {
    throw new DecodeError({ code: "malformed-text", field: "utf8" });
  }
}

/** Unsigned 32 bits, big-endian. */
export function u32Bytes(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

/** Unsigned 64 bits, big-endian; for numbers up to 2^53 - 1. */
export function u64Bytes(value: number | bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
