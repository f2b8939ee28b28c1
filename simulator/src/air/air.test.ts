import assert from "node:assert/strict";
import { test } from "node:test";
import { type DataRate, dataRate, type Hertz, hertz, regionPlan } from "@katydid/protocol";
import { BOULDER } from "../scenario.ts";
import { World } from "../world/world.ts";
import { Air, type Reception, type TransmissionInput } from "./air.ts";
import { EARTH_RADIUS_METERS } from "./constants.ts";
import { type Place, Plane } from "./geometry.ts";
import { type InterferenceModel, survivalRatioDb } from "./interference.ts";
import { defaultPropagation, Propagation } from "./propagation.ts";
import { sensitivityDbm } from "./radio.ts";

/** No luck: what is computed by hand must come out. */
const bare = { ...defaultPropagation, shadowingDb: 0, fadingDb: 0 };
const CHANNEL = hertz(868_100_000);
const SF7 = dataRate("SF7BW125");

function scene(options: { interference?: InterferenceModel } = {}) {
  const world = new World({ seed: "air" });
  const { clock } = world;
  const plan = regionPlan("EU868");
  const random = world.random("air");
  const air = new Air({ clock, random, plan, origin: BOULDER, propagation: bare, ...options });
  const heard: Reception[] = [];
  const station = (x: number, y = 0) => {
    const radio = air.radio({ point: { x, y }, gainDbi: 0, clutterDb: 0, noiseFigureDb: 3 });
    const made = { radio, receive: (reception: Reception) => heard.push(reception) };
    air.addStation(made);
    return made;
  };
  const device = (x: number, y = 0) =>
    air.radio({ point: { x, y }, gainDbi: 0, clutterDb: 0, noiseFigureDb: 6 });
  const send = (input: Partial<TransmissionInput> & Pick<TransmissionInput, "radio">) =>
    air.transmit({
      payload: new Uint8Array(20),
      frequencyHz: CHANNEL,
      dataRate: SF7,
      codingRate: "4/5",
      powerDbm: 14,
      invertPolarity: false,
      crc: true,
      ...input,
    });
  return { world, clock, air, heard, station, device, send };
}

/** Metres at which 14 dBm arrive as `rssiDbm`, by the parameters of this file. */
const metersFor = (rssiDbm: number): number => 10 ** ((14 - rssiDbm - 7.7) / 37.6);

test("a frame arrives with the power that the model says, rounded to tenths", async () => {
  const { world, heard, station, device, send } = scene();
  station(0);
  send({ radio: device(1000) });
  await world.run();
  // 14 - (7.7 + 37.6 * 3) = -106.5; noise in 125 kHz with 3 dB is -120.03.
  assert.equal(heard[0]?.rssiDbm, -106.5);
  assert.equal(heard[0]?.snrDb, 13);
  assert.equal(heard[0]?.transmission.channel, 0);
});

test("range ends at the sensitivity of each spreading factor", async () => {
  for (const spreadingFactor of [7, 8, 9, 10, 11, 12]) {
    const floor = sensitivityDbm({ spreadingFactor, bandwidthHz: 125_000, noiseFigureDb: 3 });
    for (const [margin, wanted] of [
      [0.2, 1],
      [-0.2, 0],
    ] as const) {
      const { world, heard, station, device, send } = scene();
      station(0);
      const rate = dataRate(`SF${spreadingFactor}BW125`);
      send({ radio: device(metersFor(floor + margin)), dataRate: rate });
      await world.run();
      assert.equal(heard.length, wanted, `SF${spreadingFactor} at ${margin} dB`);
    }
  }
});

test("only channels of the plan are heard, at data rates that they read", async () => {
  const cases: readonly (readonly [Hertz, DataRate, number])[] = [
    [hertz(868_300_000), SF7, 1],
    [hertz(869_525_000), SF7, 0],
    [hertz(868_300_000), dataRate("SF9BW500"), 0],
  ];
  for (const [frequencyHz, rate, wanted] of cases) {
    const { world, heard, station, device, send } = scene();
    station(0);
    send({ radio: device(100), frequencyHz, dataRate: rate });
    await world.run();
    assert.equal(heard.length, wanted, `${frequencyHz} ${rate}`);
  }
});

