/**
 * How long a frame is on the air, exact to the microsecond.
 * Sources: SX1276 datasheet §4.1.1.7 and SX126x datasheet §6.1.4 (SF5 and SF6); RP002 for FSK.
 */
import { assert } from "../bytes/assert.ts";
import type { DataRate } from "../units.ts";

export type CodingRate = "4/5" | "4/6" | "4/7" | "4/8";

export interface LoraAirtimeInput {
  /** 5 to 12. */
  readonly spreadingFactor: number;
  readonly bandwidthHz: number;
  readonly codingRate: CodingRate;
  /** PHYPayload, 0 to 255 bytes, without the radio's CRC. */
  readonly payloadBytes: number;
  /** Programmed symbols; the radio adds 4.25 (SF5 and SF6: 6.25) of sync word. */
  readonly preambleSymbols: number;
  readonly explicitHeader: boolean;
  readonly crc: boolean;
  /** Default "auto": on where a symbol lasts 16 ms or more (SF11 and SF12 at 125 kHz). */
  readonly lowDataRateOptimization?: "auto" | "on" | "off";
}

/** LoRaWAN's preamble (RP002, "Physical layer"), symbols. */
export const LORAWAN_PREAMBLE_SYMBOLS = 8;

/** A LoRa data rate taken apart. */
export interface LoraDataRate {
  readonly spreadingFactor: number;
  readonly bandwidthHz: number;
}

/**
 * Time on air in microseconds. Exact for 125, 250 and 500 kHz; for other bandwidths rounded to the
 * nearest. Asserts its ranges.
 */
export function loraAirtimeUs(input: LoraAirtimeInput): number {
  const { spreadingFactor, bandwidthHz, payloadBytes, preambleSymbols } = input;
  assert(isWithin(spreadingFactor, 5, 12), "spreading factor");
  assert(isWithin(payloadBytes, 0, 255), "payload bytes");
  assert(isWithin(preambleSymbols, 0, 65_535), "preamble symbols");
  assert(isWithin(bandwidthHz, 1, 2_000_000), "bandwidth");

  const chips = 2 ** spreadingFactor;
  // SF5 and SF6 have two more symbols of sync and no 8 reserved bits (SX126x §6.1.4).
  const short = spreadingFactor < 7;
  const bits =
    8 * payloadBytes +
    (input.crc ? 16 : 0) -
    4 * spreadingFactor +
    (short ? 0 : 8) +
    (input.explicitHeader ? 20 : 0);
  const bitsPerBlock = 4 * (spreadingFactor - (isOptimized(input, chips) ? 2 : 0));
  const symbolsPerBlock = 4 + redundancy[input.codingRate];
  const payloadSymbols = 8 + Math.ceil(Math.max(bits, 0) / bitsPerBlock) * symbolsPerBlock;
  const quarterSymbols = 4 * (preambleSymbols + payloadSymbols) + (short ? 25 : 17);
  // At most 2^12 * 4 * 66,000 * 250,000 < 2^53.
  return Math.round((quarterSymbols * chips * 250_000) / bandwidthHz);
}

/** Time on air of a LoRaWAN frame in microseconds: explicit header, 4/5, preamble 8, CRC on unless told. */
export function airtimeOf(frame: {
  readonly dataRate: DataRate;
  /** PHYPayload, 0 to 255 bytes. */
  readonly payloadBytes: number;
  readonly codingRate?: CodingRate;
  readonly crc?: boolean;
}): number {
  const { codingRate = "4/5", crc = true, payloadBytes } = frame;
  const lora = tryParseDataRate(frame.dataRate);
  if (!lora) return fskAirtimeUs({ bitsPerSecond: Number(frame.dataRate), payloadBytes, crc });
  return loraAirtimeUs({
    ...lora,
    codingRate,
    payloadBytes,
    preambleSymbols: LORAWAN_PREAMBLE_SYMBOLS,
    explicitHeader: true,
    crc,
  });
}

/** Takes `SF9BW125` apart; asserts that it is a LoRa data rate (`tryParseDataRate` for foreign text). */
export function parseDataRate(text: DataRate): LoraDataRate {
  const parsed = tryParseDataRate(text);
  assert(parsed, `not a LoRa data rate: ${text}`);
  return parsed;
}

/** As parseDataRate, but undefined for anything else (FSK bit rates, garbage). */
export function tryParseDataRate(text: string): LoraDataRate | undefined {
  return loraDataRates.get(text);
}

/** Writes what parseDataRate reads. */
export function formatDataRate({ spreadingFactor, bandwidthHz }: LoraDataRate): DataRate {
  return `SF${spreadingFactor}BW${bandwidthHz / 1000}` as DataRate;
}

/** Least signal-to-noise ratio, dB, at which a radio still decodes (SX1276 datasheet table 13; SF5: SX126x). */
export function snrFloorDb(spreadingFactor: number): number {
  assert(isWithin(spreadingFactor, 5, 12), "spreading factor");
  return 10 - 2.5 * spreadingFactor;
}

const redundancy: Readonly<Record<CodingRate, number>> = { "4/5": 1, "4/6": 2, "4/7": 3, "4/8": 4 };

/** Every LoRa data rate there is (SF5 to SF12 at 125, 250 and 500 kHz), so that parsing is one look-up. */
const loraDataRates: ReadonlyMap<string, LoraDataRate> = new Map(
  [125_000, 250_000, 500_000].flatMap((bandwidthHz) =>
    [5, 6, 7, 8, 9, 10, 11, 12].map((spreadingFactor) => {
      const rate = { spreadingFactor, bandwidthHz };
      return [formatDataRate(rate) as string, rate] as const;
    }),
  ),
);

/** A symbol lasts 16 ms or more: 2^SF / bandwidth >= 0.016 s. */
function isOptimized(input: LoraAirtimeInput, chips: number): boolean {
  const { lowDataRateOptimization = "auto" } = input;
  if (lowDataRateOptimization !== "auto") return lowDataRateOptimization === "on";
  return chips * 1000 >= 16 * input.bandwidthHz;
}

/** RP002 "FSK modulation": 5 bytes preamble, 3 sync word, 1 length, payload, 2 CRC. */
function fskAirtimeUs(frame: {
  readonly bitsPerSecond: number;
  readonly payloadBytes: number;
  readonly crc: boolean;
}): number {
  const { bitsPerSecond, payloadBytes, crc } = frame;
  assert(isWithin(bitsPerSecond, 500, 250_000), "neither a LoRa data rate nor a bit rate");
  const bytes = 5 + 3 + 1 + payloadBytes + (crc ? 2 : 0);
  return Math.round((bytes * 8 * 1_000_000) / bitsPerSecond);
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
