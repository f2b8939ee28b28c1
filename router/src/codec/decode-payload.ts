/** From a payload to what its owner reads: an object, and the position and battery in it. */
import { type CollarFrame, decodeCollarFrame } from "@katydid/protocol";
import type { CodecName } from "../device.ts";
import { decodeCayenneLpp, type LppItem } from "./cayenne-lpp.ts";

export interface Position {
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude?: number;
  readonly accuracyMeters?: number;
  /** How old it was when it was sent, ms. */
  readonly ageMs?: number;
}

export interface DecodedPayload {
  /** `object` of the event; absent: the device has no codec, or it refused. */
  readonly object?: Readonly<Record<string, unknown>>;
  readonly position?: Position;
  readonly batteryVolts?: number;
  /** Why the codec refused, for a log event. */
  readonly error?: string;
}

const NOTHING: DecodedPayload = {};

export function decodePayload(codec: CodecName, bytes: Uint8Array): DecodedPayload {
  switch (codec) {
    case "none":
      return NOTHING;
    case "cayenne-lpp":
      return fromLpp(bytes);
    case "collar":
      return fromCollar(bytes);
  }
}

/**
 * Names as the decoders of other networks give them: `temperature_3`, `gps_1`; and the first
 * position once more at the top, where map integrations look for it.
 */
function fromLpp(bytes: Uint8Array): DecodedPayload {
  const result = decodeCayenneLpp(bytes);
  if (result.outcome === "refused") {
    return { error: `Cayenne LPP: ${result.error.code} at byte ${result.error.at}` };
  }
  const object: Record<string, unknown> = {};
  for (const { type, channel, value } of result.items) object[`${type}_${channel}`] = value;
  const position = result.items.map(positionOf).find((found) => found !== undefined);
  if (position !== undefined) Object.assign(object, position);
  const volts = result.items.find(({ type }) => type === "voltage")?.value;
  return {
    object,
    ...(position === undefined ? {} : { position }),
    ...(typeof volts === "number" ? { batteryVolts: volts } : {}),
  };
}

function positionOf({ type, value }: LppItem): Position | undefined {
  if (type !== "gps" || typeof value === "number" || !("latitude" in value)) return undefined;
  const { latitude = 0, longitude = 0, altitude = 0 } = value;
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return undefined;
  return { latitude, longitude, altitude };
}

/** Fields as reference stacks name them: latitude, longitude, accuracy, battery. */
function fromCollar(bytes: Uint8Array): DecodedPayload {
  const frame = decodeCollarFrame(bytes);
  if (frame === undefined) return { error: `not a collar's frame: ${bytes.length} bytes` };
  const { position: fix, batteryVolts, temperatureCelsius, speedKmh, ...rest } = frame;
  const object: Record<string, unknown> = {
    ...(fix === undefined ? {} : placeOf(fix)),
    battery: batteryPercentOf(batteryVolts),
    batteryVolts,
    temperature: temperatureCelsius,
    speed: speedKmh,
    ...rest,
  };
  if (fix === undefined) return { object, batteryVolts };
  const { latDegrees: latitude, lngDegrees: longitude, accuracyMeters } = fix;
  return {
    object,
    batteryVolts,
    position: { latitude, longitude, accuracyMeters, ageMs: fix.ageMinutes * 60_000 },
  };
}

function placeOf(fix: NonNullable<CollarFrame["position"]>): Record<string, unknown> {
  return {
    latitude: fix.latDegrees,
    longitude: fix.lngDegrees,
    accuracy: fix.accuracyMeters,
    ageMinutes: fix.ageMinutes,
    stale: fix.stale,
  };
}

/** A lithium cell between empty and full. */
const EMPTY_VOLTS = 3.3;
const FULL_VOLTS = 4.15;

/** Percent that is left of a lithium cell at this voltage, roughly: its curve is flat in between. */
export function batteryPercentOf(volts: number): number {
  const part = (volts - EMPTY_VOLTS) / (FULL_VOLTS - EMPTY_VOLTS);
  return Math.round(100 * Math.max(0, Math.min(1, part)));
}
