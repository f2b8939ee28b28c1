/**
 * Remembers signatures that hold, so that the one a mempool has checked costs the block a look-up.
 * Only what holds is kept: a forger gains no room in it.
 */
import { BoundedMap, concatBytes, verifyNative, verifySignature } from "@katydid/protocol";
import type { Verify } from "../transition/index.ts";
import { keyName } from "../transition/view.ts";

/** In each of two generations: more than a full mempool's. */
const SIGNATURES_MAX = 20_000;

export class SignatureCache {
  private readonly held = new BoundedMap<string, true>(SIGNATURES_MAX);

  /** ZIP-215: what blocks are held to. */
  readonly consensus: Verify = (check) => this.check(check, verifySignature);
  /** What native code accepts: enough for a mempool, and a forger cannot make it slow. */
  readonly admission: Verify = (check) => this.check(check, verifyNative);

  private check(check: Parameters<Verify>[0], verify: Verify): boolean {
    const name = keyName(concatBytes(check.publicKey, check.digest, check.signature));
    if (this.held.get(name) === true) return true;
    if (!verify(check)) return false;
    this.held.set(name, true);
    return true;
  }
}
