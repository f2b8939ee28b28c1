import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type CollarFrame, decodeCollarFrame, encodeCollarFrame } from "./collar-frame.ts";

const rex: CollarFrame = {
  button: false,
  outside: true,
  moving: true,
  position: {
    latDegrees: 40.01499,
    lngDegrees: -105.27055,
    accuracyMeters: 8,
    ageMinutes: 3,
    stale: false,
  },
  speedKmh: 6,
  batteryVolts: 3.87,
  temperatureCelsius: 22,
  activity: 5,
  sequence: 9,
};

test("golden bytes", () => {
  assert.equal(Buffer.from(encodeCollarFrame(rex)).toString("hex"), "1638e903b524153389ad39");
  const decoded = decodeCollarFrame(encodeCollarFrame(rex));
  assert.ok(decoded?.position);
  assert.ok(Math.abs(decoded.position.latDegrees - 40.01499) < 180 / 2 ** 24);
  assert.ok(Math.abs(decoded.position.lngDegrees + 105.27055) < 360 / 2 ** 24);
  assert.deepEqual({ ...decoded, position: undefined }, { ...rex, position: undefined });
});

test("without a position", () => {
  const { position: _, ...lost } = rex;
  assert.deepEqual(decodeCollarFrame(encodeCollarFrame(lost)), lost);
});

test("what is out of range is clamped, the poles and the date line too", () => {
  const wild = encodeCollarFrame({
    ...rex,
    position: {
      latDegrees: -90,
      lngDegrees: 180,
      accuracyMeters: 1e9,
      ageMinutes: 500,
      stale: true,
    },
    speedKmh: 99,
    batteryVolts: 9,
    temperatureCelsius: -60,
    activity: 12,
    sequence: 16,
  });
  const decoded = decodeCollarFrame(wild);
  assert.ok(decoded?.position);
  assert.ok(decoded.position.latDegrees < -89.9999 && decoded.position.lngDegrees > 179.9999);
  assert.equal(decoded.position.accuracyMeters, 32_768);
  assert.equal(decoded.position.ageMinutes, 15);
  assert.equal(decoded.position.stale, true);
  assert.equal(decoded.speedKmh, 30);
  assert.equal(decoded.batteryVolts, 5.05);
  assert.equal(decoded.temperatureCelsius, -20);
  assert.equal(decoded.activity, 7);
  assert.equal(decoded.sequence, 0);
});

test("another length or version is not a collar's", () => {
  const bytes = encodeCollarFrame(rex);
  assert.equal(decodeCollarFrame(bytes.subarray(1)), undefined);
  assert.equal(decodeCollarFrame(Uint8Array.of(0x26, ...bytes.subarray(1))), undefined);
  assert.equal(decodeCollarFrame(new Uint8Array()), undefined);
});

test("any bytes that decode encode to a frame that decodes alike", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 11, maxLength: 11 }), (bytes) => {
      bytes[0] = 0x10 | ((bytes[0] ?? 0) & 15);
      const decoded = decodeCollarFrame(bytes);
      assert.ok(decoded);
      assert.deepEqual(decodeCollarFrame(encodeCollarFrame(decoded)), decoded);
    }),
  );
});
