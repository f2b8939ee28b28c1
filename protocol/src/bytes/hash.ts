/** SHA-256 and HMAC-SHA256 as one-shot calls: several times faster than streaming objects. */
import { nativeSha256 } from "#native";

export const HASH_BYTES = 32;
const BLOCK_BYTES = 64;
/** Joined inputs up to this size are put together in one reused buffer. */
const SCRATCH_BYTES = 16_384;
const scratch = new Uint8Array(SCRATCH_BYTES);

/** SHA-256 of the parts, one after the other. 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return nativeSha256(first);
  return nativeSha256(join(parts, 0));
}

interface Pads {
  readonly inner: Uint8Array;
  /** Outer pad, with room for the inner digest behind it. */
  readonly outer: Uint8Array;
}
const padsByKey = new WeakMap<Uint8Array, Pads>();

/**
 * HMAC-SHA256 (RFC 2104) of the parts, one after the other. 32 bytes. The pads are kept with the
 * key object: make a key once, use it often, and never change its bytes.
 */
export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  let pads = padsByKey.get(key);
  if (pads === undefined) {
    pads = makePads(key);
    padsByKey.set(key, pads);
  }
  const joined = join(parts, BLOCK_BYTES);
  joined.set(pads.inner);
  pads.outer.set(nativeSha256(joined), BLOCK_BYTES);
  return nativeSha256(pads.outer);
}

function makePads(key: Uint8Array): Pads {
  const block = key.length > BLOCK_BYTES ? nativeSha256(key) : key;
  const inner = new Uint8Array(BLOCK_BYTES).fill(0x36);
  const outer = new Uint8Array(BLOCK_BYTES + HASH_BYTES).fill(0x5c, 0, BLOCK_BYTES);
  for (let i = 0; i < block.length; i++) {
    inner[i] = (block[i] as number) ^ 0x36;
    outer[i] = (block[i] as number) ^ 0x5c;
  }
  return { inner, outer };
}

/** The parts behind `room` free bytes. Valid until the next call. */
function join(parts: readonly Uint8Array[], room: number): Uint8Array {
  let length = room;
  for (const part of parts) length += part.length;
  const joined = length <= SCRATCH_BYTES ? scratch.subarray(0, length) : new Uint8Array(length);
  let offset = room;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** HKDF-SHA256 (RFC 5869) of at most 255 x 32 bytes. */
export function hkdfSha256(input: {
  secret: Uint8Array;
  salt: Uint8Array;
  info: Uint8Array;
  length: number;
}): Uint8Array {
  const key = hmacSha256(input.salt, input.secret);
  const output = new Uint8Array(input.length);
  let block: Uint8Array = new Uint8Array(0);
  for (let i = 1, offset = 0; offset < input.length; i++, offset += HASH_BYTES) {
    block = hmacSha256(key, block, input.info, Uint8Array.of(i));
    output.set(block.subarray(0, Math.min(HASH_BYTES, input.length - offset)), offset);
  }
  return output;
}
