/**
 * Addresses: base58 of
 * ```
 * | version u8 | key type u8 | public key 32 | checksum 4 |
 * ```
 * The checksum is the beginning of SHA-256(SHA-256(what stands before it)). An address is canonical:
 * there is one text for one key. On the wire and in state it is the 33 bytes of key type and key.
 */
import { binaryKey } from "#native";
import { decodeBase58, encodeBase58 } from "../bytes/base58.ts";
import { BoundedMap } from "../bytes/bounded-map.ts";
import { compareBytes, equalBytes } from "../bytes/bytes.ts";
import { DecodeError } from "../bytes/decode-error.ts";
import { sha256 } from "../bytes/hash.ts";
import type { Address } from "../units.ts";

/** First byte of every address of a Katydid network: it makes them begin with `Ke`. */
export const ADDRESS_VERSION = 0x7e;
/** Key types. Secure elements speak P-256, which will be 1. */
export const KEY_TYPE_ED25519 = 0;
/** Key type and key. */
export const ADDRESS_BYTES = 33;
const CHECKSUM_BYTES = 4;
const BINARY_BYTES = 1 + ADDRESS_BYTES + CHECKSUM_BYTES;
const TEXT_LENGTH_MAX = 56;
/** Addresses remembered in each direction and generation: a large fleet, some 20 MB. */
const CACHE_MAX = 65_536;

const bytesByAddress = new BoundedMap<string, Uint8Array>(CACHE_MAX);
const addressByBytes = new BoundedMap<string, Address>(CACHE_MAX);
const keyByAddress = new BoundedMap<string, Uint8Array>(CACHE_MAX);

/** Address of an Ed25519 public key of 32 bytes. Says nothing of whether the key is any good. */
export function addressOf(publicKey: Uint8Array): Address {
  const bytes = new Uint8Array(ADDRESS_BYTES);
  bytes[0] = KEY_TYPE_ED25519;
  bytes.set(publicKey, 1);
  return addressFromBytes(bytes);
}

/** Key type and public key, 33 bytes. The array is shared: do not change it. */
export function addressBytes(address: Address): Uint8Array {
  const cached = bytesByAddress.get(address);
  if (cached !== undefined) return cached;
  const bytes = decodeAddress(address);
  if (bytes === undefined) throw new DecodeError({ code: "malformed-text", field: "address" });
  bytesByAddress.set(address, bytes);
  return bytes;
}

/** The 32 bytes of the public key. The array is shared: do not change it. */
export function publicKeyOf(address: Address): Uint8Array {
  const cached = keyByAddress.get(address);
  if (cached !== undefined) return cached;
  const key = addressBytes(address).slice(1);
  keyByAddress.set(address, key);
  return key;
}

/** Address of key type and key, 33 bytes. Throws DecodeError for another length or key type. */
export function addressFromBytes(bytes: Uint8Array): Address {
  const key = binaryKey(bytes);
  const cached = addressByBytes.get(key);
  if (cached !== undefined) return cached;
  if (bytes.length !== ADDRESS_BYTES) {
    throw new DecodeError({ code: "out-of-range", field: "address" });
  }
  if (bytes[0] !== KEY_TYPE_ED25519) {
    throw new DecodeError({ code: "unknown-kind", field: "key type" });
  }
  const binary = new Uint8Array(BINARY_BYTES);
  binary[0] = ADDRESS_VERSION;
  binary.set(bytes, 1);
  binary.set(checksum(binary), 1 + ADDRESS_BYTES);
  const address = encodeBase58(binary) as Address;
  addressByBytes.set(key, address);
  return address;
}

/** The address that a text is, or undefined where it is none (length, version, type, checksum). */
export function parseAddress(text: string): Address | undefined {
  if (bytesByAddress.get(text) !== undefined) return text as Address;
  const bytes = decodeAddress(text);
  if (bytes === undefined) return undefined;
  bytesByAddress.set(text, bytes);
  return text as Address;
}

/** Order of addresses wherever order matters: that of their key bytes. */
export function compareAddresses(a: Address, b: Address): number {
  return a === b ? 0 : compareBytes(addressBytes(a), addressBytes(b));
}

function decodeAddress(text: string): Uint8Array | undefined {
  if (text.length > TEXT_LENGTH_MAX) return undefined;
  const binary = decodeBase58(text);
  if (binary?.length !== BINARY_BYTES) return undefined;
  if (binary[0] !== ADDRESS_VERSION || binary[1] !== KEY_TYPE_ED25519) return undefined;
  if (!equalBytes(binary.subarray(1 + ADDRESS_BYTES), checksum(binary))) return undefined;
  return binary.slice(1, 1 + ADDRESS_BYTES);
}

function checksum(binary: Uint8Array): Uint8Array {
  return sha256(sha256(binary.subarray(0, 1 + ADDRESS_BYTES))).subarray(0, CHECKSUM_BYTES);
}
