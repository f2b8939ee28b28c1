/**
 * Randomness that a seed repeats: xoshiro128** 1.1 (Blackman, Vigna 2018, public domain), seeded
 * with SHA-256 of a path. A stream's path is its parent's and its name, so it does not depend on
 * what was drawn before, nor on other streams. Fit for worlds, never for keys that guard anything.
 */
import { createHash } from "node:crypto";
import type { Random } from "@katydid/platform";

export class SeededRandom implements Random {
  readonly #path: string;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(path: string) {
    this.#path = path;
    const seed = createHash("sha256").update(path).digest();
    this.#a = seed.readInt32LE(0);
    this.#b = seed.readInt32LE(4);
    this.#c = seed.readInt32LE(8);
    // All zero is the one state that it cannot leave.
    this.#d = seed.readInt32LE(12) | 1;
  }

  stream(name: string): Random {
    return new SeededRandom(`${this.#path}/${name.length}:${name}`);
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += 4) {
      const word = this.#next();
      bytes[at] = word;
      bytes[at + 1] = word >>> 8;
      bytes[at + 2] = word >>> 16;
      bytes[at + 3] = word >>> 24;
    }
    return bytes;
  }

  below(bound: number): number {
    if (!(Number.isInteger(bound) && bound >= 1 && bound <= 2 ** 32)) {
      throw new RangeError(`below ${bound}: whole numbers from 1 to 2^32`);
    }
    // Whole multiples of the bound only, so that no result is likelier than another.
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const word = this.#next();
      if (word < limit) return word % bound;
    }
  }

  unit(): number {
    const high = this.#next() >>> 5;
    const low = this.#next() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  #next(): number {
    const b = this.#b;
    const scaled = Math.imul(b, 5);
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9) >>> 0;
    const c = this.#c ^ this.#a;
    const d = this.#d ^ b;
    this.#b = b ^ c;
    this.#a ^= d;
    this.#c = c ^ (b << 9);
    this.#d = (d << 11) | (d >>> 21);
    return result;
  }
}

/** A normal deviate of mean 0 and deviation 1 (Box-Muller; the second of the pair is left). */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.unit()));
  return radius * Math.cos(2 * Math.PI * random.unit());
}

/** An exponential deviate of mean 1: the time to the next of independent arrivals. */
export function exponential(random: Random): number {
  return -Math.log(1 - random.unit());
}
