import assert from "node:assert/strict";
import { test } from "node:test";
import { flightVerdict } from "./flight-verdict.ts";

const SECOND = 1_000_000_000;
const LIGHT_NS_PER_KM = 3336;

for (const [name, receiptFineNs, flightNs, km, expected] of [
  ["light over the claimed distance", 500, 10 * LIGHT_NS_PER_KM, 10, "good"],
  ["over the turn of the second", SECOND - 100, 10 * LIGHT_NS_PER_KM, 10, "good"],
  ["a short flight, a clock slightly behind", 100, -900, 0.5, "good"],
  ["within the tolerance", 0, 10 * LIGHT_NS_PER_KM + 5000, 10, "good"],
  ["2 km farther than claimed", 0, 12 * LIGHT_NS_PER_KM, 10, "bad"],
  ["in one room, and claimed across the city", 7000, 10, 8, "bad"],
  ["half a second off", 0, SECOND / 2, 10, "bad"],
] as const) {
  test(`a flight is ${expected}: ${name}`, () => {
    const reportFineNs = (receiptFineNs + flightNs + SECOND) % SECOND;
    const distanceMeters = km * 1000;
    assert.equal(flightVerdict({ receiptFineNs, reportFineNs, distanceMeters }), expected);
  });
}
