/** Where things stand: hotspots around a city's centre, so many that a packet has some in range. */
import type { Random } from "@katydid/platform";
import type { DataRate, Hertz } from "@katydid/protocol";
import { parseDataRate } from "@katydid/protocol";
import type { Air } from "./air/air.ts";
import type { Place, Point } from "./air/geometry.ts";
import {
  CONCENTRATOR_NOISE_FIGURE_DB,
  DEVICE_NOISE_FIGURE_DB,
  sensitivityDbm,
} from "./air/radio.ts";

/** Boulder, Colorado (GeoNames 5574991). */
export const BOULDER: Place = { latDegrees: 40.01499, lngDegrees: -105.27055 };

/** A hotspot behind a window: assumption, within the 4 to 20 dB of 3GPP TR 45.820's outer walls. */
export const HOTSPOT_CLUTTER_DB = 10;
/** The usual antenna in the box, dBi. */
export const HOTSPOT_GAIN_DBI = 1.2;
/** A collar at knee height on a dog: assumption. */
export const DEVICE_CLUTTER_DB = 5;
export const DEVICE_GAIN_DBI = 0;
/** What small devices put out in all regions of these plans, dBm. */
export const DEVICE_POWER_DBM = 14;

/** Sunflower's angle: points of a spiral with it cover a disc evenly (Vogel 1979). */
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));
/** Devices live within this part of the hotspots' disc. */
const INHABITED = 0.95;
const SAMPLES = 200;
const HALVINGS = 14;
/** Of the distance between neighbours: people do not live on a spiral. */
const JITTER = 0.35;

export interface City {
  readonly radiusMeters: number;
  readonly hotspots: readonly Point[];
  readonly devices: readonly Point[];
  /** Of the sampled places: hotspots in range on average, before luck. */
  readonly inRange: number;
}

/** Places a city whose radius is such that a packet from it has `inRange` hotspots in range on average. */
export function placeCity(options: {
  readonly air: Air;
  readonly random: Random;
  readonly hotspots: number;
  readonly devices: number;
  readonly inRange: number;
  readonly dataRate: DataRate;
}): City {
  const { air, random, hotspots, devices, inRange, dataRate } = options;
  const units = spiral(hotspots, random.stream("hotspots"));
  const samples = disc(SAMPLES, random.stream("samples"));
  const heard = (radiusMeters: number) =>
    meanInRange({ air, dataRate, units, samples, radiusMeters });
  // The fewer metres, the more hotspots in range.
  let near = 100;
  let far = 1_000_000;
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = Math.sqrt(near * far);
    if (heard(middle) > inRange) near = middle;
    else far = middle;
  }
  const radiusMeters = Math.round(Math.sqrt(near * far));
  const scaled = ({ x, y }: Point) => ({ x: x * radiusMeters, y: y * radiusMeters });
  return {
    radiusMeters,
    hotspots: units.map(scaled),
    devices: disc(devices, random.stream("devices")).map(scaled),
    inRange: heard(radiusMeters),
  };
}

/** Points of the unit disc, even but not regular. */
function spiral(count: number, random: Random): readonly Point[] {
  return Array.from({ length: count }, (_, index) => {
    const radius = Math.sqrt((index + 0.5) / count);
    const angle = index * GOLDEN_ANGLE;
    const jitter = JITTER / Math.sqrt(count);
    return {
      x: radius * Math.cos(angle) + jitter * (2 * random.unit() - 1),
      y: radius * Math.sin(angle) + jitter * (2 * random.unit() - 1),
    };
  });
}

/** Independent points of the inhabited part of the unit disc. */
function disc(count: number, random: Random): readonly Point[] {
  return Array.from({ length: count }, () => {
    const radius = INHABITED * Math.sqrt(random.unit());
    const angle = 2 * Math.PI * random.unit();
    return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
  });
}

function meanInRange(at: {
  readonly air: Air;
  readonly dataRate: DataRate;
  readonly units: readonly Point[];
  readonly samples: readonly Point[];
  readonly radiusMeters: number;
}): number {
  const { air, units, samples, radiusMeters } = at;
  const noiseFigureDb = CONCENTRATOR_NOISE_FIGURE_DB;
  const floor = sensitivityDbm({ ...parseDataRate(at.dataRate), noiseFigureDb });
  const scaled = ({ x, y }: Point) => ({ x: x * radiusMeters, y: y * radiusMeters });
  const frequencyHz = air.plan.uplinkChannels[0] as Hertz;
  const common = { gainDbi: HOTSPOT_GAIN_DBI, clutterDb: HOTSPOT_CLUTTER_DB, noiseFigureDb };
  const hotspots = units.map((unit) => air.radio({ ...common, point: scaled(unit) }));
  let heard = 0;
  for (const sample of samples) {
    const radio = air.radio({
      point: scaled(sample),
      gainDbi: DEVICE_GAIN_DBI,
      clutterDb: DEVICE_CLUTTER_DB,
      noiseFigureDb: DEVICE_NOISE_FIGURE_DB,
    });
    const sent = { radio, powerDbm: DEVICE_POWER_DBM, frequencyHz };
    for (const hotspot of hotspots) if (air.meanRssiDbm(sent, hotspot) >= floor) heard += 1;
  }
  return heard / samples.length;
}
