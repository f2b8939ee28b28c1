import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromHex, toHex } from "../bytes/bytes.ts";
import { DecodeError } from "../bytes/decode-error.ts";
import * as codec from "./codec.ts";

function roundTrips<T>(one: codec.Codec<T>, values: fc.Arbitrary<T>): void {
  fc.assert(
    fc.property(values, (value) => {
      assert.deepEqual(codec.decode(one, codec.encode(one, value)), value);
    }),
  );
}

function fails(one: codec.Codec<unknown>, hex: string, code: string): void {
  assert.throws(() => codec.decode(one, fromHex(hex)), { name: "DecodeError", code });
}

test("every codec gives back what it was given", () => {
  roundTrips(codec.u8, fc.integer({ min: 0, max: 0xff }));
  roundTrips(codec.u16, fc.integer({ min: 0, max: 0xffff }));
  roundTrips(codec.u32, fc.integer({ min: 0, max: 0xffff_ffff }));
  roundTrips(codec.u48, fc.integer({ min: 0, max: 0xffff_ffff_ffff }));
  roundTrips(codec.i16, fc.integer({ min: -0x8000, max: 0x7fff }));
  roundTrips(codec.u64, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
  roundTrips(codec.uint(), fc.maxSafeNat());
  roundTrips(codec.amount, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
  roundTrips(
    codec.amount,
    fc.integer({ min: 0, max: 63 }).map((shift) => (1n << BigInt(shift)) - 1n),
  );
  roundTrips(codec.bool, fc.boolean());
  roundTrips(codec.text(400), fc.string({ unit: "grapheme", maxLength: 20 }));
  roundTrips(codec.varBytes(300), fc.uint8Array({ maxLength: 300 }));
  roundTrips(codec.optional(codec.u8), fc.option(fc.nat(255), { nil: undefined }));
  roundTrips(codec.list(codec.u16, { max: 20 }), fc.array(fc.nat(0xffff), { maxLength: 20 }));
});

test("every tenth of a decibel survives, and what is finer is rounded", () => {
  for (let tenth = -0x8000; tenth <= 0x7fff; tenth++) {
    const value = tenth / 10;
    assert.equal(codec.decode(codec.tenths, codec.encode(codec.tenths, value)), value);
  }
  const rounded = (value: number) => codec.decode(codec.tenths, codec.encode(codec.tenths, value));
  assert.equal(rounded(-112.34), -112.3);
  assert.equal(rounded(-3.25), -3.2);
  assert.equal(rounded(-0.04), 0);
});

test("numbers are as short as they can be", () => {
  const hex = (value: number) => toHex(codec.encode(codec.uint(), value));
  const table: [number, string][] = [
    [0, "00"],
    [127, "7f"],
    [128, "8001"],
    [16_383, "ff7f"],
    [2 ** 28, "8080808001"],
    [2 ** 49, "8080808080808001"],
    [Number.MAX_SAFE_INTEGER, "ffffffffffffff0f"],
  ];
  for (const [value, expected] of table) assert.equal(hex(value), expected);
  assert.equal(toHex(codec.encode(codec.amount, 2n ** 64n - 1n)), "ffffffffffffffffff01");
});

test("nothing but the one way to write a value is read", () => {
  fails(codec.uint(), "8000", "not-canonical");
  fails(codec.uint(), "808080808080808000", "not-canonical");
  fails(codec.uint(), "8080808080808010", "out-of-range");
  fails(codec.uint({ max: 9 }), "0a", "out-of-range");
  fails(codec.uint({ min: 1 }), "00", "out-of-range");
  fails(codec.uint(), "80", "truncated");
  fails(codec.amount, "ffffffffffffffffff02", "out-of-range");
  fails(codec.amount, "ffffffffffffffffffff01", "out-of-range");
  fails(codec.bool, "02", "not-canonical");
  fails(codec.optional(codec.u8), "0207", "not-canonical");
  fails(codec.u8, "0000", "trailing-bytes");
  fails(codec.u32, "000000", "truncated");
  fails(codec.varBytes(2), "03010203", "out-of-range");
  fails(codec.varBytes(2), "0201", "truncated");
  fails(codec.text(9), "02c080", "malformed-text");
  fails(codec.text(9), "03eda080", "malformed-text");
  fails(codec.oneOf(["a", "b"]), "02", "unknown-kind");
  fails(codec.list(codec.u8, { max: 2 }), "03010203", "out-of-range");
  fails(codec.list(codec.u8, { max: 2, min: 1 }), "00", "out-of-range");
  fails(codec.list(codec.u8, { max: 3, order: (a, b) => a - b }), "020201", "unsorted");
  const pair = codec.union<{ kind: "a"; x: number } | { kind: "b" }>({
    a: [1, codec.struct({ kind: codec.constant("a"), x: codec.u8 })],
    b: [2, codec.struct({ kind: codec.constant("b") })],
  });
  fails(pair, "03", "unknown-kind");
  fails(pair, "00", "unknown-kind");
  fails(pair, "0205", "trailing-bytes");
  assert.deepEqual(codec.decode(pair, fromHex("0105")), { kind: "a", x: 5 });
});

test("an error names the field", () => {
  const point = codec.struct<{ x: number; y: number }>({ x: codec.u8, y: codec.u16 });
  assert.throws(
    () => codec.decode(point, fromHex("0100")),
    (error) => error instanceof DecodeError && error.field === "y" && error.code === "truncated",
  );
});

test("text keeps a byte order mark", () => {
  const one = codec.text(9);
  assert.equal(codec.decode(one, codec.encode(one, "\ufeffa")), "\ufeffa");
});

test("a value outside of its field is a bug", () => {
  const bug = { name: "AssertionError" };
  assert.throws(() => codec.encode(codec.u8, 256), bug);
  assert.throws(() => codec.encode(codec.u8, 1.5), bug);
  assert.throws(() => codec.encode(codec.u8, Number.NaN), bug);
  assert.throws(() => codec.encode(codec.tenths, 4000), bug);
  assert.throws(() => codec.encode(codec.amount, -1n), bug);
  assert.throws(() => codec.encode(codec.amount, 2n ** 64n), bug);
  assert.throws(() => codec.encode(codec.text(3), "\ud800"), bug);
  assert.throws(() => codec.encode(codec.text(3), "éé"), bug);
  assert.throws(() => codec.encode(codec.bytes(2), new Uint8Array(3)), bug);
  // And leaves nothing behind.
  assert.equal(toHex(codec.encode(codec.u8, 1)), "01");
});

test("what is decoded does not change with what it was decoded from, a Buffer too", () => {
  const wire = Buffer.from("020102", "hex");
  const read = codec.decode(codec.varBytes(2), wire);
  wire.fill(0xff);
  assert.deepEqual(read, Uint8Array.of(1, 2));
});
