/** The same bytes in every run. */
import type { Random } from "@katydid/platform";
import { sha256, u32Bytes, utf8 } from "@katydid/protocol";

export class SeededRandom implements Random {
  readonly #seed: Uint8Array;
  #count = 0;

  constructor(seed: number | Uint8Array) {
    this.#seed = typeof seed === "number" ? sha256(u32Bytes(seed)) : seed;
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += 32) {
      bytes.set(sha256(this.#seed, u32Bytes(this.#count++)).subarray(0, count - at), at);
    }
    return bytes;
  }

  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }

  unit(): number {
    return new DataView(this.bytes(4).buffer).getUint32(0) / 2 ** 32;
  }

  stream(name: string): Random {
    return new SeededRandom(sha256(this.#seed, utf8(name)));
  }
}
