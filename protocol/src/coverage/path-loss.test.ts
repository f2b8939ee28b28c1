import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { regionNames, regionPlan } from "../radio/regions.ts";
import { db, dbm, hertz } from "../units.ts";
import { freeSpaceBoundMilliDbm, freeSpaceLoss, milliDb } from "./path-loss.ts";
import { exactFreeSpaceLoss } from "./path-loss-reference.test-data.ts";

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

/** What is judged: a millimetre to beyond the antipodes, and whatever regions prescribe or sweep. */
const regionFrequencies = regionNames.flatMap((name) => [...regionPlan(name).beacon.channels]);
const judged = fc.record({
  frequencyHz: fc.oneof(
    fc.constantFrom(...regionFrequencies),
    path.map((each) => each.frequencyHz),
  ),
  distanceMillimeters: fc.nat(1_000_000).map((part) => Math.round(20_015_087_000 ** (part / 1e6))),
});
const PARTS_PER_PICO_DB = 10n ** 18n;
/** The stated 10^-9 dB, in parts of 10^-30. */
const ERROR_MAX = 10n ** 21n;

test("path loss is within 10^-9 dB of 60-digit arithmetic over the whole range", () => {
  const ends = [1, 2, 10, 1000, 20_015_086_796, 20_015_087_000];
  const check = (input: Parameters<typeof freeSpaceLoss>[0]) => {
    const error = freeSpaceLoss(input) * PARTS_PER_PICO_DB - exactFreeSpaceLoss(input);
    assert.ok(error < ERROR_MAX && error > -ERROR_MAX, `${JSON.stringify(input)}: ${error}`);
  };
  for (const frequencyHz of regionFrequencies) {
    for (const distanceMillimeters of ends) check({ frequencyHz, distanceMillimeters });
  }
  fc.assert(fc.property(judged, check), { numRuns: 500 });
});

test("the bound is 60-digit arithmetic's, floored to a thousandth but within the stated error", () => {
  const tenths = fc.integer({ min: -50, max: 360 });
  fc.assert(
    fc.property(judged, tenths, tenths, tenths, (input, power, tx, rx) => {
      const bound = freeSpaceBoundMilliDbm({
        ...input,
        txPowerDbm: dbm(power / 10),
        txGainDbi: db(tx / 10),
        rxGainDbi: db(rx / 10),
      });
      const perMilli = 10n ** 27n;
      const exact = BigInt(power + tx + rx) * 100n * perMilli - exactFreeSpaceLoss(input);
      const above = exact - BigInt(bound) * perMilli;
      assert.ok(above > -ERROR_MAX && above < perMilli + ERROR_MAX, `${above}`);
    }),
    { numRuns: 500 },
  );
});

test("the reference is right where the answer is known", () => {
  // Where d f = c it is 20 log10(4 pi): by Python's decimal in 60 digits, cut off after 30 places.
  const known = exactFreeSpaceLoss({ frequencyHz: 299_792_458, distanceMillimeters: 1000 });
  assert.equal(known, 21_984_197_280_441_924_895_574_921_554_797n);
  // Ten times the distance is 20 dB.
  const more = exactFreeSpaceLoss({ frequencyHz: 299_792_458, distanceMillimeters: 10_000 });
  assert.ok(more - known - 20n * 10n ** 30n <= 1n && more - known - 20n * 10n ** 30n >= -1n);
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
