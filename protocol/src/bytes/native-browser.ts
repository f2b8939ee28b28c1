/**
 * native.ts for browsers: the same functions by the noble libraries. Slower, and the cross-check of
 * the native ones in tests.
 */
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { AeadInput } from "./native.ts";

export type { AeadInput };

/** Raw bytes of a key and what it is for. */
export interface NativeKey {
  readonly type: "ed25519-secret" | "ed25519-public" | "x25519-secret";
  readonly bytes: Uint8Array;
}

export function nativeSha256(bytes: Uint8Array): Uint8Array {
  return sha256(bytes);
}

export function binaryKey(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

export function ed25519SecretKey(seed: Uint8Array): NativeKey {
  return { type: "ed25519-secret", bytes: seed.slice() };
}

export function ed25519PublicKey(publicKey: Uint8Array): NativeKey {
  return { type: "ed25519-public", bytes: publicKey.slice() };
}

export function publicBytes({ type, bytes }: NativeKey): Uint8Array {
  return type === "x25519-secret" ? x25519.getPublicKey(bytes) : ed25519.getPublicKey(bytes);
}

export function ed25519Sign({ key, digest }: { key: NativeKey; digest: Uint8Array }): Uint8Array {
  return ed25519.sign(digest, key.bytes);
}

export function ed25519Verify(input: {
  key: NativeKey;
  digest: Uint8Array;
  signature: Uint8Array;
}): boolean {
  try {
    // Strict: what native code accepts is no more than this.
    return ed25519.verify(input.signature, input.digest, input.key.bytes, { zip215: false });
  } catch {
    return false;
  }
}

export function x25519SecretKey(secret: Uint8Array): NativeKey {
  return { type: "x25519-secret", bytes: secret.slice() };
}

export function x25519Shared(input: {
  secret: NativeKey;
  peerPublic: Uint8Array;
}): Uint8Array | undefined {
  try {
    return x25519.getSharedSecret(input.secret.bytes, input.peerPublic);
  } catch {
    return undefined;
  }
}

export function aeadSeal(input: AeadInput): Uint8Array {
  return chacha20poly1305(input.key, input.nonce, input.associated).encrypt(input.text);
}

export function aeadOpen(input: AeadInput): Uint8Array | undefined {
  try {
    return chacha20poly1305(input.key, input.nonce, input.associated).decrypt(input.text);
  } catch {
    return undefined;
  }
}
