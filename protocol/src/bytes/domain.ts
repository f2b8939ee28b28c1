/**
 * Domain separation: what is signed for one purpose, on one network, means nothing elsewhere.
 * ```
 * SHA-256( | tag length u8 | tag | chain id length u8 | chain id | bytes | )
 * ```
 */
import { assert } from "./assert.ts";
import { BoundedMap } from "./bounded-map.ts";
import { concatBytes, utf8 } from "./bytes.ts";
import { sha256 } from "./hash.ts";

/** Bytes of a chain id at most (CometBFT's limit is 50: types/genesis.go MaxChainIDLen). */
export const CHAIN_ID_BYTES_MAX = 50;
/** Few tags and few networks in one process; a stranger cannot add to them. */
const PREFIXES_MAX = 256;
const prefixes = new BoundedMap<string, Uint8Array>(PREFIXES_MAX);

/** Names what a digest is for. */
export interface Domain {
  readonly tag: string;
  readonly chainId: string;
}

/** Digest of 32 bytes to be signed. */
export function domainDigest(domain: Domain, bytes: Uint8Array): Uint8Array {
  const name = `${domain.tag} ${domain.chainId}`;
  let prefix = prefixes.get(name);
  if (prefix === undefined) {
    prefix = concatBytes(lengthPrefixed(domain.tag), lengthPrefixed(domain.chainId));
    prefixes.set(name, prefix);
  }
  return sha256(prefix, bytes);
}

/** Whether the text can be a chain id: 1 to 50 characters of `A-Z a-z 0-9 . _ -`. */
export function isChainId(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,50}$/.test(text);
}

function lengthPrefixed(text: string): Uint8Array {
  const bytes = utf8(text);
  assert(bytes.length <= CHAIN_ID_BYTES_MAX, "a tag or chain id of at most 50 bytes");
  return concatBytes(Uint8Array.of(bytes.length), bytes);
}
