import assert from "node:assert/strict";
import { test } from "node:test";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { fromHex, toHex, utf8 } from "./bytes.ts";
import { hkdfSha256, hmacSha256, sha256 } from "./hash.ts";
import * as native from "./native.ts";
import * as browser from "./native-browser.ts";

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const anyBytes = fc.uint8Array({ maxLength: 300 });

test("hashes agree with noble, however the input is cut", () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 5 });
  fc.assert(
    fc.property(anyBytes, parts, (key, pieces) => {
      const whole = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
      assert.deepEqual(sha256(...pieces), nobleSha256(whole));
      assert.deepEqual(hmacSha256(key, ...pieces), hmac(nobleSha256, key, whole));
      // With the pads that are kept by now.
      assert.deepEqual(hmacSha256(key, whole), hmac(nobleSha256, key, whole));
    }),
  );
});

test("inputs beyond the reused buffer are hashed whole", () => {
  const large = new Uint8Array(20_000).fill(7);
  const key = new Uint8Array(32).fill(1);
  assert.deepEqual(sha256(large, large), nobleSha256(new Uint8Array(40_000).fill(7)));
  assert.deepEqual(hmacSha256(key, large), hmac(nobleSha256, key, large));
});

test("HKDF: RFC 5869 case 1, and noble", () => {
  const okm = hkdfSha256({
    secret: new Uint8Array(22).fill(0x0b),
    salt: fromHex("000102030405060708090a0b0c"),
    info: fromHex("f0f1f2f3f4f5f6f7f8f9"),
    length: 42,
  });
  const expected =
    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
  assert.equal(toHex(okm), expected);
  fc.assert(
    fc.property(bytes32, anyBytes, anyBytes, fc.integer({ min: 1, max: 200 }), (...input) => {
      const [secret, salt, info, length] = input;
      const key = expand(nobleSha256, extract(nobleSha256, secret, salt), info, length);
      assert.deepEqual(hkdfSha256({ secret, salt, info, length }), key);
    }),
    { numRuns: 30 },
  );
});

test("keys, signatures and agreements are the same in a browser", () => {
  fc.assert(
    fc.property(bytes32, bytes32, anyBytes, (seed, other, digest) => {
      const key = native.ed25519SecretKey(seed);
      const twin = browser.ed25519SecretKey(seed);
      const publicKey = native.publicBytes(key);
      assert.deepEqual(browser.publicBytes(twin), publicKey);
      const signature = native.ed25519Sign({ key, digest });
      assert.deepEqual(browser.ed25519Sign({ key: twin, digest }), signature);
      assert.equal(native.binaryKey(seed), browser.binaryKey(seed));
      for (const code of [native, browser] as unknown as (typeof native)[]) {
        const verifying = code.ed25519PublicKey(publicKey);
        assert.ok(code.ed25519Verify({ key: verifying, digest, signature }));
        const changed = signature.with(5, (signature[5] as number) ^ 1);
        assert.ok(!code.ed25519Verify({ key: verifying, digest, signature: changed }));
      }
      const mine = native.x25519SecretKey(seed);
      const theirs = browser.x25519SecretKey(other);
      const shared = native.x25519Shared({
        secret: mine,
        peerPublic: browser.publicBytes(theirs),
      });
      assert.ok(shared);
      assert.deepEqual(
        browser.x25519Shared({ secret: theirs, peerPublic: native.publicBytes(mine) }),
        shared,
      );
    }),
    { numRuns: 15 },
  );
});

test("a peer's key of small order gives no secret", () => {
  const zero = new Uint8Array(32);
  const secret = new Uint8Array(32).fill(9);
  const input = { peerPublic: zero };
  assert.equal(
    native.x25519Shared({ ...input, secret: native.x25519SecretKey(secret) }),
    undefined,
  );
  assert.equal(
    browser.x25519Shared({ ...input, secret: browser.x25519SecretKey(secret) }),
    undefined,
  );
});

test("sealed by one, opened by the other, and by nobody once changed", () => {
  const nonce = new Uint8Array(12);
  fc.assert(
    fc.property(bytes32, anyBytes, anyBytes, fc.nat(), (key, text, associated, at) => {
      const sealed = native.aeadSeal({ key, nonce, text, associated });
      assert.deepEqual(browser.aeadSeal({ key, nonce, text, associated }), sealed);
      const index = at % sealed.length;
      const changed = sealed.with(index, (sealed[index] as number) ^ 0x80);
      for (const code of [native, browser]) {
        assert.deepEqual(code.aeadOpen({ key, nonce, text: sealed, associated }), text);
        assert.equal(code.aeadOpen({ key, nonce, text: changed, associated }), undefined);
        assert.equal(
          code.aeadOpen({ key, nonce, text: sealed, associated: utf8("other purpose, surely") }),
          undefined,
        );
      }
    }),
    { numRuns: 50 },
  );
  const short = new Uint8Array(15);
  const key = new Uint8Array(32);
  for (const code of [native, browser]) {
    assert.equal(code.aeadOpen({ key, nonce, text: short, associated: short }), undefined);
  }
});
