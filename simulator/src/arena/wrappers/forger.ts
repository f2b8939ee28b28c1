/**
 * What a radio at a claimed place would hear of another at its claimed place. The cheat fits a model
 * to the signals and cells that the ledger shows of everybody; we give it the best that it can find,
 * the shape of the true one, with shadowing that it makes up: of a place, so that it is the same
 * both ways, and alike for cells that are close.
 */
import type { Random } from "@katydid/platform";
import { parseDataRate, type RegionPlan } from "@katydid/protocol";
import type { Point } from "../../air/geometry.ts";
import { defaultPropagation, Propagation } from "../../air/propagation.ts";
import { CONCENTRATOR_NOISE_FIGURE_DB, noiseDbm, sensitivityDbm } from "../../air/radio.ts";
import { HOTSPOT_CLUTTER_DB } from "../../scenario.ts";
import { normal } from "../../world/seeded-random.ts";
import type { Signal } from "./beacon-frames.ts";

/** The chips' estimator saturates there, dB. */
const SNR_DB_MAX = 13;
/** A signal that is lifted to be heard is this far above the floor at most, dB. */
const LIFTED_DB_MAX = 3;

/** Where a hotspot says that it is. */
export interface Claim {
  readonly point: Point;
  readonly gainDbi: number;
}

export interface ForgerOptions {
  readonly random: Random;
  readonly plan: RegionPlan;
  /** Walls that it pretends to have at each of its own radios, dB. Default: those of most. */
  readonly clutterDb?: number;
  /** Links that fall short of being heard by up to so much are heard all the same, dB. Default 0. */
  readonly liftDb?: number;
}

export class Forger {
  readonly #propagation: Propagation;
  readonly #fading: Random;
  readonly #plan: RegionPlan;
  readonly #clutterDb: number;
  readonly #liftDb: number;
  readonly #floorDbm: number;
  readonly #noiseDbm: number;

  constructor({ random, plan, clutterDb = HOTSPOT_CLUTTER_DB, liftDb = 0 }: ForgerOptions) {
    this.#propagation = new Propagation(random.stream("forged shadowing"), defaultPropagation);
    this.#fading = random.stream("forged fading");
    this.#plan = plan;
    this.#clutterDb = clutterDb;
    this.#liftDb = liftDb;
    const rate = parseDataRate(plan.beacon.dataRate);
    const noiseFigureDb = CONCENTRATOR_NOISE_FIGURE_DB;
    this.#floorDbm = sensitivityDbm({ ...rate, noiseFigureDb });
    this.#noiseDbm = noiseDbm(rate.bandwidthHz, noiseFigureDb);
  }

  /** Mean of a link between two claimed places, dBm; its shadowing too is made up. */
  meanDbm(from: Claim, to: Claim): number {
    const fields = this.#propagation.fieldAt(from.point) + this.#propagation.fieldAt(to.point);
    return this.#withoutShadowing(from, to, fields);
  }

  /** The same without shadowing: what to expect of strangers. */
  expectedDbm(from: Claim, to: Claim): number {
    return this.#withoutShadowing(from, to, 0);
  }

  /** One reception, with its fading; undefined: nothing would be heard. */
  signal(from: Claim, to: Claim): Signal | undefined {
    const { fadingDb } = this.#propagation.parameters;
    const rssiDbm = this.meanDbm(from, to) + fadingDb * normal(this.#fading);
    if (rssiDbm >= this.#floorDbm) return this.signalOf(rssiDbm);
    if (rssiDbm < this.#floorDbm - this.#liftDb) return undefined;
    return this.signalOf(this.#floorDbm + LIFTED_DB_MAX * this.#fading.unit());
  }

  /** The SNR that belongs to a power, both in tenths. */
  signalOf(rssiDbm: number): Signal {
    return {
      rssiDbm: tenths(rssiDbm),
      snrDb: Math.min(SNR_DB_MAX, tenths(rssiDbm - this.#noiseDbm)),
    };
  }

  #withoutShadowing(from: Claim, to: Claim, fields: number): number {
    const { powerDbm, channels } = this.#plan.beacon;
    const dx = from.point.x - to.point.x;
    const dy = from.point.y - to.point.y;
    const lossDb = this.#propagation.lossDb(dx * dx + dy * dy, fields, channels[0] ?? 0);
    return powerDbm + from.gainDbi + to.gainDbi - 2 * this.#clutterDb - lossDb;
  }
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
