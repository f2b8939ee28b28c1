/** X25519 key agreement (RFC 7748), with ephemeral keys and with identities. */

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { type NativeKey, publicBytes, x25519SecretKey, x25519Shared } from "#native";
import { BoundedMap } from "../bytes/bounded-map.ts";
import type { Address } from "../units.ts";
import { publicKeyOf } from "./address.ts";

/** Conversions remembered per generation; one costs a modular inversion, some 20 us. */
const CONVERTED_MAX = 4096;
const converted = new BoundedMap<Address, Uint8Array>(CONVERTED_MAX);

export interface AgreementKeyPair {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly secret: NativeKey;
}

/** X25519 key pair of 32 random bytes, which the curve clamps itself (RFC 7748 §5). */
export function ephemeralKeyPair(seed: Uint8Array): AgreementKeyPair {
  const secret = x25519SecretKey(seed);
  return { publicKey: publicBytes(secret), secret };
}

/**
 * The 32 shared bytes; undefined where the peer's key is of small order, so that it would be known
 * to everyone (RFC 7748 §6.1).
 */
export function sharedSecret(input: {
  readonly own: AgreementKeyPair;
  readonly peerPublic: Uint8Array;
}): Uint8Array | undefined {
  return x25519Shared({ secret: input.own.secret, peerPublic: input.peerPublic });
}

/**
 * X25519 public key of an identity: the same point in Montgomery form, u = (1 + y) / (1 - y) (RFC
 * 7748 §4.1). Undefined where the address holds no point of the curve.
 */
export function agreementKeyOf(address: Address): Uint8Array | undefined {
  const cached = converted.get(address);
  if (cached !== undefined) return cached;
  try {
    const key = ed25519.utils.toMontgomery(publicKeyOf(address));
    converted.set(address, key);
    return key;
  } catch {
    return undefined;
  }
}

/** X25519 key pair of the identity of a seed: the scalar that Ed25519 uses (RFC 8032 §5.1.5). */
export function agreementPairOf(seed: Uint8Array): AgreementKeyPair {
  return ephemeralKeyPair(sha512(seed).subarray(0, 32));
}
