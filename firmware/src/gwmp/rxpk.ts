/** From a PUSH_DATA's `rxpk` entry to a frame. A forwarder is another program: nothing is taken on trust. */
import { dataRate, db, dbm, hertz, tryParseDataRate } from "@katydid/protocol";
import type { ReceivedFrame } from "../concentrator.ts";
import { isObject, type JsonObject } from "./datagram.ts";

/** Ordered: the first that applies is the one reported. */
export type RxpkReason =
  | "not-object"
  | "crc-status"
  | "modulation"
  | "data-rate"
  | "coding-rate"
  | "frequency"
  | "counter"
  | "signal"
  | "base64"
  | "size";

export type RxpkOutcome =
  | { readonly outcome: "frame"; readonly frame: Omit<ReceivedFrame, "receivedAt"> }
  | { readonly outcome: "skipped"; readonly reason: RxpkReason };

const PAYLOAD_BYTES_MAX = 255;
const COUNTER_MODULUS = 2 ** 32;
const NANOSECONDS_PER_SECOND = 1_000_000_000;

const crcByStat: ReadonlyMap<unknown, ReceivedFrame["crc"]> = new Map([
  [1, "ok"],
  [-1, "bad"],
  [0, "none"],
]);
const codingRates: ReadonlyMap<unknown, ReceivedFrame["codingRate"]> = new Map([
  ["4/5", "4/5"],
  ["4/6", "4/6"],
  ["4/7", "4/7"],
  ["4/8", "4/8"],
  ["OFF", "off"],
]);

/** Reads one entry of `rxpk`. Unknown fields are ignored. */
export function parseRxpk(entry: unknown): RxpkOutcome {
  if (!isObject(entry)) return skipped("not-object");
  const crc = crcByStat.get(entry.stat);
  if (crc === undefined) return skipped("crc-status");
  if (entry.modu !== "LORA" && entry.modu !== "FSK") return skipped("modulation");
  const isLora = entry.modu === "LORA";
  const rate = isLora ? loraRate(entry.datr) : fskRate(entry.datr);
  if (rate === undefined) return skipped("data-rate");
  const codingRate = isLora ? codingRates.get(entry.codr) : "off";
  if (codingRate === undefined) return skipped("coding-rate");
  const frequencyHz = hertzOfMegahertz(entry.freq);
  if (frequencyHz === undefined) return skipped("frequency");
  if (!Number.isSafeInteger(entry.tmst) || (entry.tmst as number) < 0) return skipped("counter");
  const signal = signalOf(entry, isLora);
  if (signal === undefined) return skipped("signal");
  const payload = decodeBase64(entry.data);
  if (payload === undefined) return skipped("base64");
  if (payload.length !== entry.size || payload.length > PAYLOAD_BYTES_MAX) return skipped("size");
  const fineTimeNs = fineTimeOf(entry.ftime);
  return {
    outcome: "frame",
    frame: {
      payload,
      crc,
      modulation: isLora ? "lora" : "fsk",
      frequencyHz: hertz(frequencyHz),
      dataRate: dataRate(rate),
      codingRate,
      ...signal,
      counterUs: (entry.tmst as number) % COUNTER_MODULUS,
      ...(fineTimeNs !== undefined && { fineTimeNs }),
    },
  };
}

function loraRate(value: unknown): string | undefined {
  return typeof value === "string" && tryParseDataRate(value) ? value : undefined;
}

/** Bits per second, as a number; some forwarders quote it. */
function fskRate(value: unknown): string | undefined {
  const bitsPerSecond = typeof value === "string" ? Number(value) : value;
  const isRate = isWithin(bitsPerSecond, 500, 250_000) && Number.isInteger(bitsPerSecond);
  return isRate ? String(bitsPerSecond) : undefined;
}

/** Forwarders write MHz with six decimals, so the nearest whole Hz is what they meant. */
function hertzOfMegahertz(value: unknown): number | undefined {
  return isWithin(value, 100, 4294) ? Math.round(value * 1_000_000) : undefined;
}

/**
 * Channel and levels. `rssi` is the channel's, as every forwarder gives it. Gateways with several
 * antennas give them for each in `rsig`: then the one that heard best counts.
 */
function signalOf(entry: JsonObject, isLora: boolean) {
  if (entry.rssi !== undefined || !Array.isArray(entry.rsig)) return readSignal(entry, isLora);
  const signals = entry.rsig.flatMap((antenna: unknown) => {
    if (!isObject(antenna)) return [];
    return readSignal({ ...entry, ...antenna, rssi: antenna.rssic }, isLora) ?? [];
  });
  return signals.reduce(
    (best, signal) => (best === undefined || signal.snrDb > best.snrDb ? signal : best),
    signals[0],
  );
}

function readSignal({ chan, rssi, lsnr }: JsonObject, isLora: boolean) {
  // The FSK demodulator measures no signal-to-noise ratio.
  const snr = isLora ? lsnr : (lsnr ?? 0);
  const isChannel = isWithin(chan, 0, 255) && Number.isInteger(chan);
  if (!isChannel || !isWithin(rssi, -300, 100) || !isWithin(snr, -128, 128)) return undefined;
  return { channel: chan, rssiDbm: dbm(rssi), snrDb: db(snr) };
}

/** With or without padding (PROTOCOL.TXT §4), but nothing else that a lenient decoder would skip. */
function decodeBase64(value: unknown): Uint8Array | undefined {
  if (typeof value !== "string" || value.length > 4 * Math.ceil((PAYLOAD_BYTES_MAX + 1) / 3)) {
    return undefined;
  }
  const text = value.replace(/={1,2}$/, "");
  if (!/^[A-Za-z0-9+/]*$/.test(text) || text.length % 4 === 1) return undefined;
  return new Uint8Array(Buffer.from(text, "base64"));
}

/** Nanoseconds since the last PPS; dropped where it cannot be that. */
function fineTimeOf(value: unknown): number | undefined {
  const isFine = isWithin(value, 0, NANOSECONDS_PER_SECOND - 1) && Number.isInteger(value);
  return isFine ? value : undefined;
}

function isWithin(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && value >= least && value <= most;
}

function skipped(reason: RxpkReason): RxpkOutcome {
  return { outcome: "skipped", reason };
}
