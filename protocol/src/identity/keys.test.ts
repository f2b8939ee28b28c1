import assert from "node:assert/strict";
import { test } from "node:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { fromHex, toHex } from "../bytes/bytes.ts";
import { addressOf } from "./address.ts";
import {
  isRegistrableKey,
  keyPairFromSeed,
  rememberOwnSignatures,
  verifyNative,
  verifySignature,
} from "./keys.ts";

const FIELD = 2n ** 255n - 19n;
const digest = new Uint8Array(32).fill(7);

/** The 14 encodings of points whose order divides 8, canonical or not (ZIP-215's test vectors). */
function smallOrderEncodings(): Uint8Array[] {
  // A point of order 8, from RFC 7748's curve (libsodium's blacklist has it).
  const eight = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05";
  const torsion = ed25519.Point.fromHex(eight);
  const ys = new Set<bigint>();
  let point = ed25519.Point.ZERO;
  for (let i = 0; i < 8; i++) {
    ys.add(point.toAffine().y);
    point = point.add(torsion);
  }
  const spellings = [...ys].flatMap((y) => [y, y + FIELD]).filter((y) => y < 2n ** 255n);
  return spellings.flatMap((y) => [littleEndian(y), littleEndian(y | (1n << 255n))]);
}

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

test("RFC 8032 §7.1, tests 1 and 3", () => {
  const table = [
    [
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
      "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
      "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
      "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
  ] as const;
  for (const [seed, publicKey, message, signature] of table) {
    const pair = keyPairFromSeed(fromHex(seed));
    assert.equal(toHex(pair.publicKey), publicKey);
    assert.equal(pair.address, addressOf(fromHex(publicKey)));
    assert.equal(toHex(pair.sign(fromHex(message))), signature);
    assert.ok(isRegistrableKey(pair.publicKey));
  }
});

test("a signature holds for its own key and digest only, and nothing throws", () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(bytes, bytes, fc.nat(511), (seed, signed, bit) => {
      const { publicKey, sign } = keyPairFromSeed(seed);
      const signature = sign(signed);
      const claim = { publicKey, digest: signed, signature };
      assert.ok(verifySignature(claim) && verifyNative(claim));
      const at = bit >> 3;
      const changed = signature.with(at, (signature[at] as number) ^ (1 << (bit & 7)));
      assert.ok(!verifySignature({ ...claim, signature: changed }));
      assert.ok(!verifySignature({ ...claim, digest }));
      assert.ok(!verifySignature({ ...claim, publicKey: seed }));
    }),
    { numRuns: 10 },
  );
  const empty = new Uint8Array(0);
  for (const verify of [verifySignature, verifyNative]) {
    assert.ok(!verify({ publicKey: empty, digest, signature: empty }));
    assert.ok(!verify({ publicKey: digest, digest, signature: empty }));
  }
});

test("ZIP-215 accepts all 196 pairs of small order, whatever native code says", () => {
  const encodings = smallOrderEncodings();
  assert.equal(encodings.length, 14);
  for (const publicKey of encodings) {
    assert.ok(!isRegistrableKey(publicKey));
    for (const point of encodings) {
      const signature = new Uint8Array(64);
      signature.set(point);
      assert.ok(verifySignature({ publicKey, digest, signature }));
    }
  }
});

test("a key with a torsion part, and one off the curve, are not registrable", () => {
  const torsion = smallOrderEncodings().at(-1);
  assert.ok(torsion);
  const { publicKey } = keyPairFromSeed(digest);
  const mixed = ed25519.Point.fromBytes(publicKey).add(ed25519.Point.fromBytes(torsion, true));
  assert.ok(!isRegistrableKey(mixed.toBytes()));
  const offCurve = Uint8Array.of(2, ...new Uint8Array(31));
  assert.ok(!isRegistrableKey(offCurve));
  assert.ok(!isRegistrableKey(new Uint8Array(31)));
});

test("a process that remembers its own signatures still refuses every other", () => {
  const pair = keyPairFromSeed(new Uint8Array(32).fill(9));
  const other = keyPairFromSeed(new Uint8Array(32).fill(10));
  rememberOwnSignatures();
  const signature = pair.sign(digest);
  const claim = { publicKey: pair.publicKey, digest, signature };
  assert.ok(verifyNative(claim) && verifySignature(claim));
  const changed = signature.slice();
  changed[0] = (changed[0] ?? 0) ^ 1;
  for (const wrong of [
    { ...claim, signature: changed },
    { ...claim, publicKey: other.publicKey },
    { ...claim, digest: digest.slice(1) },
  ]) {
    assert.equal(verifyNative(wrong), false);
    assert.equal(verifySignature(wrong), false);
  }
});
