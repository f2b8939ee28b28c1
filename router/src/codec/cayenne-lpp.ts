/**
 * Cayenne Low Power Payload: items of `channel u8 | type u8 | value`, big-endian. Layouts and type
 * names are those of ElectronicCats/CayenneLPP, the library that devices in the field use.
 */

export interface LppItem {
  readonly channel: number;
  /** Name of the type, `temperature`, `gps`... */
  readonly type: string;
  readonly value: LppValue;
}
export type LppValue = number | Readonly<Record<string, number>> | readonly LppPoint[];
export interface LppPoint {
  readonly latitude: number;
  readonly longitude: number;
}

export type LppError =
  | { readonly code: "item-truncated"; readonly at: number }
  | { readonly code: "type-unknown"; readonly at: number; readonly type: number }
  | { readonly code: "polyline-malformed"; readonly at: number };

export type LppResult =
  | { readonly outcome: "decoded"; readonly items: readonly LppItem[] }
  | { readonly outcome: "refused"; readonly error: LppError };

/** A PHYPayload has 255 bytes, and the shortest item 3. */
export const LPP_ITEMS_MAX = 85;

/**
 * Items of a payload, in its order. Strict: an unknown type or a cut item refuses the whole, since
 * whatever follows it would be read out of step. No bytes are no items.
 */
export function decodeCayenneLpp(bytes: Uint8Array): LppResult {
  const items: LppItem[] = [];
  let at = 0;
  while (at < bytes.length && items.length < LPP_ITEMS_MAX) {
    const channel = bytes[at];
    const code = bytes[at + 1];
    if (channel === undefined || code === undefined) return refused({ code: "item-truncated", at });
    if (code === POLYLINE) {
      const polyline = decodePolyline(bytes, at + 2);
      if (polyline === undefined) return refused({ code: "polyline-malformed", at });
      items.push({ channel, type: "polyline", value: polyline.points });
      at += 2 + polyline.size;
      continue;
    }
    const kind = TYPES.get(code);
    if (kind === undefined) return refused({ code: "type-unknown", at, type: code });
    const end = at + 2 + kind.size;
    if (end > bytes.length) return refused({ code: "item-truncated", at });
    items.push({ channel, type: kind.name, value: kind.read(bytes, at + 2) });
    at = end;
  }
  return { outcome: "decoded", items };
}

const refused = (error: LppError): LppResult => ({ outcome: "refused", error });

interface LppType {
  readonly name: string;
  readonly size: number;
  readonly read: (bytes: Uint8Array, at: number) => number | Readonly<Record<string, number>>;
}

const POLYLINE = 240;
/** Size byte, factor, latitude and longitude of the first point. */
const POLYLINE_HEADER_BYTES = 8;
/** Factors from here on are the library's named precisions, which it does not promise to keep. */
const POLYLINE_FACTOR_MAX = 199;

function unsigned(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}

function signed(bytes: Uint8Array, at: number, size: number): number {
  const value = unsigned(bytes, at, size);
  const range = 256 ** size;
  return value >= range / 2 ? value - range : value;
}

type Read = typeof unsigned;

/** Division, not multiplication by 0.1: 272 / 10 is 27.2 and 272 * 0.1 is not. */
const scalar = (name: string, size: number, read: Read, divisor: number): LppType => ({
  name,
  size,
  read: (bytes, at) => read(bytes, at, size) / divisor,
});

const triple = (options: {
  readonly name: string;
  readonly parts: readonly [string, string, string];
  readonly size: number;
  readonly read: Read;
  readonly divisor: number;
}): LppType => ({
  name: options.name,
  size: 3 * options.size,
  read: (bytes, at) => ({
    [options.parts[0]]: options.read(bytes, at, options.size) / options.divisor,
    [options.parts[1]]: options.read(bytes, at + options.size, options.size) / options.divisor,
    [options.parts[2]]: options.read(bytes, at + 2 * options.size, options.size) / options.divisor,
  }),
});

const axes = ["x", "y", "z"] as const;

const TYPES: ReadonlyMap<number, LppType> = new Map([
  [0, scalar("digital_in", 1, unsigned, 1)],
  [1, scalar("digital_out", 1, unsigned, 1)],
  [2, scalar("analog_in", 2, signed, 100)],
  [3, scalar("analog_out", 2, signed, 100)],
  [100, scalar("generic", 4, unsigned, 1)],
  [101, scalar("luminosity", 2, unsigned, 1)],
  [102, scalar("presence", 1, unsigned, 1)],
  [103, scalar("temperature", 2, signed, 10)],
  [104, scalar("humidity", 1, unsigned, 2)],
  [113, triple({ name: "accelerometer", parts: axes, size: 2, read: signed, divisor: 1000 })],
  [115, scalar("pressure", 2, unsigned, 10)],
  [116, scalar("voltage", 2, unsigned, 100)],
  [117, scalar("current", 2, unsigned, 1000)],
  [118, scalar("frequency", 4, unsigned, 1)],
  [120, scalar("percentage", 1, unsigned, 1)],
  [121, scalar("altitude", 2, signed, 1)],
  [125, scalar("concentration", 2, unsigned, 1)],
  [128, scalar("power", 2, unsigned, 1)],
  [130, scalar("distance", 4, unsigned, 1000)],
  [131, scalar("energy", 4, unsigned, 1000)],
  [132, scalar("direction", 2, unsigned, 1)],
  [133, scalar("time", 4, unsigned, 1)],
  [134, triple({ name: "gyrometer", parts: axes, size: 2, read: signed, divisor: 100 })],
  [135, triple({ name: "colour", parts: ["r", "g", "b"], size: 1, read: unsigned, divisor: 1 })],
  [136, { name: "gps", size: 9, read: gps }],
  [142, scalar("switch", 1, unsigned, 1)],
]);

function gps(bytes: Uint8Array, at: number): Readonly<Record<string, number>> {
  return {
    latitude: signed(bytes, at, 3) / 10_000,
    longitude: signed(bytes, at + 3, 3) / 10_000,
    altitude: signed(bytes, at + 6, 3) / 100,
  };
}

/**
 *   size u8 (itself included) | factor u8 | latitude i24 | longitude i24 | steps...
 * Figures are in factor x 10^-4 degrees. A step's low nibble moves the latitude, its high one the
 * longitude, both signed (CayenneLPPPolyline's DeltaCoord on little-endian targets).
 */
function decodePolyline(
  bytes: Uint8Array,
  at: number,
): { readonly points: readonly LppPoint[]; readonly size: number } | undefined {
  const size = bytes[at] ?? 0;
  const factor = bytes[at + 1] ?? 0;
  if (size < POLYLINE_HEADER_BYTES || at + size > bytes.length) return undefined;
  if (factor < 1 || factor > POLYLINE_FACTOR_MAX) return undefined;
  let latitude = signed(bytes, at + 2, 3) * factor;
  let longitude = signed(bytes, at + 5, 3) * factor;
  const points = [{ latitude: latitude / 10_000, longitude: longitude / 10_000 }];
  for (const step of bytes.subarray(at + POLYLINE_HEADER_BYTES, at + size)) {
    latitude += nibble(step) * factor;
    longitude += nibble(step >> 4) * factor;
    points.push({ latitude: latitude / 10_000, longitude: longitude / 10_000 });
  }
  return { points, size };
}

const nibble = (bits: number): number => ((bits & 0x0f) ^ 0x08) - 0x08;