test("a radio that talks is deaf, for all of the frame and any part of it", async () => {
  const { world, clock, air, heard, station, device, send } = scene();
  const talker = station(0);
  const { startUs, endUs } = send({ radio: device(500) });
  const halfMs = (endUs - startUs) / 2000;
  clock.after(halfMs, () => send({ radio: talker.radio, frequencyHz: hertz(868_500_000) }));
  clock.after(1.5 * halfMs, () => send({ radio: device(500) }));
  await world.run();
  assert.equal(heard.length, 0);
  assert.equal(air.counts.lostToTalking, 2);
});

test("sixteen demodulators read sixteen frames, eight of them up to SF12", async () => {
  const rates = ["SF7", "SF8", "SF9", "SF10", "SF11", "SF12"];
  const all = rates.flatMap((rate) =>
    regionPlan("EU868").uplinkChannels.map((frequencyHz) => ({
      frequencyHz,
      dataRate: dataRate(`${rate}BW125`),
    })),
  );
  const { world, air, heard, station, device, send } = scene({ interference: "orthogonal" });
  station(0);
  for (const each of all.slice(0, 20)) send({ ...each, radio: device(200) });
  await world.run();
  assert.equal(heard.length, 16);
  assert.equal(air.counts.lostToDemodulators, 4);
  // Free again; slow ones find eight.
  for (const each of all.slice(-12)) send({ ...each, radio: device(200) });
  await world.run();
  assert.equal(heard.length, 16 + 8);
});

for (const model of ["goursaud", "croce"] as const) {
  test(`capture: every cell of ${model}'s table, a tenth of a dB to each side`, async () => {
    for (let wanted = 7; wanted <= 12; wanted += 1) {
      for (let interferer = 7; interferer <= 12; interferer += 1) {
        const ratio = survivalRatioDb({ model, wanted, interferer });
        for (const [margin, count] of [
          [0.1, 1],
          [-0.1, 0],
        ] as const) {
          const { world, heard, station, device, send } = scene({ interference: model });
          station(0);
          const rssiDbm = Math.round((-90 + ratio / 2) * 10) / 10;
          const signal = device(metersFor(rssiDbm));
          const other = device(metersFor(rssiDbm - ratio - margin));
          // The interferer lasts longer than any frame and begins with it.
          const rate = (factor: number) => dataRate(`SF${factor}BW125`);
          const payload = new Uint8Array(wanted === interferer ? 20 : 255);
          send({ radio: other, dataRate: rate(interferer), payload });
          send({ radio: signal, dataRate: rate(wanted) });
          await world.run();
          const got = heard.filter(({ transmission }) => transmission.radio === signal);
          const clash = `SF${wanted} under SF${interferer} by ${margin}`;
          assert.equal(got.length, count, clash);
        }
      }
    }
  });
}

test("a frame that ends before the last five preamble symbols of another does it no harm", async () => {
  for (const [lateUs, wanted] of [
    [-1, 1],
    [1, 0],
  ] as const) {
    const { world, clock, heard, station, device, send } = scene();
    station(0);
    const first = send({ radio: device(100) });
    const second = device(400);
    // Three symbols of 1024 us at SF7.
    const startMs = (first.endUs - first.startUs - 3 * 1024 - lateUs) / 1000;
    clock.after(startMs, () => send({ radio: second }));
    await world.run();
    const got = heard.filter(({ transmission }) => transmission.radio === second);
    assert.equal(got.length, wanted, `${lateUs} us`);
  }
});

test("frames of opposite polarity do not disturb each other, and stations do not hear downlinks", async () => {
  const { world, heard, station, device, send } = scene();
  station(0);
  send({ radio: device(100), invertPolarity: true });
  send({ radio: device(1000) });
  await world.run();
  assert.equal(heard.length, 1);
});

