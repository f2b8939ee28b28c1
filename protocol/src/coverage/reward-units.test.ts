import assert from "node:assert/strict";
import { test } from "node:test";
import {
  beaconerUnits,
  formatUnits,
  SCALE_ONE,
  scaleUnits,
  UNITS_ONE,
  witnessUnits,
} from "./reward-units.ts";

test("units by number of selected witnesses (HIP-15)", () => {
  const table: [number, string, string][] = [
    [0, "0.0000", "0.0000"],
    [1, "0.2500", "1.0000"],
    [3, "0.7500", "1.0000"],
    [4, "1.0000", "1.0000"],
    [5, "1.2000", "0.7600"],
    [6, "1.3600", "0.6067"],
    [10, "1.7379", "0.3262"],
    [14, "1.8926", "0.2220"],
    [200, "2.0000", "0.0150"],
  ];
  for (const [selected, beaconer, witness] of table) {
    assert.equal(formatUnits(beaconerUnits(selected)), beaconer, `beaconer of ${selected}`);
    assert.equal(formatUnits(witnessUnits(selected)), witness, `witness of ${selected}`);
  }
});

test("from four witnesses on a challenge is worth five units, less flooring", () => {
  for (let selected = 4; selected <= 64; selected++) {
    const sum = beaconerUnits(selected) + BigInt(selected) * witnessUnits(selected);
    const missing = 5n * UNITS_ONE - sum;
    assert.ok(missing >= 0n && missing <= BigInt(selected + 1), `${selected}: ${missing}`);
  }
});

test("more witnesses never make the beaconer poorer, nor a witness richer", () => {
  for (let selected = 1; selected < 64; selected++) {
    assert.ok(beaconerUnits(selected + 1) >= beaconerUnits(selected));
    assert.ok(witnessUnits(selected + 1) <= witnessUnits(selected));
  }
});

test("printing rounds half up", () => {
  assert.equal(formatUnits(49_999_999n), "0.0000");
  assert.equal(formatUnits(50_000_000n), "0.0001");
  assert.equal(formatUnits(UNITS_ONE - 1n), "1.0000");
  assert.equal(formatUnits(12n * UNITS_ONE), "12.0000");
  assert.throws(() => formatUnits(-1n), /not negative/);
});

test("a scale floors", () => {
  assert.equal(scaleUnits({ units: 7n, scale: SCALE_ONE }), 7n);
  assert.equal(scaleUnits({ units: 7n, scale: SCALE_ONE / 2n }), 3n);
});

test("what is no number of witnesses is a bug", () => {
  for (const selected of [-1, 0.5, Number.NaN, 1e9]) {
    assert.throws(() => beaconerUnits(selected), /not a number of witnesses/);
    assert.throws(() => witnessUnits(selected), /not a number of witnesses/);
  }
});
