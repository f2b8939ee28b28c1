import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DC_PER_USD, dc, MOTES_PER_TOKEN, microUsd, motes } from "../units.ts";
import { dcForBytes, dcForMotes, motesForDc } from "./dc.ts";

test("a payload costs one DC for each 24 bytes begun", () => {
  const table: [number, bigint][] = [
    [-1, 1n],
    [0, 1n],
    [1, 1n],
    [24, 1n],
    [25, 2n],
    [48, 2n],
    [222, 10n],
    [255, 11n],
  ];
  for (const [bytes, expected] of table) assert.equal(dcForBytes(bytes), expected, `${bytes}`);
  assert.throws(() => dcForBytes(1.5), /not a number of bytes/);
});

test("at 1 USD a token makes 100,000 DC", () => {
  const priceMicroUsd = microUsd(1_000_000);
  assert.equal(dcForMotes({ motes: motes(MOTES_PER_TOKEN), priceMicroUsd }), DC_PER_USD);
  const back = motesForDc({ dc: dc(DC_PER_USD), priceMicroUsd, rounding: "down" });
  assert.equal(back, MOTES_PER_TOKEN);
});

test("motes asked for cover the DC, motes paid are covered by them", () => {
  const amount = fc.bigInt({ min: 0n, max: 10n ** 15n }).map(dc);
  const price = fc.integer({ min: 1, max: 10 ** 12 }).map(microUsd);
  fc.assert(
    fc.property(amount, price, (credits, priceMicroUsd) => {
      const up = motesForDc({ dc: credits, priceMicroUsd, rounding: "up" });
      const down = motesForDc({ dc: credits, priceMicroUsd, rounding: "down" });
      assert.ok(dcForMotes({ motes: up, priceMicroUsd }) >= credits);
      assert.ok(dcForMotes({ motes: down, priceMicroUsd }) <= credits);
      assert.ok(up - down <= 1n && up >= down);
    }),
  );
});

test("there is no price of nothing", () => {
  for (const price of [0, -1, 0.5]) {
    const priceMicroUsd = microUsd(price);
    assert.throws(() => dcForMotes({ motes: motes(1n), priceMicroUsd }), /not a price/);
  }
});
