/**
 * The only file of protocol/ that imports node:crypto. package.json's `imports` puts
 * native-browser.ts (the noble libraries) in its place where a bundler asks for `browser`.
 */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  hash,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";

// DER before the 32 raw bytes of a key (RFC 8410 §4, §7).
const ED25519_PUBLIC = Buffer.from("302a300506032b6570032100", "hex");
const ED25519_SECRET = Buffer.from("302e020100300506032b657004220420", "hex");
const X25519_SECRET = Buffer.from("302e020100300506032b656e04220420", "hex");

const SHA256_BYTES = 32;

export type NativeKey = KeyObject;

/**
 * As text of one character a byte, and then to bytes: a Buffer of Node's making is memory outside
 * the heap, and costs more than the hash (0.5 us against 1.5 us for 64 bytes, Node 24).
 */
export function nativeSha256(bytes: Uint8Array): Uint8Array {
  const text = hash("sha256", bytes, "binary");
  const digest = new Uint8Array(SHA256_BYTES);
  for (let i = 0; i < SHA256_BYTES; i++) digest[i] = text.charCodeAt(i);
  return digest;
}

/** One character per byte, a cheap key for a Map. */
export function binaryKey(bytes: Uint8Array): string {
  return Buffer.prototype.latin1Slice.call(bytes, 0, bytes.length);
}

export function ed25519SecretKey(seed: Uint8Array): NativeKey {
  return secretKey(ED25519_SECRET, seed);
}

export function ed25519PublicKey(publicKey: Uint8Array): NativeKey {
  return createPublicKey({
    key: Buffer.concat([ED25519_PUBLIC, publicKey]),
    format: "der",
    type: "spki",
  });
}

/** The 32 raw bytes of the public key that belongs to a secret key of either curve. */
export function publicBytes(secret: NativeKey): Uint8Array {
  // A JWK (RFC 8037 §2) is put out twenty times faster than DER.
  const { x = "" } = createPublicKey(secret).export({ format: "jwk" });
  return new Uint8Array(Buffer.from(x, "base64url"));
}

export function ed25519Sign({ key, digest }: { key: NativeKey; digest: Uint8Array }): Uint8Array {
  return new Uint8Array(sign(null, digest, key));
}

export function ed25519Verify(input: {
  key: NativeKey;
  digest: Uint8Array;
  signature: Uint8Array;
}): boolean {
  return verify(null, input.digest, input.key, input.signature);
}

export function x25519SecretKey(secret: Uint8Array): NativeKey {
  return secretKey(X25519_SECRET, secret);
}

/** The 32 shared bytes, or undefined where the peer's key is of small order (RFC 7748 §6.1). */
export function x25519Shared(input: {
  secret: NativeKey;
  peerPublic: Uint8Array;
}): Uint8Array | undefined {
  try {
    const x = Buffer.from(input.peerPublic).toString("base64url");
    const jwk = { kty: "OKP", crv: "X25519", x };
    const publicKey = createPublicKey({ key: jwk, format: "jwk" });
    return new Uint8Array(diffieHellman({ privateKey: input.secret, publicKey }));
  } catch {
    // OpenSSL refuses a shared secret of zero.
    return undefined;
  }
}

export interface AeadInput {
  readonly key: Uint8Array;
  /** 12 bytes. */
  readonly nonce: Uint8Array;
  readonly text: Uint8Array;
  readonly associated: Uint8Array;
}

/**
 * ChaCha20-Poly1305 (RFC 8439 §2.8): cipher text, then the 16-byte tag. With a key object a cipher
 * is made in 3 us, with bytes in 15 (Node 24).
 */
export function aeadSeal(input: AeadInput): Uint8Array {
  const cipher = createCipheriv("chacha20-poly1305", createSecretKey(input.key), input.nonce, {
    authTagLength: 16,
  });
  cipher.setAAD(input.associated, { plaintextLength: input.text.length });
  const sealed = Buffer.concat([cipher.update(input.text), cipher.final(), cipher.getAuthTag()]);
  return new Uint8Array(sealed);
}

/** The plain text, or undefined where the tag does not match. */
export function aeadOpen(input: AeadInput): Uint8Array | undefined {
  if (input.text.length < 16) return undefined;
  const length = input.text.length - 16;
  const decipher = createDecipheriv("chacha20-poly1305", createSecretKey(input.key), input.nonce, {
    authTagLength: 16,
  });
  decipher.setAAD(input.associated, { plaintextLength: length });
  decipher.setAuthTag(input.text.subarray(length));
  const opened = decipher.update(input.text.subarray(0, length));
  try {
    return new Uint8Array(Buffer.concat([opened, decipher.final()]));
  } catch {
    return undefined;
  }
}

function secretKey(prefix: Buffer, raw: Uint8Array): NativeKey {
  return createPrivateKey({ key: Buffer.concat([prefix, raw]), format: "der", type: "pkcs8" });
}
