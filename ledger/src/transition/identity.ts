/** Id, size and signers of a transaction, computed once per transaction object. */
import {
  type Address,
  encodeTransaction,
  signedDigests,
  signersOf,
  type Transaction,
  transactionId,
} from "@katydid/protocol";

export interface Identity {
  readonly chainId: string;
  /** 32 bytes. */
  readonly id: Uint8Array;
  /** What each signer signs: the id, but for the claim of a hotspot. */
  readonly digests: readonly Uint8Array[];
  readonly bytes: number;
  readonly signers: readonly Address[];
}

/** Transactions are never changed, so what follows from one may be kept as long as it is. */
const known = new WeakMap<Transaction, Identity>();

/** The number of signatures must be that of the signers. */
export function identityOf(input: { chainId: string; transaction: Transaction }): Identity {
  const { chainId, transaction } = input;
  const kept = known.get(transaction);
  if (kept?.chainId === chainId) return kept;
  const { body } = transaction;
  const id = transactionId({ chainId, body });
  const signers = signersOf(body);
  const hasClaim = body.kind === "add-hotspot";
  const identity = {
    chainId,
    id,
    digests: hasClaim ? signedDigests({ chainId, body }) : signers.map(() => id),
    bytes: encodeTransaction(transaction).length,
    signers,
  };
  known.set(transaction, identity);
  return identity;
}
