/** AES-CMAC (RFC 4493) and block encryption with the key schedules of recent keys kept. */
import { AesEngine } from "#aes";
import { binaryKey } from "#native";
import { assert } from "../bytes/assert.ts";
import { BoundedMap } from "../bytes/bounded-map.ts";

export const AES_KEY_BYTES = 16;
const BLOCK_BYTES = 16;
/** Keys per generation of the cache, about 2 KiB each with their open ciphers. */
const KEYS_MAX = 16_384;
/** A block before it and the longest PHYPayload, padded: put together in one reused buffer. */
const SCRATCH_BYTES = 288;
const scratch = new Uint8Array(SCRATCH_BYTES);
const NO_BYTES = new Uint8Array(0);

const keys = new BoundedMap<string, AesCmac>(KEYS_MAX);

/** One key, ready for use. */
export class AesCmac {
  readonly #engine: AesEngine;
  /** K1 and K2 of RFC 4493 §2.3, made at the first MAC. */
  #subkeys: { readonly whole: Uint8Array; readonly padded: Uint8Array } | undefined;

  /** Asserts 16 bytes. */
  constructor(key: Uint8Array) {
    assert(key.length === AES_KEY_BYTES, "an AES-128 key has 16 bytes");
    this.#engine = new AesEngine(key);
  }

  /** The same object for the same key bytes, as long as the key is in use. */
  static of(key: Uint8Array): AesCmac {
    const name = binaryKey(key);
    let cached = keys.get(name);
    if (cached === undefined) {
      cached = new AesCmac(key);
      keys.set(name, cached);
    }
    return cached;
  }

  /** AES-CMAC of the prefix (LoRaWAN's B0; nothing by default) and the message. 16 bytes. */
  mac(input: { readonly prefix?: Uint8Array; readonly message: Uint8Array }): Uint8Array {
    const { prefix = NO_BYTES, message } = input;
    const length = prefix.length + message.length;
    const padded = Math.max(BLOCK_BYTES, Math.ceil(length / BLOCK_BYTES) * BLOCK_BYTES);
    const buffer = padded <= SCRATCH_BYTES ? scratch : new Uint8Array(padded);
    buffer.set(prefix);
    buffer.set(message, prefix.length);
    const isWhole = length === padded;
    if (!isWhole) {
      buffer[length] = 0x80;
      buffer.fill(0, length + 1, padded);
    }
    const { whole, padded: subkey } = this.#makeSubkeys();
    const last = isWhole ? whole : subkey;
    const start = padded - BLOCK_BYTES;
    for (let i = 0; i < BLOCK_BYTES; i++) {
      buffer[start + i] = (buffer[start + i] as number) ^ (last[i] as number);
    }
    return this.#engine.chainBlocks(buffer.subarray(0, padded));
  }

  /** Each block of 16 bytes enciphered by itself (ECB). */
  encryptBlocks(blocks: Uint8Array): Uint8Array {
    return this.#engine.encryptBlocks(blocks);
  }

  /** Each block of 16 bytes deciphered by itself (ECB). */
  decryptBlocks(blocks: Uint8Array): Uint8Array {
    return this.#engine.decryptBlocks(blocks);
  }

  #makeSubkeys() {
    if (this.#subkeys === undefined) {
      const whole = doubled(this.#engine.encryptBlocks(new Uint8Array(BLOCK_BYTES)));
      this.#subkeys = { whole, padded: doubled(whole) };
    }
    return this.#subkeys;
  }
}

/** Times x in GF(2^128) with x^128 = x^7 + x^2 + x + 1 (RFC 4493 §2.3). */
function doubled(block: Uint8Array): Uint8Array {
  const result = new Uint8Array(BLOCK_BYTES);
  for (let i = 0; i < BLOCK_BYTES; i++) {
    result[i] = ((block[i] as number) << 1) | ((block[i + 1] ?? 0) >> 7);
  }
  if ((block[0] as number) & 0x80) result[BLOCK_BYTES - 1] = (result[BLOCK_BYTES - 1] ?? 0) ^ 0x87;
  return result;
}
