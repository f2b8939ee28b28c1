/** A weather sensor that stays where it is: temperature and humidity in Cayenne LPP. */
import type { Random } from "@katydid/platform";
import type { Milliseconds } from "@katydid/protocol";
import type { Point } from "../air/geometry.ts";
import { normal } from "../world/seeded-random.ts";
import type { DeviceProgram } from "./program.ts";

/** Thirty minutes: what the fleet's sensors do. */
export const SENSOR_PERIOD_MS = 30 * 60_000;
const DAY_MS = 24 * 3600 * 1000;
/** Cayenne LPP 1.0: temperature, 0.1 C signed, and relative humidity, half percent. */
const TEMPERATURE = 103;
const HUMIDITY = 104;

export class SensorProgram implements DeviceProgram {
  readonly fPort = 2;
  readonly periodMs: number;
  readonly #point: Point;
  readonly #random: Random;

  constructor(from: { readonly point: Point; readonly random: Random; readonly scale?: number }) {
    this.periodMs = SENSOR_PERIOD_MS / (from.scale ?? 1);
    this.#point = from.point;
    this.#random = from.random;
  }

  pointAt(): Point {
    return this.#point;
  }

  report(nowMs: Milliseconds): Uint8Array {
    // Warmest in the afternoon, and drier the warmer.
    const warmth = Math.sin((2 * Math.PI * (nowMs % DAY_MS)) / DAY_MS);
    const tenths = Math.round(10 * (12 + 8 * warmth + 0.3 * normal(this.#random)));
    const humidity = Math.min(100, Math.max(0, 55 - 20 * warmth + 2 * normal(this.#random)));
    return Uint8Array.of(
      1,
      TEMPERATURE,
      (tenths >> 8) & 255,
      tenths & 255,
      2,
      HUMIDITY,
      Math.round(2 * humidity),
    );
  }
}
