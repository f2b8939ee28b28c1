/**
 * The radio of a hotspot, whatever it is: another program's packet forwarder (gwmp/), the
 * simulator's, or later a chip. Every driver passes the contract test in contract/.
 */
import type { DataRate, Db, Dbm, Hertz, Milliseconds } from "@katydid/protocol";

export interface Concentrator extends AsyncDisposable {
  /** Resolves when the radio receives. Throws Fault when it cannot be had. Called once. */
  start(): Promise<void>;
  /** Ends when disposed. Throws only if the hardware is lost. One consumer. */
  frames(): AsyncIterable<ReceivedFrame>;
  /** A refused transmission is an outcome, not an error: the caller must decide. */
  transmit(request: TransmitRequest): Promise<TransmitOutcome>;
}

export interface ReceivedFrame {
  /** PHYPayload, 0 to 255 bytes, CRC not included. */
  readonly payload: Uint8Array;
  readonly crc: "ok" | "bad" | "none";
  readonly modulation: "lora" | "fsk";
  readonly frequencyHz: Hertz;
  /** `SF9BW125`; for FSK the bit rate, `50000`. */
  readonly dataRate: DataRate;
  readonly codingRate: "4/5" | "4/6" | "4/7" | "4/8" | "off";
  readonly rssiDbm: Dbm;
  readonly snrDb: Db;
  /** IF channel of the concentrator, 0 to 9. */
  readonly channel: number;
  /** The concentrator's microsecond counter at the end of the frame, modulo 2^32. */
  readonly counterUs: number;
  /** Host time of reception. */
  readonly receivedAt: Milliseconds;
  /** Nanoseconds since the last PPS, where the chip stamps them (SX1303 with GPS). */
  readonly fineTimeNs?: number;
}

export interface TransmitRequest {
  readonly payload: Uint8Array;
  readonly frequencyHz: Hertz;
  readonly dataRate: DataRate;
  readonly codingRate: "4/5" | "4/6" | "4/7" | "4/8";
  readonly powerDbm: Dbm;
  /** true for downlinks to devices (LoRaWAN L2 §4.1), false for what other hotspots shall hear. */
  readonly invertPolarity: boolean;
  /** Downlinks go without payload CRC, beacons and uplinks with it. */
  readonly crc: boolean;
  readonly when:
    | { readonly kind: "immediate" }
    /** When the concentrator's counter (modulo 2^32) has this value. */
    | { readonly kind: "at-counter"; readonly counterUs: number };
}

export type TransmitOutcome =
  | {
      readonly outcome: "accepted";
      readonly airtimeUs: number;
      /** Nanoseconds since the last PPS at the end of transmission, where the chip knows it. */
      readonly fineTimeNs?: number;
    }
  | { readonly outcome: "refused"; readonly reason: TransmitRefusal };

/** GWMP's TX_ACK errors in our words, and what a driver finds by itself. */
export type TransmitRefusal =
  | "too-late"
  | "too-early"
  | "collision-packet"
  | "collision-beacon"
  | "frequency-unsupported"
  | "data-rate-unsupported"
  | "power-unsupported"
  | "gps-unlocked"
  | "payload-too-large"
  /** The radio keeps to a duty cycle by itself. */
  | "duty-cycle"
  /** No forwarder, or it does not answer. */
  | "radio-silent"
  /** It refused for a reason that we have no word for. */
  | "other";
