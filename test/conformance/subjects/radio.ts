/** Subjects of radio and devices: time on air, LoRaWAN frames, the packet forwarder, Cayenne LPP. */
import { parseGwmp } from "@katydid/firmware";
import {
  checkDataMic,
  type DataFrame,
  decryptPayload,
  devAddrText,
  loraAirtimeUs,
  parseFrame,
  toHex,
  unreachable,
} from "@katydid/protocol";
import { decodeCayenneLpp } from "@katydid/router";
import { bytesOf, type Fields, flagOf, oneOf, refuse, wholeOf } from "../input.ts";

export function loraAirtime(input: Fields) {
  const airtimeUs = loraAirtimeUs({
    spreadingFactor: wholeOf(input.spreadingFactor, "spreadingFactor", { least: 5, most: 12 }),
    bandwidthHz: wholeOf(input.bandwidthHz, "bandwidthHz", { least: 1, most: 2_000_000 }),
    codingRate: oneOf(input.codingRate, "codingRate", ["4/5", "4/6", "4/7", "4/8"]),
    payloadBytes: wholeOf(input.payloadBytes, "payloadBytes", { most: 255 }),
    preambleSymbols: wholeOf(input.preambleSymbols, "preambleSymbols", { most: 65_535 }),
    explicitHeader: flagOf(input.explicitHeader, "explicitHeader"),
    crc: flagOf(input.crc, "crc"),
  });
  return { airtimeUs };
}

const KEY_BYTES = 16;

export function lorawanFrame(input: Fields) {
  const phyPayload = bytesOf(input.phyPayload, "phyPayload");
  const keys = {
    nwkSKey: keyOf(input.nwkSKey, "nwkSKey"),
    appSKey: keyOf(input.appSKey, "appSKey"),
  };
  const frame = parseFrame(phyPayload);
  switch (frame.kind) {
    case "malformed":
      return refuse(frame.reason);
    case "data-up":
    case "data-down":
      return dataFrame({ frame, phyPayload, keys });
    case "join-request":
    case "join-accept":
      return { type: frame.kind };
    case "proprietary":
      return { type: frame.kind, payload: toHex(frame.payload) };
    default:
      return unreachable(frame);
  }
}

function dataFrame(input: {
  frame: DataFrame;
  phyPayload: Uint8Array;
  keys: { nwkSKey: Uint8Array; appSKey: Uint8Array };
}) {
  const { frame, phyPayload, keys } = input;
  const direction = frame.kind === "data-up" ? "up" : "down";
  // A vector has one frame and no history: the counter's upper half is 0.
  const fCnt32 = frame.fCnt16;
  return {
    type: `${frame.confirmed ? "confirmed" : "unconfirmed"}-${direction}`,
    devAddr: devAddrText(frame.devAddr),
    fCnt: fCnt32,
    ...(frame.fPort === undefined ? {} : { fPort: frame.fPort }),
    payload: toHex(decryptPayload({ frame, keys, fCnt32 })),
    micValid: checkDataMic({ phyPayload, nwkSKey: keys.nwkSKey, fCnt32 }),
  };
}

function keyOf(value: unknown, name: string): Uint8Array {
  const key = bytesOf(value, name);
  return key.length === KEY_BYTES ? key : refuse(`${name} is not a key of 16 bytes`);
}

export function gwmpDatagram(input: Fields) {
  const datagram = parseGwmp(bytesOf(input.datagram, "datagram"));
  return datagram.kind === "malformed" ? refuse(datagram.reason) : datagram;
}

export function cayenneLpp(input: Fields) {
  const result = decodeCayenneLpp(bytesOf(input.bytes, "bytes"));
  return result.outcome === "refused" ? refuse(result.error.code) : { items: result.items };
}
