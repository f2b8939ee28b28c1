import assert from "node:assert/strict";
import { createCipheriv } from "node:crypto";
import { test } from "node:test";
import { ecb } from "@noble/ciphers/aes.js";
import fc from "fast-check";
import { fromHex, toHex } from "../bytes/bytes.ts";
import { AesCmac } from "./aes.ts";
import { AesEngine as BrowserEngine } from "./aes-browser.ts";
import { AesEngine as NativeEngine } from "./aes-native.ts";

const KEY = fromHex("2b7e151628aed2a6abf7158809cf4f3c");
const MESSAGE = fromHex(
  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" +
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
);

test("the four vectors of RFC 4493 section 4, in any order, on one open cipher", () => {
  const vectors = [
    [0, "bb1d6929e95937287fa37d129b756746"],
    [16, "070a16b46b4d4144f79bdd9dd04a287c"],
    [40, "dfa66747de9ae63030ca32611497c827"],
    [64, "51f0bebf7e3b9d92fc49741779363cfe"],
  ] as const;
  for (const [length, expected] of [...vectors, ...vectors.toReversed()]) {
    const mac = AesCmac.of(KEY).mac({ message: MESSAGE.subarray(0, length) });
    assert.equal(toHex(mac), expected);
  }
});

test("a prefix is the beginning of the message, whatever the length", () => {
  const cmac = new AesCmac(KEY);
  for (const length of [0, 1, 15, 16, 17, 255, 271, 272, 273, 288, 289, 1000]) {
    const message = new Uint8Array(length).map((_, index) => index);
    const joined = new Uint8Array([...MESSAGE.subarray(0, 16), ...message]);
    const whole = toHex(cmac.mac({ message: joined }));
    assert.equal(toHex(cmac.mac({ prefix: MESSAGE.subarray(0, 16), message })), whole);
    assert.notEqual(toHex(cmac.mac({ message })), whole);
  }
});

const blocks = fc
  .integer({ min: 1, max: 18 })
  .chain((count) => fc.uint8Array({ minLength: 16 * count, maxLength: 16 * count }));
const key = fc.uint8Array({ minLength: 16, maxLength: 16 });

test("both engines and node:crypto agree", () => {
  fc.assert(
    fc.property(key, fc.array(blocks, { minLength: 1, maxLength: 4 }), (secret, messages) => {
      const native = new NativeEngine(secret);
      const browser = new BrowserEngine(secret);
      for (const message of messages) {
        const expected = createCipheriv("aes-128-cbc", secret, new Uint8Array(16))
          .setAutoPadding(false)
          .update(message)
          .subarray(-16);
        assert.equal(toHex(native.chainBlocks(message.slice())), toHex(expected));
        assert.equal(toHex(browser.chainBlocks(message.slice())), toHex(expected));
        const enciphered = ecb(secret, { disablePadding: true }).encrypt(message);
        assert.equal(toHex(native.encryptBlocks(message)), toHex(enciphered));
        assert.equal(toHex(browser.encryptBlocks(message)), toHex(enciphered));
        assert.equal(toHex(native.decryptBlocks(enciphered)), toHex(message));
        assert.equal(toHex(browser.decryptBlocks(enciphered)), toHex(message));
      }
    }),
    { numRuns: 50 },
  );
});

test("the cache knows a key by its bytes, and a key that is changed is another key", () => {
  const changing = KEY.slice();
  const before = AesCmac.of(changing);
  assert.equal(AesCmac.of(KEY), before);
  changing[0] = 0;
  assert.notEqual(AesCmac.of(changing), before);
  assert.equal(
    toHex(before.mac({ message: new Uint8Array() })),
    "bb1d6929e95937287fa37d129b756746",
  );
  assert.throws(() => AesCmac.of(KEY.subarray(1)), /16 bytes/);
});
