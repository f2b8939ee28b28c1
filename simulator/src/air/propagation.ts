/**
 * How much of a signal arrives. Log-distance loss with correlated shadowing, and never less than
 * free space. Default set: the one of the ns-3 module lorawan's examples (exponent 3.76, 7.7 dB at
 * 1 m, shadowing of 4 dB over 110 m; Magrin et al. 2017), which fits radios outdoors.
 */
import type { Random } from "@katydid/platform";
import type { Point } from "./geometry.ts";

export interface PropagationParameters {
  readonly name: string;
  readonly exponent: number;
  /** Loss at the reference distance of 1 m, dB. */
  readonly lossAtOneMeterDb: number;
  /** Standard deviation of the shadowing of a link, dB. */
  readonly shadowingDb: number;
  /** Over this distance shadowing changes, metres. */
  readonly shadowingMeters: number;
  /** Standard deviation from packet to packet of one link, dB; people and leaves move. */
  readonly fadingDb: number;
}

export const defaultPropagation: PropagationParameters = {
  name: "log-distance-3.76",
  exponent: 3.76,
  lossAtOneMeterDb: 7.7,
  shadowingDb: 4,
  shadowingMeters: 110,
  // Not of ns-3: a small spread, so that no two packets are alike.
  fadingDb: 1,
};

/** 20 log10(4 pi / c), for metres and hertz. */
const FREE_SPACE_DB = 20 * Math.log10((4 * Math.PI) / 299_792_458);

/** Shadowing and fading count as gain by at most this many deviations when reach is bounded. */
const DEVIATIONS_MAX = 3;

export class Propagation {
  readonly parameters: PropagationParameters;
  readonly #seed: number;
  readonly #fadingSeed: number;
  /** Scales the sum of two ends' unit fields to `shadowingDb`. */
  readonly #shadowScale: number;

  constructor(random: Random, parameters: PropagationParameters = defaultPropagation) {
    this.parameters = parameters;
    this.#seed = random.below(2 ** 32);
    this.#fadingSeed = random.below(2 ** 32);
    this.#shadowScale = parameters.shadowingDb / Math.SQRT2;
  }

  /**
   * The shadowing field at a place: mean 0, deviation 1, continuous. A link's shadowing is the
   * scaled sum of its two ends, so it is the same both ways, needs no memory, and links that share
   * an end are correlated by a half (3GPP TR 36.814 table A.2.1.1-2: 0.5 between sites).
   */
  fieldAt({ x, y }: Point): number {
    const size = this.parameters.shadowingMeters;
    const column = Math.floor(x / size);
    const row = Math.floor(y / size);
    const right = x / size - column;
    const up = y / size - row;
    const weights = [(1 - right) * (1 - up), right * (1 - up), (1 - right) * up, right * up];
    let sum = 0;
    let squares = 0;
    for (let corner = 0; corner < 4; corner += 1) {
      const weight = weights[corner] ?? 0;
      sum += weight * this.#normalAt(column + (corner & 1), row + (corner >> 1));
      squares += weight * weight;
    }
    // Interpolation averages; this restores the deviation of 1 everywhere.
    return sum / Math.sqrt(squares);
  }

  /** Loss of a link, dB. `squareMeters` is the squared distance, `fields` the sum of both ends'. */
  lossDb(squareMeters: number, fields: number, frequencyHz: number): number {
    const { exponent, lossAtOneMeterDb } = this.parameters;
    // Closer than 1 m the model means nothing.
    const decades = 10 * Math.log10(Math.max(1, squareMeters));
    const loss = lossAtOneMeterDb + (exponent / 2) * decades + this.#shadowScale * fields;
    return Math.max(loss, FREE_SPACE_DB + decades + 20 * Math.log10(frequencyHz));
  }

  /**
   * What one frame has more or less than its link's mean, dB. It belongs to sender, receiver and the
   * sender's count of frames, and is no draw from a stream: worlds that differ elsewhere agree on it.
   */
  fadingDb(of: { readonly from: number; readonly frame: number; readonly to: number }): number {
    const frame = mix(Math.imul(of.frame, 0xc2b2ae35) ^ this.#fadingSeed);
    const link = mix(Math.imul(of.from, 0x9e3779b1) ^ frame);
    return this.parameters.fadingDb * normalOf(mix(Math.imul(of.to, 0x85ebca77) ^ link));
  }

  /**
   * Farther than this no link has less than `lossDb`, but by luck of more than three deviations.
   */
  reachMeters(lossDb: number): number {
    const { exponent, lossAtOneMeterDb, shadowingDb, fadingDb } = this.parameters;
    const luck = DEVIATIONS_MAX * Math.hypot(shadowingDb, fadingDb);
    return 10 ** ((lossDb + luck - lossAtOneMeterDb) / (10 * exponent));
  }

  /** A normal deviate that belongs to a grid point. */
  #normalAt(column: number, row: number): number {
    return normalOf(mix(Math.imul(column, 0x9e3779b1) ^ Math.imul(row, 0x85ebca77) ^ this.#seed));
  }
}

/** Box and Muller, of 32 well mixed bits. */
function normalOf(one: number): number {
  const other = mix(one ^ 0x68bc21eb);
  const radius = Math.sqrt(-2 * Math.log((one + 1) / 2 ** 32));
  return radius * Math.cos((2 * Math.PI * other) / 2 ** 32);
}

/** 32 bits to 32 bits, well mixed (lowbias32; C. Wellons 2018, public domain). */
function mix(value: number): number {
  let word = value >>> 0;
  word = Math.imul(word ^ (word >>> 16), 0x7feb352d);
  word = Math.imul(word ^ (word >>> 15), 0x846ca68b);
  return (word ^ (word >>> 16)) >>> 0;
}
