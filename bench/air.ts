/** Receptions a second of the air alone: devices that send, stations that count. One JSON line. */
import { dataRate, type Hertz, regionPlan } from "@katydid/protocol";
import {
  Air,
  BOULDER,
  DEVICE_CLUTTER_DB,
  DEVICE_NOISE_FIGURE_DB,
  DEVICE_POWER_DBM,
  HOTSPOT_CLUTTER_DB,
  HOTSPOT_GAIN_DBI,
  placeCity,
  World,
} from "@katydid/simulator";

/** What the air must do at least, so that it is a small part of a fleet. */
const LIMIT_PER_SECOND = 300_000;
const HOTSPOTS = 1000;
const DEVICES = 5000;
const PERIOD_MS = 600_000;
const HOURS = 12;

const world = new World({ seed: "bench" });
const plan = regionPlan("US915");
const { clock } = world;
const air = new Air({ clock, random: world.random("air"), plan, origin: BOULDER });
const rate = dataRate("SF9BW125");
const placing = process.hrtime.bigint();
const city = placeCity({
  air,
  random: world.random("city"),
  hotspots: HOTSPOTS,
  devices: DEVICES,
  inRange: 5,
  dataRate: rate,
});
const placeSeconds = Number(process.hrtime.bigint() - placing) / 1e9;
let received = 0;
for (const point of city.hotspots) {
  const common = { gainDbi: HOTSPOT_GAIN_DBI, clutterDb: HOTSPOT_CLUTTER_DB, noiseFigureDb: 3 };
  const radio = air.radio({ ...common, point });
  air.addStation({
    radio,
    receive: () => {
      received += 1;
    },
  });
}
const payload = new Uint8Array(24);
const random = world.random("traffic");
for (const point of city.devices) {
  const noiseFigureDb = DEVICE_NOISE_FIGURE_DB;
  const radio = air.radio({ point, gainDbi: 0, clutterDb: DEVICE_CLUTTER_DB, noiseFigureDb });
  const send = () => {
    const frequencyHz = plan.uplinkChannels[random.below(plan.uplinkChannels.length)] as Hertz;
    const common = { dataRate: rate, codingRate: "4/5" as const, invertPolarity: false, crc: true };
    air.transmit({ ...common, radio, payload, frequencyHz, powerDbm: DEVICE_POWER_DBM });
  };
  clock.after(PERIOD_MS * random.unit(), () => clock.every(PERIOD_MS, send));
}
const began = process.hrtime.bigint();
await world.run({ untilMs: clock.now() + HOURS * 3_600_000 });
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
console.log(
  JSON.stringify({
    bench: "air",
    radiusMeters: city.radiusMeters,
    inRange: Number(city.inRange.toFixed(2)),
    placeSeconds: Number(placeSeconds.toFixed(2)),
    transmissions: air.counts.transmissions,
    receptions: received,
    counts: air.counts,
    events: clock.events,
    seconds: Number(seconds.toFixed(2)),
    receptionsPerSecond: Math.round(received / seconds),
    limitPerSecond: LIMIT_PER_SECOND,
    ratio: Number((received / seconds / LIMIT_PER_SECOND).toFixed(2)),
    eventsPerSecond: Math.round(clock.events / seconds),
  }),
);
