import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromHex, toHex } from "../bytes/bytes.ts";
import { buildDataFrame, checkDataMic, decryptPayload } from "./data-frame.ts";
import { parseFrame } from "./frame.ts";
import { devAddrText, euiText, parseDevAddr, parseEui } from "./identifiers.ts";

const KEYS = {
  nwkSKey: fromHex("44024241ed4ce9a68c6a8bc055233fd3"),
  appSKey: fromHex("ec925802ae430ca77fd3dd73cb2cc588"),
};
const PUBLISHED = fromHex("40f17dbe4900020001954378762b11ff0d");

test("the widely published frame says test", () => {
  const frame = parseFrame(PUBLISHED);
  assert(frame.kind === "data-up");
  assert.equal(devAddrText(frame.devAddr), "49be7df1");
  assert.deepEqual([frame.fCnt16, frame.fPort, frame.confirmed, frame.adr], [2, 1, false, false]);
  assert.equal(toHex(decryptPayload({ frame, keys: KEYS, fCnt32: 2 })), "74657374");
  assert(checkDataMic({ phyPayload: PUBLISHED, nwkSKey: KEYS.nwkSKey, fCnt32: 2 }));
  // The same low bits one turn later are another counter.
  assert(!checkDataMic({ phyPayload: PUBLISHED, nwkSKey: KEYS.nwkSKey, fCnt32: 0x1_0002 }));
  assert(!checkDataMic({ phyPayload: PUBLISHED, nwkSKey: KEYS.nwkSKey, fCnt32: 3 }));
});

test("one wrong bit anywhere breaks the MIC", () => {
  for (let bit = 0; bit < PUBLISHED.length * 8; bit++) {
    const phyPayload = PUBLISHED.slice();
    phyPayload[bit >> 3] = (phyPayload[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const { fCnt16 = 0 } = parseFrame(phyPayload) as { fCnt16?: number };
    assert(!checkDataMic({ phyPayload, nwkSKey: KEYS.nwkSKey, fCnt32: fCnt16 }), `bit ${bit}`);
  }
});

// Ordered as the refusals are: each row is wrong in what it is named for, and often in more.
const malformed: readonly (readonly [string, string])[] = [
  ["", "empty"],
  ["41".padEnd(512, "0"), "too-long"],
  ["41", "major-unsupported"],
  ["e1aabb", "major-unsupported"],
  ["c0", "type-unsupported"],
  ["00", "wrong-length"],
  ["00".repeat(22), "wrong-length"],
  [`20${"00".repeat(17)}`, "wrong-length"],
  ["40", "too-short"],
  ["4011000048800000aabbcc", "too-short"],
  ["401100004881000011223344", "options-overrun"],
  ["40110000488f0000000102030405060708090a0b0c0d11223344", "options-overrun"],
  ["40110000488100000200ff11223344", "options-on-port-0"],
];

test("what is no frame is malformed, with its reason", () => {
  for (const [hex, reason] of malformed) {
    assert.deepEqual(parseFrame(fromHex(hex)), { kind: "malformed", reason }, hex);
  }
});

test("frames at the edges: no port, port without payload, options only, port 0", () => {
  const kinds = (hex: string) => {
    const frame = parseFrame(fromHex(hex));
    assert(frame.kind === "data-up" || frame.kind === "data-down");
    return [frame.fPort, frame.fOpts.length, frame.frmPayload.length];
  };
  assert.deepEqual(kinds("401100004880000011223344"), [undefined, 0, 0]);
  assert.deepEqual(kinds("40110000488000000211223344"), [2, 0, 0]);
  assert.deepEqual(kinds("6011000048810000021122334455".slice(0, 26)), [undefined, 1, 0]);
  assert.deepEqual(kinds("60110000488000000006aabb11223344"), [0, 0, 3]);
  const proprietary = parseFrame(fromHex("e00102"));
  assert(proprietary.kind === "proprietary" && toHex(proprietary.payload) === "0102");
});

test("any bytes are a frame of some kind, and none throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (phyPayload) => {
      assert(typeof parseFrame(phyPayload).kind === "string");
      checkDataMic({ phyPayload, nwkSKey: KEYS.nwkSKey, fCnt32: 0 });
    }),
  );
});

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
const dataFrame = fc.record({
  direction: fc.constantFrom("up" as const, "down" as const),
  devAddr: fc.nat(0xffff_ffff),
  fCnt32: fc.nat(0xffff_ffff),
  keys: fc.record({ nwkSKey: key, appSKey: key }),
  confirmed: fc.boolean(),
  fPort: fc.integer({ min: 1, max: 255 }),
  payload: bytes(227),
  fOpts: bytes(15),
  adr: fc.boolean(),
  ack: fc.boolean(),
  pending: fc.boolean(),
});

test("what is built is read again", () => {
  fc.assert(
    fc.property(dataFrame, (input) => {
      const phyPayload = buildDataFrame(input);
      const frame = parseFrame(phyPayload);
      assert(frame.kind === (input.direction === "up" ? "data-up" : "data-down"));
      for (const field of ["devAddr", "confirmed", "fPort", "adr", "ack", "pending"] as const) {
        assert.equal(frame[field], input[field], field);
      }
      assert.equal(frame.fCnt16, input.fCnt32 & 0xffff);
      assert.deepEqual(new Uint8Array(frame.fOpts), input.fOpts);
      const { keys, fCnt32 } = input;
      assert.deepEqual(decryptPayload({ frame, keys, fCnt32 }), input.payload);
      assert(checkDataMic({ phyPayload, nwkSKey: keys.nwkSKey, fCnt32 }));
    }),
  );
});

test("MAC commands on port 0 are under the network's key", () => {
  const payload = Uint8Array.of(0x06);
  const input = {
    direction: "down",
    devAddr: 1,
    fCnt32: 7,
    keys: KEYS,
    fPort: 0,
    payload,
  } as const;
  const frame = parseFrame(buildDataFrame(input));
  assert(frame.kind === "data-down");
  const swapped = { nwkSKey: KEYS.nwkSKey, appSKey: KEYS.nwkSKey };
  assert.deepEqual(decryptPayload({ frame, keys: swapped, fCnt32: 7 }), payload);
});

test("a frame that cannot be is a bug to build", () => {
  const base = { direction: "up", devAddr: 1, fCnt32: 1, keys: KEYS } as const;
  const wrong = [
    { payload: new Uint8Array(1) },
    { fPort: 1, payload: new Uint8Array(243) },
    { fPort: 0, fOpts: new Uint8Array(1) },
    { fOpts: new Uint8Array(16) },
    { fCnt32: 2 ** 32 },
    { devAddr: -1 },
    { fPort: 256 },
    { direction: "down", adrAckRequest: true } as const,
  ];
  for (const fields of wrong) assert.throws(() => buildDataFrame({ ...base, ...fields }));
  assert.equal(buildDataFrame({ ...base, fPort: 1, payload: new Uint8Array(242) }).length, 255);
});

test("identifiers are read and written, big-endian", () => {
  assert.equal(devAddrText(0x11), "00000011");
  assert.equal(parseDevAddr("4800001A"), 0x4800001a);
  assert.equal(euiText(0x70b3d57ed0000001n), "70b3d57ed0000001");
  assert.equal(parseEui("70B3D57ED0000001"), 0x70b3d57ed0000001n);
  for (const text of ["", "4800001", "4800001g", "480000111"]) {
    assert.equal(parseDevAddr(text), undefined);
  }
  assert.equal(parseEui("70b3d57ed000000"), undefined);
});
