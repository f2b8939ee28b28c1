/**
 * Ed25519 keys. What counts as a valid signature is ZIP-215, as in CometBFT: native code accepts
 * fast, and what it accepts ZIP-215 accepts too; where it refuses, the reference decides. Two
 * versions of Node differ on published edge cases, so native code alone would fork the ledger.
 */

import { hashes, Point, verify as referenceVerify } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import {
  binaryKey,
  ed25519PublicKey,
  ed25519SecretKey,
  ed25519Sign,
  ed25519Verify,
  type NativeKey,
  publicBytes,
} from "#native";
import { BoundedMap } from "../bytes/bounded-map.ts";
import { concatBytes, equalBytes, toHex } from "../bytes/bytes.ts";
import type { Address } from "../units.ts";
import { addressOf } from "./address.ts";

hashes.sha512 = sha512;

export const SEED_BYTES = 32;
export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
/** Verification keys kept ready per generation; building one costs a third of a verification. */
const KEY_CACHE_MAX = 16_384;

export interface KeyPair {
  readonly address: Address;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 32 bytes, secret (RFC 8032 §5.1.5). */
  readonly seed: Uint8Array;
  /** Ed25519 signature, 64 bytes, over a digest of 32 bytes (any length works). */
  sign(digest: Uint8Array): Uint8Array;
}

/** Who can sign, wherever the secret is. */
export type Signer = Pick<KeyPair, "address" | "sign">;

/** Key pair of a seed of 32 bytes. The native key is built once. */
export function keyPairFromSeed(seed: Uint8Array): KeyPair {
  const key = ed25519SecretKey(seed);
  const publicKey = publicBytes(key);
  return {
    address: addressOf(publicKey),
    publicKey,
    seed: seed.slice(),
    sign: (digest) => {
      const signature = ed25519Sign({ key, digest });
      own?.set(claimName({ publicKey, digest, signature }), true);
      return signature;
    },
  };
}

/** In each of two generations: what a world makes and checks within minutes. */
const OWN_SIGNATURES_MAX = 50_000;
let own: BoundedMap<string, true> | undefined;

/**
 * From now on a signature that this process itself made with a key holds without being computed
 * anew; any other is checked as ever. For worlds in one process, where all who sign and all who
 * check are in it: answers stay the same, and an eighth of the time is saved.
 */
export function rememberOwnSignatures(): void {
  own ??= new BoundedMap(OWN_SIGNATURES_MAX);
}

function claimName({ publicKey, digest, signature }: SignatureClaim): string {
  return binaryKey(concatBytes(publicKey, signature, digest));
}

export interface SignatureClaim {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly digest: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

/**
 * ZIP-215 validity (zips.z.cash/zip-0215). Never throws; another length than 32 or 64 is invalid.
 * A forged signature costs the time of the reference, some 1.5 ms.
 */
export function verifySignature(claim: SignatureClaim): boolean {
  if (verifyNative(claim)) return true;
  if (!hasLengths(claim)) return false;
  try {
    return referenceVerify(claim.signature, claim.digest, claim.publicKey, { zip215: true });
  } catch {
    // The reference throws for points that do not decode.
    return false;
  }
}

/** Stricter and fast: what native code accepts. For admission, never for consensus. */
export function verifyNative(claim: SignatureClaim): boolean {
  if (!hasLengths(claim)) return false;
  if (own?.get(claimName(claim)) === true) return true;
  const key = nativeKeyOf(claim.publicKey);
  if (key === undefined) return false;
  return ed25519Verify({ key, digest: claim.digest, signature: claim.signature });
}

function hasLengths({ publicKey, signature }: SignatureClaim): boolean {
  return publicKey.length === PUBLIC_KEY_BYTES && signature.length === SIGNATURE_BYTES;
}

const nativeKeys = new BoundedMap<string, NativeKey>(KEY_CACHE_MAX);

function nativeKeyOf(publicKey: Uint8Array): NativeKey | undefined {
  const name = toHex(publicKey);
  const cached = nativeKeys.get(name);
  if (cached !== undefined) return cached;
  try {
    const key = ed25519PublicKey(publicKey);
    nativeKeys.set(name, key);
    return key;
  } catch {
    return undefined;
  }
}

const registrable = new BoundedMap<string, boolean>(KEY_CACHE_MAX);

/**
 * Whether a key may be registered: canonical encoding (RFC 8032 §5.1.3), and a point of prime
 * order, not the identity. Under such keys only a signer itself can make signatures on which
 * implementations differ. About a millisecond for a key not seen before.
 */
export function isRegistrableKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== PUBLIC_KEY_BYTES) return false;
  const name = toHex(publicKey);
  const cached = registrable.get(name);
  if (cached !== undefined) return cached;
  const holds = hasPrimeOrder(publicKey);
  registrable.set(name, holds);
  return holds;
}

function hasPrimeOrder(publicKey: Uint8Array): boolean {
  try {
    const point = Point.fromBytes(publicKey, false);
    return equalBytes(point.toBytes(), publicKey) && !point.isSmallOrder() && point.isTorsionFree();
  } catch {
    return false;
  }
}
