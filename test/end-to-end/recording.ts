/** The recording of a real packet forwarder, and what its frames are (test/fixtures). */
import { readFileSync } from "node:fs";
import { parseGwmp } from "@katydid/firmware";
import { fromHex } from "@katydid/protocol";
import type { Recorded } from "./packet-forwarder.ts";

export interface RecordedFrame {
  readonly phyPayload: string;
  readonly kind:
    | "join"
    | "data"
    | "bad-mic"
    | "replay"
    | "no-route"
    | "proprietary"
    | "garbage"
    | "crc-error";
  readonly device?: "collar" | "oyster" | "sensor";
  readonly fCnt?: number;
  readonly fPort?: number;
  readonly payload?: string;
}

export interface Frames {
  readonly abpDevices: readonly {
    readonly name: "collar" | "oyster" | "sensor";
    readonly devAddr: string;
    readonly nwkSKey: string;
    readonly appSKey: string;
  }[];
  readonly otaaDevice: {
    readonly devEui: string;
    readonly joinEui: string;
    readonly appKey: string;
  };
  readonly frames: readonly RecordedFrame[];
}

/** The entry of `rxpk` that brought a frame. */
export interface Rxpk {
  readonly tmst: number;
  readonly freq: number;
  readonly datr: string;
  readonly data: string;
}

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8");

export const frames: Frames = JSON.parse(fixture("frames.json"));

export const recording: readonly Recorded[] = fixture("gwmp-capture.jsonl")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

/** Every datagram of frames with what it brought. */
export const pushes: readonly { readonly hex: string; readonly rxpk: Rxpk }[] = recording.flatMap(
  ({ hex }) => {
    const datagram = parseGwmp(fromHex(hex));
    if (datagram.kind !== "push-data" || !Array.isArray(datagram.json.rxpk)) return [];
    return datagram.json.rxpk.map((rxpk: Rxpk) => ({ hex, rxpk }));
  },
);

export const phyPayloadOf = ({ data }: Rxpk): string => Buffer.from(data, "base64").toString("hex");

/** Of the forwarder, as its datagrams say. */
export const gatewayEui = (() => {
  const [first] = recording.map(({ hex }) => parseGwmp(fromHex(hex)));
  if (first?.kind !== "pull-data") throw new Error("a recording begins with PULL_DATA");
  return first.gatewayEui;
})();
