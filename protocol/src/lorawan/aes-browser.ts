/** AES-128 on @noble/ciphers, for browsers: see aes-native.ts, whose class it stands in for. */
import { cbc, ecb } from "@noble/ciphers/aes.js";

const BLOCK_BYTES = 16;
const RAW = { disablePadding: true };

export class AesEngine {
  readonly #key: Uint8Array;

  /** Key of 16 bytes; it is copied. */
  constructor(key: Uint8Array) {
    this.#key = key.slice();
  }

  /** Each block of 16 bytes enciphered by itself. */
  encryptBlocks(blocks: Uint8Array): Uint8Array {
    return ecb(this.#key, RAW).encrypt(blocks);
  }

  /** Each block of 16 bytes deciphered by itself. */
  decryptBlocks(blocks: Uint8Array): Uint8Array {
    return ecb(this.#key, RAW).decrypt(blocks);
  }

  /** Last block of the blocks in CBC mode with an initial vector of zero. */
  chainBlocks(blocks: Uint8Array): Uint8Array {
    const enciphered = cbc(this.#key, new Uint8Array(BLOCK_BYTES), RAW).encrypt(blocks);
    return enciphered.subarray(enciphered.length - BLOCK_BYTES);
  }
}
