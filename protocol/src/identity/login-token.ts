/**
 * Login to a broker: the address as user name, and as password a JSON Web Token signed with its key
 * (EdDSA, RFC 8037), which the embedded broker and any broker with JWT login can check.
 * ```
 * header   {"alg":"EdDSA","typ":"JWT"}
 * payload  {"sub": address, "aud": chain id, "iat": seconds, "exp": seconds}
 * ```
 */

import { assert } from "../bytes/assert.ts";
import { decodeBase64Url, encodeBase64Url } from "../bytes/base64.ts";
import { fromUtf8, utf8 } from "../bytes/bytes.ts";
import { DecodeError } from "../bytes/decode-error.ts";
import type { Address, Milliseconds } from "../units.ts";
import { parseAddress, publicKeyOf } from "./address.ts";
import { type Signer, verifyNative } from "./keys.ts";

/** Seconds that a token is good for at most. A broker asks once, when a connection opens. */
export const LOGIN_SECONDS_MAX = 600;
/** Seconds that the clocks of the two sides may differ. */
export const LOGIN_SKEW_SECONDS = 120;
/** Characters of a token at most. */
export const LOGIN_TOKEN_LENGTH_MAX = 1024;

const HEADER = encodeBase64Url(utf8('{"alg":"EdDSA","typ":"JWT"}'));

export type LoginRefusal =
  /** No token: not three parts, not base64url, not JSON, or claims missing or of another type. */
  | "malformed"
  /** Signed by another algorithm than EdDSA, "none" included. */
  | "wrong-algorithm"
  /** For another network. */
  | "wrong-audience"
  /** `sub` is no address. */
  | "unknown-subject"
  | "lifetime-too-long"
  /** Issued in the future, beyond what clocks may differ. */
  | "not-yet-valid"
  | "expired"
  | "signature-invalid";

export type LoginOutcome =
  | { readonly outcome: "valid"; readonly address: Address; readonly expiresAt: Milliseconds }
  | { readonly outcome: "refused"; readonly reason: LoginRefusal };

/** A token for `lifetimeSeconds` (1 to 600) from `now`. */
export function createLoginToken(input: {
  readonly signer: Signer;
  readonly chainId: string;
  readonly now: Milliseconds;
  readonly lifetimeSeconds?: number;
}): string {
  const { signer, chainId, now, lifetimeSeconds = LOGIN_SECONDS_MAX } = input;
  assert(lifetimeSeconds > 0 && lifetimeSeconds <= LOGIN_SECONDS_MAX, "a lifetime in range");
  const iat = Math.floor(now / 1000);
  const claims = { sub: signer.address, aud: chainId, iat, exp: iat + lifetimeSeconds };
  const signed = `${HEADER}.${encodeBase64Url(utf8(JSON.stringify(claims)))}`;
  return `${signed}.${encodeBase64Url(signer.sign(utf8(signed)))}`;
}

/** Whose token it is, at `now`, or the first reason of LoginRefusal for which it is none. */
export function verifyLoginToken(input: {
  readonly token: string;
  readonly chainId: string;
  readonly now: Milliseconds;
}): LoginOutcome {
  const { token, chainId } = input;
  const parts = splitToken(token);
  if (parts === undefined) return refused("malformed");
  if (parts.algorithm !== "EdDSA") return refused("wrong-algorithm");
  const { sub, aud, iat, exp } = parts.claims;
  if (typeof sub !== "string" || !Number.isSafeInteger(iat) || !Number.isSafeInteger(exp)) {
    return refused("malformed");
  }
  if (aud !== chainId) return refused("wrong-audience");
  const address = parseAddress(sub);
  if (address === undefined) return refused("unknown-subject");
  const issued = Number(iat);
  const expires = Number(exp);
  if (expires - issued > LOGIN_SECONDS_MAX) return refused("lifetime-too-long");
  const seconds = input.now / 1000;
  if (issued > seconds + LOGIN_SKEW_SECONDS) return refused("not-yet-valid");
  if (expires <= seconds - LOGIN_SKEW_SECONDS) return refused("expired");
  const { signature, signed } = parts;
  const publicKey = publicKeyOf(address);
  if (!verifyNative({ publicKey, digest: utf8(signed), signature })) {
    return refused("signature-invalid");
  }
  return { outcome: "valid", address, expiresAt: (expires * 1000) as Milliseconds };
}

function refused(reason: LoginRefusal): LoginOutcome {
  return { outcome: "refused", reason };
}

interface TokenParts {
  readonly algorithm: unknown;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signed: string;
  readonly signature: Uint8Array;
}

function splitToken(token: string): TokenParts | undefined {
  if (token.length > LOGIN_TOKEN_LENGTH_MAX) return undefined;
  const [header, payload, last, ...more] = token.split(".");
  if (!header || !payload || !last || more.length > 0) return undefined;
  const signature = decodeBase64Url(last);
  const head = parseObject(header);
  const claims = parseObject(payload);
  if (!signature || !head || !claims) return undefined;
  return { algorithm: head.alg, claims, signed: `${header}.${payload}`, signature };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  const bytes = decodeBase64Url(text);
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(fromUtf8(bytes));
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof DecodeError) return undefined;
    throw error;
  }
}
