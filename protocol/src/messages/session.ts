/**
 * Sessions of hotspot and router: messages on a broker that nobody trusts. Both sign one handshake
 * message (hello, welcome) with an X25519 key in it; the keys of the session come from the shared
 * secret and from both messages whole, so neither side can be shown another handshake.
 * ```
 * envelope  | sequence u32 | message | mac 16 |
 * ```
 * The MAC is HMAC-SHA256, truncated (RFC 2104 §5), over what stands before it. Its key is another for
 * each direction. Sequences rise; they stay below 2^24, which leaves the first byte 0 and tells an
 * envelope from a handshake, whose first byte is the codec's version.
 */

import { assert } from "../bytes/assert.ts";
import { utf8 } from "../bytes/bytes.ts";
import { hkdfSha256, hmacSha256, sha256 } from "../bytes/hash.ts";
import { type AgreementKeyPair, sharedSecret } from "../identity/agreement.ts";
import type { Hello, Welcome } from "./message.ts";
import { encodeMessage, MESSAGE_BYTES_MAX } from "./message-codec.ts";

export const MAC_BYTES = 16;
const SEQUENCE_BYTES = 4;
/** Last sequence of a session; then a new hello. */
export const SEQUENCE_MAX = 2 ** 24 - 1;
export const ENVELOPE_BYTES_MAX = SEQUENCE_BYTES + MESSAGE_BYTES_MAX + MAC_BYTES;
const MAC_KEY_BYTES = 32;
const INFO = utf8("katydid/session");

export type Direction = "to-router" | "to-hotspot";

/** MAC keys, one for each direction. Never changed, since hmacSha256 keeps their pads. */
export type SessionKey = Readonly<Record<Direction, Uint8Array>>;

/**
 * Keys of the session of `hello` and `welcome`, for either side: `own` is one's ephemeral pair,
 * `peerPublic` the other's key from its message. Check both signatures first. Undefined where the
 * peer's key is of small order: no session with such a peer.
 */
export function sessionKey(input: {
  readonly own: AgreementKeyPair;
  readonly peerPublic: Uint8Array;
  readonly hello: Hello;
  readonly welcome: Welcome;
}): SessionKey | undefined {
  const secret = sharedSecret(input);
  if (secret === undefined) return undefined;
  const salt = sha256(encodeMessage(input.hello), encodeMessage(input.welcome));
  const keys = hkdfSha256({ secret, salt, info: INFO, length: 2 * MAC_KEY_BYTES });
  return {
    "to-router": keys.slice(0, MAC_KEY_BYTES),
    "to-hotspot": keys.slice(MAC_KEY_BYTES),
  };
}

/** An envelope around an encoded message. Sequences start at 1 and are used once. */
export function sealEnvelope(input: {
  readonly key: SessionKey;
  readonly direction: Direction;
  readonly sequence: number;
  readonly message: Uint8Array;
}): Uint8Array {
  const { key, direction, sequence, message } = input;
  assert(sequence > 0 && sequence <= SEQUENCE_MAX, "a sequence of 1 to 2^24 - 1");
  assert(message.length <= MESSAGE_BYTES_MAX, "a message of bounded size");
  const end = SEQUENCE_BYTES + message.length;
  const bytes = new Uint8Array(end + MAC_BYTES);
  bytes[1] = sequence >>> 16;
  bytes[2] = sequence >>> 8;
  bytes[3] = sequence;
  bytes.set(message, SEQUENCE_BYTES);
  const mac = hmacSha256(key[direction], bytes.subarray(0, end));
  for (let i = 0; i < MAC_BYTES; i++) bytes[end + i] = mac[i] as number;
  return bytes;
}

export interface OpenedEnvelope {
  readonly sequence: number;
  /** A view of the envelope's bytes. */
  readonly message: Uint8Array;
}

/**
 * What an envelope holds; undefined where it is none, or was not sealed under this key in this
 * direction. Replays are the caller's to refuse: a ReplayWindow, or a sequence that must rise.
 */
export function openEnvelope(input: {
  readonly key: SessionKey;
  readonly direction: Direction;
  readonly bytes: Uint8Array;
}): OpenedEnvelope | undefined {
  const { key, direction, bytes } = input;
  const end = bytes.length - MAC_BYTES;
  if (end <= SEQUENCE_BYTES || bytes.length > ENVELOPE_BYTES_MAX || bytes[0] !== 0) {
    return undefined;
  }
  const mac = hmacSha256(key[direction], bytes.subarray(0, end));
  // No early end: the time must not tell how much of a forged MAC is right.
  let difference = 0;
  for (let i = 0; i < MAC_BYTES; i++) {
    difference |= (mac[i] as number) ^ (bytes[end + i] as number);
  }
  if (difference !== 0) return undefined;
  const [, high, middle, low] = bytes as unknown as [number, number, number, number];
  const sequence = (high << 16) | (middle << 8) | low;
  return { sequence, message: bytes.subarray(SEQUENCE_BYTES, end) };
}

/**
 * Which sequences of one direction were seen. Brokers keep the order, so a window of 32 is ample;
 * what is older than that counts as seen (RFC 4303 §3.4.3).
 */
export class ReplayWindow {
  static readonly SIZE = 32;
  #highest = 0;
  /** Bit i: `highest - i` was seen. */
  #seen = 0;

  /** true: seen before, or too old to tell. Else it is remembered. Only after the MAC held. */
  isReplay(sequence: number): boolean {
    const ahead = sequence - this.#highest;
    if (ahead > 0) {
      this.#seen = ahead >= ReplayWindow.SIZE ? 1 : (this.#seen << ahead) | 1;
      this.#highest = sequence;
      return false;
    }
    if (-ahead >= ReplayWindow.SIZE) return true;
    const bit = 1 << -ahead;
    if ((this.#seen & bit) !== 0) return true;
    this.#seen |= bit;
    return false;
  }
}
