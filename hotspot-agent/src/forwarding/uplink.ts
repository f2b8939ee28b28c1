/** One received frame on its way to a router. */
import type { ReceivedFrame } from "@katydid/firmware";
import { milliseconds, type Offer, type Packet, type RadioMetadata } from "@katydid/protocol";

export interface Uplink {
  readonly phyPayload: Uint8Array;
  readonly radio: RadioMetadata;
  readonly route: Offer["route"];
  /** What it costs the router, DC; 0 for joins. */
  readonly costDc: number;
  /** Times it was sent already. */
  attempts: number;
}

/** Radio metadata as the wire has it: dBm in tenths, time in whole milliseconds. */
export function radioOf(frame: ReceivedFrame): RadioMetadata {
  return {
    frequencyHz: frame.frequencyHz,
    dataRate: frame.dataRate,
    rssiDbm: frame.rssiDbm,
    snrDb: frame.snrDb,
    channel: frame.channel,
    counterUs: frame.counterUs >>> 0,
    receivedAt: milliseconds(Math.floor(frame.receivedAt)),
  };
}

export function packetOf(uplink: Uplink, reception: number): Packet {
  const { radio, phyPayload } = uplink;
  return { kind: "packet", reception, ...radio, phyPayload };
}
