import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeBase58, encodeBase58 } from "../bytes/base58.ts";
import { BoundedMap } from "../bytes/bounded-map.ts";
import { compareBytes, concatBytes, equalBytes, fromHex, toHex } from "../bytes/bytes.ts";
import { sha256 } from "../bytes/hash.ts";
import type { Address } from "../units.ts";
import {
  ADDRESS_VERSION,
  addressBytes,
  addressFromBytes,
  addressOf,
  compareAddresses,
  parseAddress,
  publicKeyOf,
} from "./address.ts";
import { ANIMALS, HUES, QUALITIES } from "./name-words.ts";
import { hotspotName } from "./names.ts";

const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });

test("an address and its key lead to each other", () => {
  fc.assert(
    fc.property(keys, keys, (key, other) => {
      const address = addressOf(key);
      assert.match(address, /^Ke[1-9A-HJ-NP-Za-km-z]{50}$/);
      assert.equal(parseAddress(address), address);
      assert.deepEqual(publicKeyOf(address), key);
      assert.deepEqual(addressBytes(address), concatBytes(Uint8Array.of(0), key));
      assert.equal(addressFromBytes(addressBytes(address)), address);
      const order = Math.sign(compareAddresses(address, addressOf(other)));
      assert.equal(order, Math.sign(compareBytes(key, other)));
    }),
  );
});

test("a text with one wrong character is no address", () => {
  const address = addressOf(sha256());
  for (let at = 0; at < address.length; at++) {
    const letter = address[at] === "2" ? "3" : "2";
    const changed = address.slice(0, at) + letter + address.slice(at + 1);
    assert.equal(parseAddress(changed), undefined);
  }
  for (const text of [
    "",
    "1",
    ` ${address}`,
    `${address}1`,
    `1${address}`,
    "ü",
    "2".repeat(5000),
  ]) {
    assert.equal(parseAddress(text), undefined, text);
  }
});

test("another version or key type is no address, though the checksum is right", () => {
  const withChecksum = (head: number[]) => {
    const body = concatBytes(Uint8Array.from(head), sha256());
    return encodeBase58(concatBytes(body, sha256(sha256(body)).subarray(0, 4)));
  };
  assert.ok(parseAddress(withChecksum([ADDRESS_VERSION, 0])));
  assert.equal(parseAddress(withChecksum([ADDRESS_VERSION, 1])), undefined);
  assert.equal(parseAddress(withChecksum([ADDRESS_VERSION + 1, 0])), undefined);
  const p256 = concatBytes(Uint8Array.of(1), sha256());
  assert.throws(() => addressFromBytes(p256), { code: "unknown-kind" });
  assert.throws(() => addressFromBytes(sha256()), { code: "out-of-range" });
  assert.throws(() => addressBytes("Ke" as Address), { code: "malformed-text" });
});

test("base58 and hex give back what they were given, leading zeros too", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(3), (bytes, zeros) => {
      const padded = concatBytes(new Uint8Array(zeros), bytes);
      assert.deepEqual(decodeBase58(encodeBase58(padded)), padded);
      assert.deepEqual(fromHex(toHex(padded)), padded);
    }),
  );
  // draft-msporny-base58-03 §5.
  assert.equal(encodeBase58(fromHex("0000287fb4cd")), "11233QC4");
  for (const bad of ["0", "abc", "AB", "0g", "é0"]) {
    assert.throws(() => fromHex(bad), { code: "malformed-text" });
  }
});

test("bytes are equal or in order", () => {
  assert.ok(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2)));
  assert.ok(!equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)));
  assert.ok(!equalBytes(Uint8Array.of(1), Uint8Array.of(1, 0)));
  assert.ok(compareBytes(Uint8Array.of(1), Uint8Array.of(1, 0)) < 0);
  assert.ok(compareBytes(Uint8Array.of(2), Uint8Array.of(1, 255)) > 0);
});

test("names come from three lists of 256 different words", () => {
  for (const list of [QUALITIES, HUES, ANIMALS]) {
    assert.equal(new Set(list).size, 256);
    for (const word of list) assert.match(word, /^[a-z]{3,16}$/);
  }
  assert.ok(ANIMALS.includes("katydid"));
  const names = Array.from({ length: 500 }, (_, i) =>
    hotspotName(addressOf(sha256(Uint8Array.of(i, i >> 8)))),
  );
  assert.ok(new Set(names).size > 495);
  for (const name of names) assert.match(name, /^[a-z]+-[a-z]+-[a-z]+$/);
});

test("a bounded map keeps what is in use and forgets the rest", () => {
  const map = new BoundedMap<number, number>(10);
  map.set(0, 0);
  for (let i = 1; i < 1000; i++) {
    map.set(i, i);
    assert.equal(map.get(0), 0);
    assert.ok(map.size <= 20);
  }
  assert.equal(map.get(1), undefined);
  assert.equal(map.get(999), 999);
});
