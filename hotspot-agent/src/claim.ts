/**
 * The claim that a new hotspot shows: signed by its key, made out to one owner, with a one-time
 * nonce that is kept, so that the same hotspot shows the same claim after a restart.
 */
import type { Random, Store } from "@katydid/platform";
import {
  type Address,
  type Claim,
  type KeyPair,
  sha256,
  signMessage,
  utf8,
} from "@katydid/protocol";

const NONCE_KEY = utf8("claim-nonce");

export interface ClaimOptions {
  readonly key: KeyPair;
  readonly owner: Address;
  readonly chainId: string;
  readonly store: Store;
  readonly random: Random;
}

/** `claimText` and `claimWords` of @katydid/protocol turn it into what is shown. */
export async function makeClaim(options: ClaimOptions): Promise<Claim> {
  const { key, owner, chainId, store, random } = options;
  let nonce = store.get(NONCE_KEY);
  if (nonce === undefined) {
    nonce = random.bytes(32);
    await store.commit([{ key: NONCE_KEY, value: nonce }]);
  }
  return signMessage({
    chainId,
    signer: key,
    body: { kind: "claim", hotspot: key.address, owner, nonceHash: sha256(nonce) },
  });
}
