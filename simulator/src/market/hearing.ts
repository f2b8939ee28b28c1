/**
 * Who hears whom, and how surely: path loss and shadowing of the simulator's propagation, fading as
 * a chance. Left out, and said so in every output: collisions, radios that talk while others do,
 * and busy demodulators (`--check` measures what that makes).
 */
import {
  type Cell,
  type Params,
  parseDataRate,
  type RegionPlan,
  witnessDistance,
} from "@katydid/protocol";
import type { Point } from "../air/geometry.ts";
import type { Propagation } from "../air/propagation.ts";
import { CONCENTRATOR_NOISE_FIGURE_DB, sensitivityDbm } from "../air/radio.ts";
import {
  DEVICE_CLUTTER_DB,
  DEVICE_GAIN_DBI,
  DEVICE_POWER_DBM,
  HOTSPOT_CLUTTER_DB,
  HOTSPOT_GAIN_DBI,
} from "../scenario.ts";

/** A hotspot's place. */
export interface Site extends Point {
  /** Resolution 12. */
  readonly cell: Cell;
  /** Shadowing field there (Propagation.fieldAt). */
  readonly field: number;
}

/** Chances below this are none. */
const CHANCE_MIN = 0.005;
/** Pairs nearer than this may be too close for rule 12: 8 cells of resolution 11 are below 0.6 km. */
const MAYBE_CLOSE_METERS = 1200;

export class Hearing {
  /** Farther than this no two hotspots hear each other. */
  readonly reachMeters: number;
  /** The same for a device. */
  readonly deviceReachMeters: number;
  readonly propagation: Propagation;
  readonly #params: Params;
  readonly #frequencyHz: number;
  /** Loss at which half of the frames arrive, dB. */
  readonly #budgetDb: number;
  readonly #deviceBudgetDb: number;

  constructor(from: { propagation: Propagation; plan: RegionPlan; params: Params }) {
    const { propagation, plan, params } = from;
    const { dataRate, powerDbm, channels } = plan.beacon;
    this.propagation = propagation;
    this.#params = params;
    this.#frequencyHz = channels[0] ?? 0;
    const rate = parseDataRate(dataRate);
    const floor = sensitivityDbm({ ...rate, noiseFigureDb: CONCENTRATOR_NOISE_FIGURE_DB });
    const hotspotDb = HOTSPOT_GAIN_DBI - HOTSPOT_CLUTTER_DB;
    this.#budgetDb = powerDbm + 2 * hotspotDb - floor;
    this.#deviceBudgetDb =
      DEVICE_POWER_DBM + DEVICE_GAIN_DBI - DEVICE_CLUTTER_DB + hotspotDb - floor;
    this.reachMeters = propagation.reachMeters(this.#budgetDb);
    this.deviceReachMeters = propagation.reachMeters(this.#deviceBudgetDb);
  }

  /** Chance that a beacon between two sites is read, either way: the link is reciprocal. */
  chance(a: Site, b: Site): number {
    const square = squareMeters(a, b);
    if (square > this.reachMeters ** 2) return 0;
    const loss = this.propagation.lossDb(square, a.field + b.field, this.#frequencyHz);
    return chanceOf((this.#budgetDb - loss) / this.propagation.parameters.fadingDb);
  }

  /** The same for who knows the distance only: a map. */
  mappedChance(a: Point, b: Point): number {
    const { shadowingDb, fadingDb } = this.propagation.parameters;
    const loss = this.propagation.lossDb(squareMeters(a, b), 0, this.#frequencyHz);
    return chanceOf((this.#budgetDb - loss) / Math.hypot(shadowingDb, fadingDb));
  }

  /** Chance that a frame of a device is read; the device's field is that of its place. */
  deviceChance(device: Point & { readonly field: number }, site: Site): number {
    const square = squareMeters(device, site);
    if (square > this.deviceReachMeters ** 2) return 0;
    const loss = this.propagation.lossDb(square, device.field + site.field, this.#frequencyHz);
    return chanceOf((this.#deviceBudgetDb - loss) / this.propagation.parameters.fadingDb);
  }

  /** Rules 11 and 12 as the ledger judges them. */
  mayWitness(a: Site, b: Site): boolean {
    if (squareMeters(a, b) > MAYBE_CLOSE_METERS ** 2) return true;
    return witnessDistance({ beaconer: a.cell, witness: b.cell }, this.#params).verdict === "ok";
  }
}

export function squareMeters(a: Point, b: Point): number {
  return (a.x - b.x) ** 2 + (a.y - b.y) ** 2;
}

function chanceOf(deviations: number): number {
  const chance = normalBelow(deviations);
  return chance < CHANCE_MIN ? 0 : chance;
}

/**
 * Share of a normal distribution below `x` deviations (Abramowitz, Stegun 26.2.17; error below
 * 7.5e-8).
 */
export function normalBelow(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return x > 0 ? 1 - tail : tail;
}
