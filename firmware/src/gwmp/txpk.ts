/** From a request to a PULL_RESP's `txpk`, and from a TX_ACK to an outcome. */
import { tryParseDataRate } from "@katydid/protocol";
import type { TransmitRefusal, TransmitRequest } from "../concentrator.ts";
import { isObject, type JsonObject } from "./datagram.ts";

/** Hz; what 50 kbit/s FSK has in every region (RP002 "FSK modulation"). */
const FSK_DEVIATION_HZ = 25_000;

/**
 * The transmitter is radio chain 0: on all boards that we know it is the one with a power amplifier.
 * Power is whole dBm on the wire, rounded down: never more than was asked for.
 */
export function makeTxpk(request: TransmitRequest): JsonObject {
  const { payload, when } = request;
  const isLora = tryParseDataRate(request.dataRate) !== undefined;
  return {
    ...(when.kind === "immediate" ? { imme: true } : { tmst: when.counterUs }),
    freq: request.frequencyHz / 1_000_000,
    rfch: 0,
    powe: Math.floor(request.powerDbm),
    ...(isLora
      ? { modu: "LORA", datr: request.dataRate, codr: request.codingRate }
      : { modu: "FSK", datr: Number(request.dataRate), fdev: FSK_DEVIATION_HZ }),
    ipol: request.invertPolarity,
    ncrc: !request.crc,
    size: payload.length,
    data: Buffer.from(payload).toString("base64"),
  };
}

/** Words of PROTOCOL.TXT §5.4; TX_POWER was an error before version 1.5. Two are ChirpStack's. */
const refusals: ReadonlyMap<unknown, TransmitRefusal> = new Map([
  ["TOO_LATE", "too-late"],
  ["TOO_EARLY", "too-early"],
  ["COLLISION_PACKET", "collision-packet"],
  ["COLLISION_BEACON", "collision-beacon"],
  ["TX_FREQ", "frequency-unsupported"],
  ["TX_POWER", "power-unsupported"],
  ["GPS_UNLOCKED", "gps-unlocked"],
  ["QUEUE_FULL", "collision-packet"],
  ["DUTY_CYCLE_OVERFLOW", "duty-cycle"],
]);

/** What a TX_ACK says: undefined for "accepted" (no JSON, no error, `NONE`, or only a warning). */
export function refusalOf(json: JsonObject | undefined): TransmitRefusal | undefined {
  const ack = json?.txpk_ack;
  if (!isObject(ack)) return undefined;
  const { error } = ack;
  if (error === undefined || error === null || error === "" || error === "NONE") return undefined;
  return refusals.get(error) ?? "other";
}
