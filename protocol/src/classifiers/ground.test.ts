import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cellAt } from "../coverage/cells.ts";
import { distanceMillimeters } from "../coverage/distance.ts";
import { groundOf, spreadingCentiDb, squareMeters } from "./ground.ts";

test("distances agree with the great circle to half a percent", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -70, max: 70, noNaN: true }),
      fc.double({ min: -179.99, max: 179.99, noNaN: true }),
      fc.double({ min: -0.5, max: 0.5, noNaN: true }),
      fc.double({ min: -0.5, max: 0.5, noNaN: true }),
      (latDegrees, lngDegrees, north, east) => {
        const here = cellAt({ latDegrees, lngDegrees }, 12);
        const there = cellAt({ latDegrees: latDegrees + north, lngDegrees: lngDegrees + east }, 12);
        const exact = distanceMillimeters(here, there) / 1000;
        const coarse = Math.sqrt(squareMeters(groundOf(here), groundOf(there)));
        assert.ok(Math.abs(coarse - exact) <= 5 + exact * 0.005, `${coarse} for ${exact} m`);
      },
    ),
    { numRuns: 200, seed: 1 },
  );
});

test("the logarithm is right to a tenth of a dB from 1 m to 100 km, and never falls", () => {
  let before = -1;
  for (let square = 1; square <= 1e10; square = Math.ceil(square * 1.07)) {
    const decibels = spreadingCentiDb(square) / 100;
    assert.ok(Math.abs(decibels - 10 * Math.log10(square)) <= 0.1, `${square}: ${decibels}`);
    assert.ok(decibels >= before);
    before = decibels;
  }
});
