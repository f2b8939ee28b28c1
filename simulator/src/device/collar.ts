/** A dog collar: GPS, and the frame of 11 bytes (protocol's collar-frame.ts). */
import type { Random } from "@katydid/platform";
import { COLLAR_FPORT, encodeCollarFrame, type Milliseconds } from "@katydid/protocol";
import type { Plane, Point } from "../air/geometry.ts";
import { normal } from "../world/seeded-random.ts";
import { DogWalk } from "./dog-walk.ts";
import type { DeviceProgram } from "./program.ts";

/** Ten minutes: what the fleet's collars do. */
export const COLLAR_PERIOD_MS = 10 * 60_000;
/** Deviation of a good fix in each direction, metres. */
const FIX_METERS = 4;
/** Of one hundred fixes that fail: under a roof, and outdoors. */
const FAILURES_INDOORS = 30;
const FAILURES_OUTDOORS = 2;
const FULL_VOLTS = 4.15;
const VOLTS_PER_REPORT = 0.0004;
const EMPTY_VOLTS = 3.3;

export class CollarProgram implements DeviceProgram {
  readonly fPort = COLLAR_FPORT;
  readonly periodMs: number;
  readonly #plane: Plane;
  readonly #random: Random;
  readonly #walk: DogWalk;
  #fix: { readonly point: Point; readonly atMs: number } | undefined;
  #sequence = 0;

  constructor(from: {
    readonly plane: Plane;
    readonly home: Point;
    readonly random: Random;
    readonly startMs: number;
    /** Legs and reports run this many times faster. */
    readonly scale?: number;
  }) {
    const scale = from.scale ?? 1;
    this.periodMs = COLLAR_PERIOD_MS / scale;
    this.#plane = from.plane;
    this.#random = from.random.stream("gps");
    this.#walk = new DogWalk({ ...from, random: from.random.stream("walk"), scale });
  }

  pointAt(nowMs: Milliseconds): Point {
    return this.#walk.at(nowMs).point;
  }

  report(nowMs: Milliseconds): Uint8Array {
    const state = this.#walk.at(nowMs);
    const random = this.#random;
    const chance = state.mood === "home" ? FAILURES_INDOORS : FAILURES_OUTDOORS;
    const failed = random.below(100) < chance;
    if (!failed) {
      const x = state.point.x + FIX_METERS * normal(random);
      const y = state.point.y + FIX_METERS * normal(random);
      this.#fix = { point: { x, y }, atMs: nowMs };
    }
    const fix = this.#fix;
    const position = fix && {
      ...this.#plane.placeOf(fix.point),
      accuracyMeters: failed ? 32 : 8,
      ageMinutes: (nowMs - fix.atMs) / 60_000,
      stale: failed,
    };
    this.#sequence += 1;
    return encodeCollarFrame({
      button: false,
      outside: this.#walk.isOutside(state),
      moving: state.speedKmh > 0,
      ...(position === undefined ? {} : { position }),
      speedKmh: state.speedKmh,
      batteryVolts: Math.max(EMPTY_VOLTS, FULL_VOLTS - VOLTS_PER_REPORT * this.#sequence),
      temperatureCelsius: state.mood === "home" ? 21 : 14,
      activity: state.mood === "home" ? random.below(3) : 4 + random.below(4),
      sequence: this.#sequence,
    });
  }
}
