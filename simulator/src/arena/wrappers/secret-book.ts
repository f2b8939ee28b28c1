/**
 * A challenger that reads its own host's memory: what its agent draws at random may be the secret of
 * a challenge. The ledger shows the secret's hash and, with the draw, the rest: so the payload of the
 * beacon is known before its target transmits.
 */
import type { LedgerClient, LedgerEvent } from "@katydid/ledger/client";
import type { Random } from "@katydid/platform";
import { type Address, BoundedMap, beaconPayload, sha256, toHex } from "@katydid/protocol";

const SECRET_BYTES = 32;
/** Of all that is drawn; a challenge is over long before so many more are. */
const DRAWS_MAX = 512;

/** A payload that somebody is about to transmit. */
export interface Foreseen {
  /** 51 bytes. */
  readonly payload: Uint8Array;
  readonly challenger: Address;
  readonly target: Address;
}

export class SecretBook {
  readonly #byHash = new BoundedMap<string, Uint8Array>(DRAWS_MAX);

  /** The same randomness, with a reader over its shoulder. */
  over(random: Random): Random {
    return {
      bytes: (count) => {
        const drawn = random.bytes(count);
        if (count === SECRET_BYTES) this.#byHash.set(toHex(sha256(drawn)), drawn.slice());
        return drawn;
      },
      below: (bound) => random.below(bound),
      unit: () => random.unit(),
      stream: (name) => this.over(random.stream(name)),
    };
  }

  /** Calls `onForeseen` for each challenge whose secret is in the book, as its target is drawn. */
  follow(ledger: Pick<LedgerClient, "watch">, onForeseen: (foreseen: Foreseen) => void): void {
    ledger.watch({ kinds: ["target-drawn"] }, (event) => {
      const foreseen = event.kind === "target-drawn" ? this.#payloadOf(event) : undefined;
      if (foreseen !== undefined) onForeseen(foreseen);
    });
  }

  #payloadOf(event: Extract<LedgerEvent, { kind: "target-drawn" }>): Foreseen | undefined {
    const { secretHash, targetEntropy, target, challenger } = event;
    const secret = this.#byHash.get(toHex(secretHash));
    if (secret === undefined) return undefined;
    return { payload: beaconPayload({ secret, targetEntropy, target }), challenger, target };
  }
}
