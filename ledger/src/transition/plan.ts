/**
 * The one function that both admits and applies: what a mempool takes and what a block does cannot
 * drift apart. Order of the checks: those common to all kinds, the cheap ones first; the kind's own
 * rules; fee and money.
 */
import {
  type Address,
  addressBytes,
  type Dc,
  feeOf,
  publicKeyOf,
  signersOf,
  type Transaction,
  type TransactionBody,
} from "@katydid/protocol";
import { Draft, hotspotOf } from "./draft.ts";
import { type Identity, identityOf } from "./identity.ts";
import { payFee } from "./money.ts";
import { accountTable, routerTable } from "./tables.ts";
import { type Fee, rule } from "./transactions/index.ts";
import type { BlockContext, Plan, Refusal } from "./types.ts";
import type { View } from "./view.ts";

/**
 * Whether a transaction holds over `view` in a block of `context`, and what it changes. Writes
 * nothing. The caller has decoded it, so that its fields have the forms that the codec enforces.
 */
export function plan(view: View, transaction: Transaction, context: BlockContext): Plan {
  const draft = new Draft(view, context);
  const refusal = run(draft, transaction);
  if (refusal !== undefined) return { outcome: "refused", refusal };
  const { notices, rewards } = draft;
  return { outcome: "accepted", changes: draft, notices, rewards };
}

function run(draft: Draft, transaction: Transaction): Refusal | undefined {
  const { body } = transaction;
  const { context } = draft;
  const { expiryHeight } = body;
  if (expiryHeight !== 0 && context.height > expiryHeight) {
    return { reason: "expired", expiryHeight, height: context.height };
  }
  const expected = signersOf(body).length;
  const actual = transaction.signatures.length;
  if (actual !== expected) return { reason: "signatures-missing", expected, actual };
  const payer = feePayerOf(draft, body);
  if (payer === undefined) return { reason: "actor-unknown", actor: body.actor };
  const nonce = draft.account(body.actor).nonce + 1;
  if (body.nonce !== nonce) {
    return { reason: "nonce-mismatch", expected: nonce, actual: body.nonce };
  }
  const identity = identityOf({ chainId: context.chainId, transaction });
  const unsigned = unsignedBy(draft, transaction, identity);
  if (unsigned !== undefined) return { reason: "signature-invalid", signer: unsigned };

  const ruling = rule(draft, body, identity);
  if ("refusal" in ruling) return ruling.refusal;
  const minimum = ruling.free === true ? (0n as Dc) : minimumFee(draft, body, identity);
  const offered = body.feeDc;
  if (offered < minimum) return { reason: "fee-too-low", minimum, offered };
  // What a hotspot's or router's key signs falls on its owner, whom the key must not bleed.
  if (payer !== body.actor && offered > minimum) {
    return { reason: "fee-too-high", minimum, offered };
  }
  const fee: Fee = { payer, dc: ruling.free === true ? minimum : offered };
  const taken = payFee(draft, fee);
  if ("refusal" in taken) return taken.refusal;
  const account = draft.account(body.actor);
  draft.putAccount(body.actor, { ...account, nonce });
  return ruling.apply({ ...fee, cost: taken.cost });
}

function minimumFee(draft: Draft, body: TransactionBody, { bytes }: Identity): Dc {
  return feeOf({ params: draft.context.params, body, bytes });
}

/** Who pays: the actor, or the owner of the hotspot or router that acts. Undefined: nobody knows it. */
function feePayerOf(draft: Draft, body: TransactionBody): Address | undefined {
  const key = addressBytes(body.actor);
  switch (body.kind) {
    case "presence":
    case "redeem-voucher":
    case "open-challenge":
    case "report-commitment":
    case "challenge-receipts":
    case "late-receipt":
      return hotspotOf(draft, body.actor)?.owner;
    case "close-channel":
      return draft.get(routerTable, key)?.owner;
    case "report-evidence":
      return ownerOf(draft, body.actor) ?? accountHolder(draft, body.actor);
    default:
      return accountHolder(draft, body.actor);
  }
}

/** Of a hotspot or router: what its key earns or spends is its owner's. */
function ownerOf(draft: Draft, address: Address): Address | undefined {
  return hotspotOf(draft, address)?.owner ?? draft.get(routerTable, addressBytes(address))?.owner;
}

function accountHolder(draft: Draft, address: Address): Address | undefined {
  return draft.get(accountTable, addressBytes(address)) === undefined ? undefined : address;
}

function unsignedBy(
  draft: Draft,
  { signatures }: Transaction,
  { digests, signers }: Identity,
): Address | undefined {
  return signers.find((signer, i) => {
    const signature = signatures[i];
    const digest = digests[i];
    if (signature === undefined || digest === undefined) return true;
    return !draft.context.verify({ publicKey: publicKeyOf(signer), digest, signature });
  });
}
