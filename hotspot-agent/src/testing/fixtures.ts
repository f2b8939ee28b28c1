/** Keys, randomness and metrics that are the same in every run of the tests. */
import type { Metrics, Random } from "@katydid/platform";
import { type KeyPair, keyPairFromSeed, sha256, u32Bytes, utf8 } from "@katydid/protocol";

export const CHAIN_ID = "katydid-test";

export function keyOf(name: string): KeyPair {
  return keyPairFromSeed(sha256(utf8(`key of ${name}`)));
}

/** SHA-256 in counter mode. */
export class TestRandom implements Random {
  readonly #seed: string;
  #counter = 0;

  constructor(seed = "seed") {
    this.#seed = seed;
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += 32) {
      const block = sha256(utf8(this.#seed), u32Bytes(this.#counter++));
      bytes.set(block.subarray(0, Math.min(32, count - at)), at);
    }
    return bytes;
  }

  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }

  unit(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.bytes(4);
    return ((a << 24) | (b << 16) | (c << 8) | d) / 2 ** 32 + 0.5;
  }

  stream(name: string): Random {
    return new TestRandom(`${this.#seed}/${name}`);
  }
}

const nothing = { add: () => {}, set: () => {}, observe: () => {}, value: () => 0 };
export const noMetrics: Metrics = {
  counter: () => nothing,
  gauge: () => nothing,
  histogram: () => nothing,
  text: async () => "",
};
