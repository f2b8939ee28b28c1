import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeCayenneLpp, LPP_ITEMS_MAX } from "./cayenne-lpp.ts";

const decode = (hex: string) => decodeCayenneLpp(Buffer.from(hex, "hex"));

const rows: readonly (readonly [string, string, unknown])[] = [
  ["gps", "018806765ff2960a0003e8", { latitude: 42.3519, longitude: -87.9094, altitude: 10 }],
  ["temperature", "0367ffd7", -4.1],
  ["humidity", "016865", 50.5],
  ["analog_in", "0102fb2e", -12.34],
  ["accelerometer", "0671 04d2 fb2e 0000", { x: 1.234, y: -1.234, z: 0 }],
  ["gyrometer", "0686 0064 ff9c 0001", { x: 1, y: -1, z: 0.01 }],
  ["colour", "0187 ff8000", { r: 255, g: 128, b: 0 }],
  ["pressure", "0173 2774", 1010],
  ["voltage", "0174 014a", 3.3],
  ["time", "0185 ffffffff", 4294967295],
  ["altitude", "0179 ffff", -1],
  ["switch", "018e 01", 1],
];
for (const [type, hex, value] of rows) {
  test(`decodes ${type}`, () => {
    const bytes = hex.replaceAll(" ", "");
    assert.deepEqual(decode(bytes), {
      outcome: "decoded",
      items: [{ channel: Number.parseInt(bytes.slice(0, 2), 16), type, value }],
    });
  });
}

test("a polyline walks by signed nibbles", () => {
  const result = decode("01f0 0a 01 000064 ffff9c 1f f1".replaceAll(" ", ""));
  assert.deepEqual(result, {
    outcome: "decoded",
    items: [
      {
        channel: 1,
        type: "polyline",
        value: [
          { latitude: 0.01, longitude: -0.01 },
          { latitude: 0.0099, longitude: -0.0099 },
          { latitude: 0.01, longitude: -0.01 },
        ],
      },
    ],
  });
});

const refusals: readonly (readonly [string, string, string])[] = [
  ["a lone channel", "01", "item-truncated"],
  ["a cut value", "036701", "item-truncated"],
  ["a cut second item", "0367011005", "item-truncated"],
  ["a type that nobody knows", "01ff00", "type-unknown"],
  ["a polyline longer than the payload", "01f0ff01000000000000", "polyline-malformed"],
  ["a polyline of factor 0", "01f00800000000000000", "polyline-malformed"],
];
for (const [name, hex, code] of refusals) {
  test(`refuses ${name}`, () => {
    const result = decode(hex);
    assert.equal(result.outcome === "refused" ? result.error.code : "decoded", code);
  });
}

test("no bytes are no items", () => {
  assert.deepEqual(decode(""), { outcome: "decoded", items: [] });
});

test("never throws and never exceeds its bound", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 255 }), (bytes) => {
      const result = decodeCayenneLpp(bytes);
      if (result.outcome === "decoded") assert.ok(result.items.length <= LPP_ITEMS_MAX);
    }),
  );
});
