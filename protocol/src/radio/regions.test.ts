import assert from "node:assert/strict";
import { test } from "node:test";
import eu868 from "@katydid/hardware/regions/eu868.json" with { type: "json" };
import { cellAt } from "../coverage/cells.ts";
import { dataRate, hertz } from "../units.ts";
import { airtimeOf } from "./airtime.ts";
import { checkRegionData } from "./region-data.ts";
import { regionNames, regionOf, regionPlan, tryRegionPlan } from "./regions.ts";

test("EU868 answers in RX1 where it heard, in RX2 louder and on its own frequency", () => {
  const plan = regionPlan("EU868");
  assert.equal(plan.uplinkChannels.length, 8);
  assert.deepEqual(plan.joinChannels, [868_100_000, 868_300_000, 868_500_000]);
  const answer = { frequencyHz: 868_300_000, dataRate: "SF7BW125", powerDbm: 14 };
  assert.deepEqual(plan.rx1(hertz(868_300_000), dataRate("SF7BW125")), answer);
  assert.equal(plan.rx1(hertz(867_900_000), dataRate("SF9BW125"), 2)?.dataRate, "SF11BW125");
  assert.equal(plan.rx1(hertz(868_100_000), dataRate("SF12BW125"), 5)?.dataRate, "SF12BW125");
  assert.deepEqual(plan.rx2, { frequencyHz: 869_525_000, dataRate: "SF12BW125", powerDbm: 27 });
  assert.equal(plan.maxPayload[0], 51);
  assert.equal(plan.maxPayload[9], undefined);
});

test("US915 answers by channel number modulo 8 at 500 kHz", () => {
  const plan = regionPlan("US915");
  assert.deepEqual(plan.uplinkChannels, plan.joinChannels);
  const rx1 = (frequencyHz: number, rate: string, offset?: number) =>
    plan.rx1(hertz(frequencyHz), dataRate(rate), offset);
  const answer = { frequencyHz: 923_300_000, dataRate: "SF10BW500", powerDbm: 26 };
  assert.deepEqual(rx1(903_900_000, "SF10BW125"), answer);
  assert.equal(rx1(905_300_000, "SF7BW125")?.frequencyHz, 927_500_000);
  assert.equal(rx1(905_300_000, "SF7BW125")?.dataRate, "SF7BW500");
  // Channel 65, the 500 kHz one of sub-band 2, answers on downlink channel 1.
  assert.deepEqual(rx1(904_600_000, "SF8BW500", 3)?.dataRate, "SF9BW500");
  assert.equal(rx1(904_600_000, "SF8BW500")?.frequencyHz, 923_900_000);
  assert.deepEqual(plan.rx2, { frequencyHz: 923_300_000, dataRate: "SF12BW500", powerDbm: 26 });
});

test("what the region does not have has no RX1", () => {
  const [eu, us] = ["EU868", "US915"].map(regionPlan);
  assert.equal(eu?.rx1(hertz(915_000_000), dataRate("SF7BW125")), undefined);
  assert.equal(eu?.rx1(hertz(868_100_000), dataRate("SF5BW125")), undefined);
  assert.equal(eu?.rx1(hertz(868_100_000), dataRate("SF7BW125"), 6), undefined);
  assert.equal(us?.rx1(hertz(903_900_001), dataRate("SF7BW125")), undefined);
  // DR8 is a downlink rate.
  assert.equal(us?.rx1(hertz(903_900_000), dataRate("SF12BW500")), undefined);
});

test("a beacon of 52 bytes keeps to dwell time and the power limits", () => {
  for (const name of regionNames) {
    const { beacon, dwellUs, uplinkChannels } = regionPlan(name);
    const airtimeUs = airtimeOf({ dataRate: beacon.dataRate, payloadBytes: 52 });
    assert(airtimeUs <= (dwellUs ?? 1_000_000), `${name} ${airtimeUs}`);
    assert(beacon.channels.every((channel) => uplinkChannels.includes(channel)));
  }
  assert.equal(regionPlan("US915").beacon.powerDbm, 27);
  assert.equal(regionPlan("EU868").beacon.powerDbm, 14);
});

const places: readonly (readonly [string, number, number, string | undefined])[] = [
  ["Boulder", 40.015, -105.27, "US915"],
  ["Honolulu", 21.31, -157.86, "US915"],
  ["Anchorage", 61.22, -149.9, "US915"],
  ["Vancouver", 49.28, -123.12, "US915"],
  ["Mexico City", 19.43, -99.13, "US915"],
  ["Berlin", 52.52, 13.4, "EU868"],
  ["London", 51.5, -0.13, "EU868"],
  ["Reykjavik", 64.15, -21.94, "EU868"],
  ["Ankara", 39.93, 32.86, "EU868"],
  ["Kyiv", 50.45, 30.52, "EU868"],
  ["Tokyo", 35.68, 139.69, undefined],
  ["Sydney", -33.87, 151.21, undefined],
  ["mid-Pacific", 0, -150, undefined],
];

test("places lie in their region", () => {
  for (const [name, latDegrees, lngDegrees, region] of places) {
    assert.equal(regionOf(cellAt({ latDegrees, lngDegrees }, 12)), region, name);
  }
});

test("an unknown region is undefined to ask for and a bug to demand", () => {
  assert.equal(tryRegionPlan("XX000"), undefined);
  assert.throws(() => regionPlan("XX000"), /no such region/);
});

test("a file that breaks a relation does not load", () => {
  const wrong: readonly object[] = [
    { name: "Europe" },
    { areas: [] },
    { areas: [{ south: 10, west: 0, north: 10, east: 5 }] },
    { rx2: { frequencyHz: 869_525_000, dr: 9 } },
    { delaysUs: { ...eu868.delaysUs, receive2: 3_000_000 } },
    { beacon: { ...eu868.beacon, dataRate: "50000" } },
    { beacon: { ...eu868.beacon, channelsHz: [] } },
    { gateway: { ...eu868.gateway, multiSfHz: [868.1] } },
    { dataRates: { ...eu868.dataRates, "16": { dataRate: "SF7BW125", maxPayload: 1 } } },
    { rx1: { ...eu868.rx1, offsets: { "0": [0] } } },
  ];
  checkRegionData(eu868);
  for (const fields of wrong) {
    assert.throws(() => checkRegionData({ ...eu868, ...fields }), JSON.stringify(fields));
  }
});
