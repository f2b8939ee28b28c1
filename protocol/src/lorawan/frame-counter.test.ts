import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FCNT_GAP_MAX, type FrameCounter, reconstructFrameCounter } from "./frame-counter.ts";

const next = (fCnt32: number, gap: number): FrameCounter => ({ outcome: "next", fCnt32, gap });
const refused = (reason: "replay" | "gap", fCnt32: number): FrameCounter => ({
  outcome: "refused",
  reason,
  fCnt32,
});

const table: readonly (readonly [string, number | undefined, number, FrameCounter])[] = [
  ["the first may be any", undefined, 700, next(700, 700)],
  ["the next", 0, 1, next(1, 0)],
  ["some are missing", 10, 15, next(15, 4)],
  ["the largest gap", 0, FCNT_GAP_MAX, next(16_384, 16_383)],
  ["one more is too many", 0, FCNT_GAP_MAX + 1, refused("gap", 16_385)],
  ["the same again", 11, 11, { outcome: "repeat", fCnt32: 11 }],
  ["an old one", 11, 2, refused("replay", 2)],
  ["over the turn of 16 bits", 0xffff, 0, next(0x1_0000, 0)],
  ["over a later turn", 0x2_fffe, 3, next(0x3_0003, 4)],
  ["old, before the turn", 0x1_0002, 0xfff0, refused("replay", 0xfff0)],
  ["the last counter there is", 0xffff_fffe, 0xffff, next(0xffff_ffff, 0)],
  ["none comes after it", 0xffff_ffff, 0, refused("replay", 0xffff_0000)],
];

test("16 bits become 32", () => {
  for (const [name, last, fCnt16, expected] of table) {
    assert.deepEqual(reconstructFrameCounter({ last, fCnt16 }), expected, name);
  }
});

test("every counter within the gap is found again", () => {
  const last = fc.nat(0xffff_ffff - FCNT_GAP_MAX);
  fc.assert(
    fc.property(last, fc.integer({ min: 1, max: FCNT_GAP_MAX }), (before, step) => {
      const fCnt32 = before + step;
      const found = reconstructFrameCounter({ last: before, fCnt16: fCnt32 & 0xffff });
      assert.deepEqual(found, next(fCnt32, step - 1));
    }),
  );
});