test("a device hears one frame, in a window, on its frequency and data rate", async () => {
  const { world, air, device, send } = scene();
  const radio = device(0);
  const heard: Reception[] = [];
  const receive = (reception: Reception) => heard.push(reception);
  const nowUs = air.nowUs();
  const window = { frequencyHz: CHANNEL, dataRate: SF7, fromUs: nowUs, untilUs: nowUs + 1000 };
  const rate = dataRate("SF9BW125");
  air.listen([window, { ...window, dataRate: rate }], { radio, receive });
  const from = { radio: device(500), invertPolarity: true };
  send({ ...from, startUs: nowUs - 1 });
  send({ ...from, startUs: nowUs + 1001 });
  send({ ...from, startUs: nowUs, dataRate: dataRate("SF8BW125") });
  await world.run();
  assert.equal(heard.length, 0);
  send({ ...from, startUs: nowUs + 500 });
  send({ ...from, startUs: nowUs + 500, dataRate: rate });
  await world.run();
  assert.deepEqual(
    heard.map(({ transmission }) => transmission.dataRate),
    ["SF7BW125"],
  );
});

test("shadowing: mean 0, its deviation everywhere, alike nearby and unlike afar, the same both ways", () => {
  const random = new World({ seed: "field" }).random("field");
  const propagation = new Propagation(random);
  const fields: number[] = [];
  let near = 0;
  let far = 0;
  for (let index = 0; index < 20_000; index += 1) {
    const x = (index % 200) * 157.3;
    const y = Math.floor(index / 200) * 211.7;
    const field = propagation.fieldAt({ x, y });
    fields.push(field);
    near += field * propagation.fieldAt({ x: x + 10, y });
    far += field * propagation.fieldAt({ x: x + 400, y });
  }
  const mean = fields.reduce((sum, each) => sum + each, 0) / fields.length;
  const variance = fields.reduce((sum, each) => sum + each * each, 0) / fields.length;
  assert.ok(Math.abs(mean) < 0.03, `mean ${mean}`);
  assert.ok(Math.abs(variance - 1) < 0.05, `variance ${variance}`);
  assert.ok(near / fields.length > 0.9, `near ${near / fields.length}`);
  assert.ok(Math.abs(far / fields.length) < 0.05, `far ${far / fields.length}`);
});

test("no link loses less than free space", () => {
  const propagation = new Propagation(new World({ seed: 1 }).random("x"));
  // 20 log10(4 pi 10 / 0.345) = 51.2 dB at 868.1 MHz.
  const loss = propagation.lossDb(100, -50, 868_100_000);
  assert.ok(Math.abs(loss - 51.23) < 0.02, `${loss}`);
});

test("the flat map is true to two thousandths within a city, and back", () => {
  const plane = new Plane(BOULDER);
  for (const point of [
    { x: 3000, y: 4000 },
    { x: -20_000, y: 15_000 },
  ]) {
    const place = plane.placeOf(point);
    const back = plane.pointOf(place);
    assert.ok(Math.hypot(back.x - point.x, back.y - point.y) < 1e-6);
    const exact = haversineMeters(place);
    assert.ok(Math.abs(Math.hypot(point.x, point.y) / exact - 1) < 2e-3);
  }
});

/** From the centre of Boulder, on the sphere. */
function haversineMeters({ latDegrees, lngDegrees }: Place): number {
  const radians = Math.PI / 180;
  const lat = Math.sin(((latDegrees - BOULDER.latDegrees) * radians) / 2) ** 2;
  const lng = Math.sin(((lngDegrees - BOULDER.lngDegrees) * radians) / 2) ** 2;
  const cosines = Math.cos(latDegrees * radians) * Math.cos(BOULDER.latDegrees * radians);
  return 2 * EARTH_RADIUS_METERS * Math.asin(Math.sqrt(lat + cosines * lng));
}
