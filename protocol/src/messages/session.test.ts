import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromHex, toHex } from "../bytes/bytes.ts";
import { addressOf } from "../identity/address.ts";
import {
  agreementKeyOf,
  agreementPairOf,
  ephemeralKeyPair,
  sharedSecret,
} from "../identity/agreement.ts";
import { messageSamples, sampleBytes, sampleKey } from "../testing/samples.ts";
import type { Hello, Order, SignedReport, Welcome } from "./message.ts";
import { encodeMessage, messageHash } from "./message-codec.ts";
import { openOrder, openReport, REPORT_SALT_BYTES, sealOrder, sealReport } from "./seal.ts";
import { openEnvelope, ReplayWindow, SEQUENCE_MAX, sealEnvelope, sessionKey } from "./session.ts";

const sample = (kind: string) => messageSamples.find((message) => message.kind === kind);
const order = sample("order") as Order;
const report = sample("report") as SignedReport;
const hello = sample("hello") as Hello;
const welcome = sample("welcome") as Welcome;
const hotspot = ephemeralKeyPair(sampleBytes("hotspot ephemeral"));
const router = ephemeralKeyPair(sampleBytes("router ephemeral"));

function keyOf(own: typeof router, peerPublic: Uint8Array, change = {}) {
  const key = sessionKey({ own, peerPublic, hello, welcome, ...change });
  assert.ok(key);
  return key;
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.with(at, (bytes[at] as number) ^ 1);
}

test("X25519: RFC 7748 §6.1, and identities in Montgomery form", () => {
  const alice = ephemeralKeyPair(
    fromHex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"),
  );
  const bob = ephemeralKeyPair(
    fromHex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"),
  );
  const alicePublic = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
  const bobPublic = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
  const secret = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
  assert.equal(toHex(alice.publicKey), alicePublic);
  assert.equal(toHex(bob.publicKey), bobPublic);
  const shared = sharedSecret({ own: alice, peerPublic: bob.publicKey });
  assert.deepEqual(shared, fromHex(secret));
  assert.deepEqual(sharedSecret({ own: bob, peerPublic: alice.publicKey }), shared);
  for (const name of ["owner", "hotspot", "witness", "router"]) {
    const { address, seed } = sampleKey(name);
    assert.deepEqual(agreementKeyOf(address), agreementPairOf(seed).publicKey);
  }
});

test("an order opens for its target under the challenge's key, and for nobody else", () => {
  const ephemeral = ephemeralKeyPair(sampleBytes("challenge"));
  const bytes = sealOrder({ order, ephemeral });
  assert.ok(bytes);
  const { seed } = sampleKey("hotspot");
  const right = { bytes, seed, ephemeralPublic: ephemeral.publicKey };
  assert.deepEqual(openOrder(right), order);
  assert.deepEqual(sealOrder({ order, ephemeral }), bytes);
  const other = ephemeralKeyPair(sampleBytes("other")).publicKey;
  assert.equal(openOrder({ ...right, seed: sampleKey("witness").seed }), undefined);
  assert.equal(openOrder({ ...right, ephemeralPublic: other }), undefined);
  assert.equal(openOrder({ ...right, ephemeralPublic: new Uint8Array(32) }), undefined);
  for (let at = 0; at < bytes.length; at++) {
    assert.equal(openOrder({ ...right, bytes: flipped(bytes, at) }), undefined);
  }
  assert.equal(openOrder({ ...right, bytes: bytes.subarray(1) }), undefined);
  assert.equal(openOrder({ ...right, bytes: new Uint8Array(0) }), undefined);
});

test("nothing is sealed to an address without a point of the curve", () => {
  const nobody = addressOf(Uint8Array.of(2, ...new Uint8Array(31)));
  const ephemeral = ephemeralKeyPair(sampleBytes("challenge"));
  assert.equal(sealOrder({ order: { ...order, target: nobody }, ephemeral }), undefined);
});

test("a report opens for whoever knows the payload", () => {
  const payload = sampleBytes("payload");
  const random24 = sampleBytes("salt").slice(0, REPORT_SALT_BYTES);
  const bytes = sealReport({ report, payload, random24 });
  assert.deepEqual(openReport({ bytes, payload }), report);
  assert.equal(openReport({ bytes, payload: flipped(payload, 0) }), undefined);
  for (let at = 0; at < bytes.length; at++) {
    assert.equal(openReport({ bytes: flipped(bytes, at), payload }), undefined);
  }
  for (const length of [0, 23, 24, 39, 5000]) {
    assert.equal(openReport({ bytes: new Uint8Array(length), payload }), undefined);
  }
});

test("both sides have the same keys, another for each direction", () => {
  const ours = keyOf(hotspot, router.publicKey);
  const theirs = keyOf(router, hotspot.publicKey);
  assert.deepEqual(ours, theirs);
  assert.notDeepEqual(ours["to-router"], ours["to-hotspot"]);
});

test("the keys hang on both handshake messages whole", () => {
  const right = keyOf(hotspot, router.publicKey);
  const changes = [
    { hello: { ...hello, region: "US915" } },
    { hello: { ...hello, signature: flipped(hello.signature, 0) } },
    { welcome: { ...welcome, helloHash: messageHash(welcome) } },
    { peerPublic: hotspot.publicKey },
  ];
  for (const change of changes) {
    assert.notDeepEqual(keyOf(hotspot, router.publicKey, change), right);
  }
  const peerPublic = new Uint8Array(32);
  assert.equal(sessionKey({ own: hotspot, peerPublic, hello, welcome }), undefined);
});

test("an envelope opens unchanged, in its direction, under its key", () => {
  const key = keyOf(hotspot, router.publicKey);
  const direction = "to-router" as const;
  const packet = sample("packet");
  assert.ok(packet);
  const message = encodeMessage(packet);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: SEQUENCE_MAX }), fc.nat(), (sequence, place) => {
      const bytes = sealEnvelope({ key, direction, sequence, message });
      assert.equal(bytes[0], 0);
      assert.deepEqual(openEnvelope({ key, direction, bytes }), { sequence, message });
      assert.equal(openEnvelope({ key, direction: "to-hotspot", bytes }), undefined);
      const changed = flipped(bytes, place % bytes.length);
      assert.equal(openEnvelope({ key, direction, bytes: changed }), undefined);
      assert.equal(openEnvelope({ key, direction, bytes: bytes.subarray(0, -1) }), undefined);
    }),
  );
  const other = keyOf(router, router.publicKey);
  const bytes = sealEnvelope({ key, direction, sequence: 1, message });
  assert.equal(openEnvelope({ key: other, direction, bytes }), undefined);
  for (const length of [0, 4, 19, 20, 4000]) {
    assert.equal(openEnvelope({ key, direction, bytes: new Uint8Array(length) }), undefined);
  }
  for (const sequence of [0, SEQUENCE_MAX + 1]) {
    assert.throws(() => sealEnvelope({ key, direction, sequence, message }));
  }
});

test("the replay window passes each sequence once, as a set would", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 120 })), (sequences) => {
      const window = new ReplayWindow();
      const seen = new Set<number>();
      let highest = 0;
      for (const sequence of sequences) {
        const isOld = sequence <= highest - ReplayWindow.SIZE;
        assert.equal(window.isReplay(sequence), isOld || seen.has(sequence));
        seen.add(sequence);
        highest = Math.max(highest, sequence);
      }
    }),
  );
});
