/** Ids, signatures and fees of transactions. */

import { assert } from "../bytes/assert.ts";
import { domainDigest } from "../bytes/domain.ts";
import { publicKeyOf } from "../identity/address.ts";
import { SIGNATURE_BYTES, type Signer, verifyNative, verifySignature } from "../identity/keys.ts";
import type { Claim } from "../messages/message.ts";
import { signatureClaim } from "../messages/message-codec.ts";
import type { Params } from "../params.ts";
import { type Address, type Dc, dc } from "../units.ts";
import { signersOf } from "./signers.ts";
import type { AddHotspot, Transaction, TransactionBody } from "./transaction.ts";
import { encodeBody } from "./transaction-codec.ts";

export const TRANSACTION_TAG = "katydid/transaction";

export interface BodyOnChain {
  readonly chainId: string;
  readonly body: TransactionBody;
}

/** Id of a transaction, 32 bytes, and the digest that its actor signs: no signature is part of it. */
export function transactionId({ chainId, body }: BodyOnChain): Uint8Array {
  return domainDigest({ tag: TRANSACTION_TAG, chainId }, encodeBody(body));
}

/**
 * What each of `signersOf(body)` signs, in that order: the id, and for the hotspot of add-hotspot
 * its claim, so that a hotspot that is offline by then can be added.
 */
export function signedDigests({ chainId, body }: BodyOnChain): Uint8Array[] {
  const id = transactionId({ chainId, body });
  return signersOf(body).map((address) =>
    body.kind === "add-hotspot" && claimSigns(body, address) ? claimDigest({ chainId, body }) : id,
  );
}

/**
 * Signatures by `signersOf(body)`; each of them must be among `signers`, in whatever order, but the
 * hotspot of add-hotspot where its `claim` is given.
 */
export function signTransaction(
  input: BodyOnChain & { readonly signers: readonly Signer[]; readonly claim?: Claim },
): Transaction {
  const { body, claim } = input;
  const digests = signedDigests(input);
  const signatures = signersOf(body).map((address, i) => {
    if (claim !== undefined && body.kind === "add-hotspot" && claimSigns(body, address)) {
      return claim.signature;
    }
    const signer = input.signers.find((candidate) => candidate.address === address);
    assert(signer, `a signer for ${address}`);
    const digest = digests[i];
    assert(digest, "a digest for each signer");
    return signer.sign(digest);
  });
  return { body, signatures };
}

function claimSigns({ actor, owner, hotspot }: AddHotspot, address: Address): boolean {
  return address === hotspot && address !== actor && address !== owner;
}

function claimDigest({ chainId, body }: { chainId: string; body: AddHotspot }): Uint8Array {
  const { hotspot, owner, nonceHash } = body;
  const message: Claim = {
    kind: "claim",
    hotspot,
    owner,
    nonceHash,
    signature: new Uint8Array(SIGNATURE_BYTES),
  };
  return signatureClaim({ chainId, message, by: hotspot }).digest;
}

/**
 * The first signer whose signature does not hold, undefined where all do. `rule`: "consensus" is
 * ZIP-215; "admission" is native code alone, which a forger cannot make slow.
 */
export function unsignedBy(input: {
  readonly chainId: string;
  readonly transaction: Transaction;
  readonly rule: "consensus" | "admission";
}): Address | undefined {
  const { body, signatures } = input.transaction;
  const digests = signedDigests({ chainId: input.chainId, body });
  const verify = input.rule === "consensus" ? verifySignature : verifyNative;
  return signersOf(body).find((address, i) => {
    const signature = signatures[i];
    const digest = digests[i];
    if (signature === undefined || digest === undefined) return true;
    return !verify({ publicKey: publicKeyOf(address), digest, signature });
  });
}

/**
 * The least fee of a transaction of that many bytes, signatures included (protocol.md section 1).
 * For assert-location it is the full fee; which assertions are free is the ledger's to say.
 */
export function feeOf(input: {
  readonly params: Params;
  readonly body: TransactionBody;
  readonly bytes: number;
}): Dc {
  const { params, body } = input;
  switch (body.kind) {
    case "open-challenge":
    case "challenge-receipts":
    case "late-receipt":
      return dc(0n);
    case "add-hotspot":
      return params.addHotspotFeeDc;
    case "assert-location":
      return params.assertLocationFeeDc;
    case "register-router":
      return dc(params.registerRouterFeeDc + params.slabFeeDc * BigInt(body.slabs));
    case "update-router":
      return dc(sizeFee(input) + params.slabFeeDc * BigInt(body.addSlabs));
    default:
      return dc(sizeFee(input));
  }
}

/** Bytes of the transaction once it is signed. */
export function signedBytes(body: TransactionBody): number {
  return encodeBody(body).length + SIGNATURE_BYTES * signersOf(body).length;
}

/** The body with the least fee that its own size, fee included, asks for. */
export function withLeastFee<Body extends TransactionBody>(input: {
  readonly params: Params;
  readonly body: Body;
}): Body {
  let body = { ...input.body, feeDc: dc(0n) };
  // The fee's own length is at most 10 bytes, so it settles at once; it never falls in the loop.
  for (let round = 0; round < 4; round++) {
    const feeDc = feeOf({ params: input.params, body, bytes: signedBytes(body) });
    if (feeDc <= body.feeDc) break;
    body = { ...body, feeDc };
  }
  return body;
}

function sizeFee({ params, bytes }: { params: Params; bytes: number }): bigint {
  return BigInt(Math.max(1, Math.ceil(bytes / params.feeBytesPerDc)));
}
