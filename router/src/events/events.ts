/** What owners hear of their devices. One union; integrations turn it into their own shapes. */
import type { DataRate, Dc, Hertz, Milliseconds } from "@katydid/protocol";
import type { DecodedPayload } from "../codec/decode-payload.ts";
import type { Device } from "../device.ts";
import type { Reception } from "../uplink/frame.ts";

interface Common<Kind extends string> {
  readonly kind: Kind;
  /** UUID. */
  readonly id: string;
  readonly at: Milliseconds;
  readonly device: Device;
}

export interface UplinkEvent extends Common<"up"> {
  readonly devAddr: number;
  readonly adr: boolean;
  readonly fCnt: number;
  readonly fPort: number | undefined;
  readonly confirmed: boolean;
  readonly data: Uint8Array;
  readonly decoded: DecodedPayload;
  readonly receptions: readonly Reception[];
  /** What all bought copies cost. */
  readonly dc: Dc;
}
export interface JoinEvent extends Common<"join"> {
  readonly devAddr: number;
  readonly region: string;
}
/** The device acknowledged a confirmed downlink, or sent an uplink without doing so. */
export interface AckEvent extends Common<"ack"> {
  readonly queueItemId: string;
  readonly acknowledged: boolean;
  readonly fCntDown: number;
}
/** A hotspot transmitted a downlink. */
export interface TxAckEvent extends Common<"txack"> {
  readonly downlink: number;
  /** Empty where it carried nothing of the queue. */
  readonly queueItemId: string;
  readonly fCntDown: number;
  readonly gatewayId: string;
  readonly frequencyHz: Hertz;
  readonly dataRate: DataRate;
  readonly powerDbm: number;
}
export interface LogEvent extends Common<"log"> {
  readonly level: "INFO" | "WARNING" | "ERROR";
  readonly code: "UPLINK_CODEC" | "OTAA" | "DOWNLINK_GATEWAY" | "DOWNLINK_PAYLOAD_SIZE" | "EXPIRED";
  readonly description: string;
  readonly context: Readonly<Record<string, string>>;
}
export type RouterEvent = UplinkEvent | JoinEvent | AckEvent | TxAckEvent | LogEvent;
export type RouterEventHandler = (event: RouterEvent) => void;
