import assert from "node:assert/strict";
import { test } from "node:test";
import { dataRate } from "../units.ts";
import type { CodingRate } from "./airtime.ts";
import {
  airtimeOf,
  formatDataRate,
  loraAirtimeUs,
  parseDataRate,
  tryParseDataRate,
} from "./airtime.ts";

// Computed with Semtech's formula; explicit header, CRC on, 4/5, preamble 8. Milliseconds.
const payloads = [10, 20, 24, 51, 64, 115, 222] as const;
const table: readonly (readonly [string, ...number[]])[] = [
  ["SF7BW125", 41.216, 56.576, 61.696, 102.656, 118.016, 194.816, 348.416],
  ["SF8BW125", 72.192, 102.912, 113.152, 184.832, 215.552, 348.672, 614.912],
  ["SF9BW125", 144.384, 185.344, 205.824, 328.704, 390.144, 615.424, 1106.944],
  ["SF10BW125", 288.768, 370.688, 370.688, 616.448, 698.368, 1148.928, 2009.088],
  ["SF11BW125", 577.536, 741.376, 823.296, 1314.816, 1560.576, 2461.696, 4427.776],
  ["SF12BW125", 991.232, 1318.912, 1482.752, 2465.792, 2793.472, 4431.872, 8036.352],
  ["SF7BW250", 20.608, 28.288, 30.848, 51.328, 59.008, 97.408, 174.208],
  ["SF10BW250", 144.384, 185.344, 185.344, 308.224, 349.184, 574.464, 1004.544],
  ["SF12BW250", 495.616, 659.456, 741.376, 1232.896, 1396.736, 2215.936, 4018.176],
  ["SF7BW500", 10.304, 14.144, 15.424, 25.664, 29.504, 48.704, 87.104],
  ["SF12BW500", 247.808, 329.728, 329.728, 534.528, 616.448, 985.088, 1681.408],
];

test("the table of the field, to the microsecond", () => {
  for (const [rate, ...row] of table) {
    for (const [index, payloadBytes] of payloads.entries()) {
      const expected = Math.round((row[index] ?? Number.NaN) * 1000);
      assert.equal(
        airtimeOf({ dataRate: dataRate(rate), payloadBytes }),
        expected,
        `${rate} ${payloadBytes}`,
      );
    }
  }
});

test("Semtech's test_loragw_toa for 23 bytes, milliseconds rounded", () => {
  const expected = [18, 34, 62, 113, 206, 371, 823, 1483];
  for (const [index, ms] of expected.entries()) {
    const rate = formatDataRate({ spreadingFactor: index + 5, bandwidthHz: 125_000 });
    assert.equal(Math.round(airtimeOf({ dataRate: rate, payloadBytes: 23 }) / 1000), ms);
  }
});

/** ns-3 lorawan TimeOnAirTest: spreading factor, kHz, bytes, coding rate, preamble, implicit, DE, us. */
type Ns3 = readonly [number, number, number, CodingRate, number, 0 | 1, 0 | 1, number];
const ns3: readonly Ns3[] = [
  [7, 125, 10, "4/5", 8, 0, 0, 41_216],
  [8, 125, 10, "4/5", 8, 0, 0, 72_192],
  [8, 125, 10, "4/5", 8, 1, 0, 72_192],
  [8, 125, 10, "4/6", 8, 1, 0, 78_336],
  [8, 125, 10, "4/6", 10, 1, 0, 82_432],
  [8, 125, 10, "4/6", 10, 1, 1, 82_432],
  [10, 125, 10, "4/6", 10, 1, 1, 280_576],
  [10, 250, 10, "4/6", 10, 1, 1, 140_288],
  [10, 500, 10, "4/6", 10, 1, 1, 70_144],
  [10, 500, 10, "4/6", 10, 0, 1, 82_432],
  [10, 500, 10, "4/6", 8, 0, 1, 78_336],
  [12, 500, 10, "4/6", 8, 0, 1, 264_192],
  [12, 500, 50, "4/6", 8, 0, 1, 657_408],
  [12, 125, 50, "4/6", 8, 0, 1, 2_629_632],
  [12, 125, 50, "4/5", 8, 0, 1, 2_301_952],
];

test("the 15 vectors of ns-3", () => {
  for (const [sf, khz, payloadBytes, codingRate, preambleSymbols, implicit, de, us] of ns3) {
    const airtime = loraAirtimeUs({
      spreadingFactor: sf,
      bandwidthHz: khz * 1000,
      codingRate,
      payloadBytes,
      preambleSymbols,
      explicitHeader: implicit === 0,
      crc: true,
      lowDataRateOptimization: de === 1 ? "on" : "off",
    });
    assert.equal(airtime, us, `SF${sf} ${khz} kHz ${payloadBytes} B ${codingRate}`);
  }
});

test("SF6 as the SX126x has it, and no CRC on a downlink is shorter or equal", () => {
  assert.equal(airtimeOf({ dataRate: dataRate("SF6BW125"), payloadBytes: 23 }), 34_432);
  for (const rate of ["SF5BW125", "SF9BW125", "SF12BW500"].map(dataRate)) {
    for (let payloadBytes = 0; payloadBytes <= 255; payloadBytes += 5) {
      const [off, on] = [false, true].map((crc) =>
        airtimeOf({ dataRate: rate, payloadBytes, crc }),
      );
      assert((off ?? 0) <= (on ?? 0));
    }
  }
});

test("FSK at 50 kbit/s: 12 bytes are 22 on the air", () => {
  assert.equal(
    airtimeOf({ dataRate: dataRate("50000"), payloadBytes: 11 }),
    (22 * 8 * 1e6) / 50_000,
  );
});

test("data rates are read and written, and nothing else is", () => {
  assert.deepEqual(parseDataRate(dataRate("SF9BW125")), {
    spreadingFactor: 9,
    bandwidthHz: 125_000,
  });
  assert.equal(formatDataRate({ spreadingFactor: 12, bandwidthHz: 500_000 }), "SF12BW500");
  for (const text of [
    "",
    "50000",
    "SF4BW125",
    "SF13BW125",
    "SF09BW125",
    "SF9BW126",
    "sf9bw125",
    " SF9BW125",
  ]) {
    assert.equal(tryParseDataRate(text), undefined, text);
  }
});
