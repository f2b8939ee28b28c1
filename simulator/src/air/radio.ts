/** What a radio is to the air: where it stands, how well it hears, and whether it talks. */
import { snrFloorDb } from "@katydid/protocol";
import { THERMAL_NOISE_DBM } from "./constants.ts";
import type { Point } from "./geometry.ts";
import type { Propagation } from "./propagation.ts";

export interface RadioOptions {
  readonly point: Point;
  /** Antenna gain less cable loss, dBi. */
  readonly gainDbi: number;
  /** Walls, dogs and grass around the antenna, dB; counted both ways. */
  readonly clutterDb: number;
  /** Of the receiver, dB. */
  readonly noiseFigureDb: number;
}

/** Noise figure of an SX1302 with its front end: about 3 dB gives -140 dBm at SF12. */
export const CONCENTRATOR_NOISE_FIGURE_DB = 3;
/** Noise figure of an SX1262 in a small device (ns-3 module lorawan: 6 dB). */
export const DEVICE_NOISE_FIGURE_DB = 6;

export class Radio {
  readonly gainDbi: number;
  readonly clutterDb: number;
  readonly noiseFigureDb: number;
  x: number;
  y: number;
  /** Its number on this air, by the order of making. */
  readonly id: number;
  /** Frames that it has sent. */
  frames = 0;
  /** Shadowing field at its place. */
  field: number;
  /** Its last transmission, microseconds of the air's time. A radio that talks is deaf. */
  talksFromUs = Number.NEGATIVE_INFINITY;
  talksUntilUs = Number.NEGATIVE_INFINITY;
  readonly #propagation: Propagation;

  constructor(propagation: Propagation, options: RadioOptions & { readonly id: number }) {
    this.#propagation = propagation;
    this.id = options.id;
    this.gainDbi = options.gainDbi;
    this.clutterDb = options.clutterDb;
    this.noiseFigureDb = options.noiseFigureDb;
    this.x = options.point.x;
    this.y = options.point.y;
    this.field = propagation.fieldAt(options.point);
  }

  move({ x, y }: Point): void {
    if (x === this.x && y === this.y) return;
    this.x = x;
    this.y = y;
    this.field = this.#propagation.fieldAt({ x, y });
  }

  talksWithin(fromUs: number, untilUs: number): boolean {
    return this.talksFromUs < untilUs && this.talksUntilUs > fromUs;
  }
}

/** Noise in a receiver's bandwidth, dBm. */
export function noiseDbm(bandwidthHz: number, noiseFigureDb: number): number {
  return THERMAL_NOISE_DBM + 10 * Math.log10(bandwidthHz) + noiseFigureDb;
}

/** The weakest signal that is still read, dBm: SF7 at 125 kHz and 3 dB gives -127.5. */
export function sensitivityDbm(of: {
  readonly spreadingFactor: number;
  readonly bandwidthHz: number;
  readonly noiseFigureDb: number;
}): number {
  return noiseDbm(of.bandwidthHz, of.noiseFigureDb) + snrFloorDb(of.spreadingFactor);
}
