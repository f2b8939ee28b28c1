/** The system's randomness (node:crypto), fit for keys. */
import { randomBytes, randomInt } from "node:crypto";
import type { Random } from "./random.ts";

export const systemRandom: Random = {
  bytes: (count) => {
    const bytes = new Uint8Array(count);
    bytes.set(randomBytes(count));
    return bytes;
  },
  below: (bound) => randomInt(bound),
  // 53 bits, so that every result is exact and below 1.
  unit: () => {
    const words = randomBytes(8);
    return (words.readUInt32LE(0) * 2 ** 21 + (words.readUInt32LE(4) >>> 11)) / 2 ** 53;
  },
  // There is nothing to keep apart: no draw can be repeated anyway.
  stream: () => systemRandom,
};
