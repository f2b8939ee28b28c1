import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { db, dbm, hertz } from "../units.ts";
import { freeSpaceBoundMilliDbm, freeSpaceLoss, milliDb } from "./path-loss.ts";

const SPEED_OF_LIGHT = 299_792_458;
const path = fc.record({
  frequencyHz: fc.integer({ min: 400_000_000, max: 2_500_000_000 }).map(hertz),
  // Evenly over the decades from 1 m to 20,000 km.
  distanceMillimeters: fc
    .double({ min: 3, max: Math.log10(2e10), noNaN: true })
    .map((exponent) => Math.round(10 ** exponent)),
});

function exactLoss(input: { frequencyHz: number; distanceMillimeters: number }): number {
  const { frequencyHz, distanceMillimeters } = input;
  return 20 * Math.log10((4 * Math.PI * distanceMillimeters * frequencyHz) / SPEED_OF_LIGHT / 1e3);
}

test("path loss is within 10^-9 dB over the whole range", () => {
  fc.assert(
    fc.property(path, (input) => {
      assert.ok(Math.abs(Number(freeSpaceLoss(input)) / 1e12 - exactLoss(input)) < 1e-9);
    }),
    { numRuns: 5000 },
  );
});

test("the bound is the exact one, floored to a thousandth", () => {
  const gain = fc.integer({ min: -50, max: 150 }).map((tenths) => db(tenths / 10));
  fc.assert(
    fc.property(path, gain, gain, fc.integer({ min: -10, max: 36 }), (input, tx, rx, power) => {
      const bound = freeSpaceBoundMilliDbm({
        ...input,
        txGainDbi: tx,
        rxGainDbi: rx,
        txPowerDbm: dbm(power),
      });
      const above = 1000 * (power + tx + rx - exactLoss(input)) - bound;
      assert.ok(above > -1e-6 && above < 1 + 1e-6, `${above}`);
    }),
    { numRuns: 2000 },
  );
});

test("golden bounds", () => {
  const table: [number, number, number, number, number, number][] = [
    [27, 1.2, 1.2, 915e6, 1_000_000, -62_277],
    [14, 2.3, 3, 868_100_000, 300_000, -61_462],
    [14, 2.3, 3, 868_100_000, 100_000_000, -111_920],
    [0, 0, 0, 400e6, 1_000, -24_489],
    [0, 0, 0, 2.5e9, 20_000_000_000, -186_428],
    [0, 0, 0, 1e9, 1, 27_552],
  ];
  for (const [tx, txGain, rxGain, frequency, distance, expected] of table) {
    const bound = freeSpaceBoundMilliDbm({
      txPowerDbm: dbm(tx),
      txGainDbi: db(txGain),
      rxGainDbi: db(rxGain),
      frequencyHz: hertz(frequency),
      distanceMillimeters: distance,
    });
    assert.equal(bound, expected);
  }
});

test("farther never raises the bound", () => {
  fc.assert(
    fc.property(path, fc.integer({ min: 1, max: 1_000_000 }), (input, more) => {
      const { distanceMillimeters } = input;
      const farther = freeSpaceLoss({
        ...input,
        distanceMillimeters: distanceMillimeters + more,
      });
      assert.ok(farther >= freeSpaceLoss(input) - 100n);
    }),
  );
});

test("no distance, no bound", () => {
  for (const distanceMillimeters of [0, -1, 0.5, Number.NaN]) {
    assert.throws(
      () => freeSpaceLoss({ frequencyHz: hertz(9e8), distanceMillimeters }),
      /logarithm/,
    );
  }
  assert.throws(() => milliDb(Number.NaN), /decibels/);
  assert.equal(milliDb(-0.1), -100);
  assert.equal(milliDb(1.2), 1200);
});
