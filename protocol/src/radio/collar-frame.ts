/**
 * The collar's own frame: position, battery and mood of a dog in 11 bytes, so that with LoRaWAN's 13
 * it is one data credit (24 bytes). Sent on FPort 11. Big-endian:
 *
 * | byte | bits | field |
 * | ---- | ---- | ----- |
 * | 0    | 7..4 | version, 1 |
 * |      | 3    | button pressed |
 * |      | 2    | outside its fence |
 * |      | 1    | moving |
 * |      | 0    | position is old: the last fix failed |
 * | 1-3  |      | latitude, signed, 180 / 2^24 degrees (1.2 m); 0x800000: no position yet |
 * | 4-6  |      | longitude, signed, 360 / 2^24 degrees (2.4 m at the equator) |
 * | 7    | 7..4 | accuracy: 2^n metres |
 * |      | 3..0 | speed: 2 km/h each |
 * | 8    |      | battery: 2.5 V + 0.01 V each |
 * | 9    | 7..3 | temperature: -20 C + 2 C each |
 * |      | 2..0 | activity since the last frame, 0 (asleep) to 7 |
 * | 10   | 7..4 | age of the position in minutes; 15: that or more |
 * |      | 3..0 | sequence, so that the owner sees gaps |
 */
import { assert } from "../bytes/assert.ts";

export const COLLAR_FRAME_BYTES = 11;
export const COLLAR_FPORT = 11;
const VERSION = 1;
/** Of a latitude that is not there; no latitude is encoded so. */
const NO_POSITION = -(2 ** 23);
const POSITION_STEPS = 2 ** 24;

/** Values are rounded to the steps above and clamped to their ranges. */
export interface CollarFrame {
  readonly button: boolean;
  readonly outside: boolean;
  readonly moving: boolean;
  /** Absent until the first fix. */
  readonly position?: {
    readonly latDegrees: number;
    readonly lngDegrees: number;
    /** 1 to 32,768. */
    readonly accuracyMeters: number;
    /** 0 to 15; 15 is that or more. */
    readonly ageMinutes: number;
    /** The last fix failed: this is the one before. */
    readonly stale: boolean;
  };
  /** 0 to 30; 30 is that or more. */
  readonly speedKmh: number;
  /** 2.50 to 5.05. */
  readonly batteryVolts: number;
  /** -20 to 42. */
  readonly temperatureCelsius: number;
  /** 0 to 7. */
  readonly activity: number;
  /** 0 to 15. */
  readonly sequence: number;
}

/** @returns 11 bytes. Asserts that all numbers are finite. */
export function encodeCollarFrame(frame: CollarFrame): Uint8Array {
  const { position } = frame;
  const flags =
    (frame.button ? 8 : 0) |
    (frame.outside ? 4 : 0) |
    (frame.moving ? 2 : 0) |
    (position?.stale ? 1 : 0);
  const bytes = new Uint8Array(COLLAR_FRAME_BYTES);
  bytes[0] = (VERSION << 4) | flags;
  const lat = position ? degreeSteps({ degrees: position.latDegrees, span: 180 }) : NO_POSITION;
  const lng = position ? degreeSteps({ degrees: position.lngDegrees, span: 360 }) : 0;
  bytes.set([lat >> 16, lat >> 8, lat, lng >> 16, lng >> 8, lng], 1);
  const accuracy = position ? steps(Math.log2(Math.max(1, position.accuracyMeters)), 15) : 0;
  bytes[7] = (accuracy << 4) | steps(frame.speedKmh / 2, 15);
  bytes[8] = steps((frame.batteryVolts - 2.5) * 100, 255);
  bytes[9] = (steps((frame.temperatureCelsius + 20) / 2, 31) << 3) | steps(frame.activity, 7);
  bytes[10] = (steps(position?.ageMinutes ?? 0, 15) << 4) | (frame.sequence & 15);
  return bytes;
}

/** @returns undefined for what is not a collar's frame of this version. */
export function decodeCollarFrame(bytes: Uint8Array): CollarFrame | undefined {
  const [head = 0, , , , , , , reach = 0, battery = 0, mood = 0, tail = 0] = bytes;
  if (bytes.length !== COLLAR_FRAME_BYTES || head >> 4 !== VERSION) return undefined;
  const lat = int24(bytes, 1);
  const position = {
    latDegrees: round6((lat * 180) / POSITION_STEPS),
    lngDegrees: round6((int24(bytes, 4) * 360) / POSITION_STEPS),
    accuracyMeters: 2 ** (reach >> 4),
    ageMinutes: tail >> 4,
    stale: (head & 1) !== 0,
  };
  return {
    button: (head & 8) !== 0,
    outside: (head & 4) !== 0,
    moving: (head & 2) !== 0,
    ...(lat === NO_POSITION ? {} : { position }),
    speedKmh: (reach & 15) * 2,
    batteryVolts: (250 + battery) / 100,
    temperatureCelsius: (mood >> 3) * 2 - 20,
    activity: mood & 7,
    sequence: tail & 15,
  };
}

function degreeSteps({ degrees, span }: { degrees: number; span: number }): number {
  assert(Number.isFinite(degrees), "degrees");
  const most = POSITION_STEPS / 2 - 1;
  const value = Math.round((degrees * POSITION_STEPS) / span);
  return Math.min(most, Math.max(-most, value));
}

function steps(value: number, most: number): number {
  assert(Number.isFinite(value), "a number");
  return Math.min(most, Math.max(0, Math.round(value)));
}

function int24(bytes: Uint8Array, at: number): number {
  const [high = 0, middle = 0, low = 0] = bytes.subarray(at, at + 3);
  return ((high << 24) >> 8) | (middle << 8) | low;
}

/** Steps are coarser than 10^-6 degree: more digits would only look like knowledge. */
const round6 = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;
