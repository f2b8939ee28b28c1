/**
 * LoRaWAN 1.0.x frames (L2 1.0.4 §4 and §6.2): any bytes are some kind of Frame. Nothing is
 * authenticated here: see data-frame.ts and join.ts.
 *
 *     PHYPayload   MHDR u8 | MACPayload | MIC 4          MHDR = type:3 | 000 | major:2
 *     MACPayload   DevAddr u32 LE | FCtrl u8 | FCnt u16 LE | FOpts 0..15 | [FPort u8 | FRMPayload]
 *     join request JoinEUI u64 LE | DevEUI u64 LE | DevNonce u16 LE
 *     join accept  12 or 28 enciphered bytes; the MIC is enciphered too
 */
import { PHY_PAYLOAD_BYTES_MAX } from "../messages/message-fields.ts";

export type Frame =
  | DataFrame
  | JoinRequestFrame
  | JoinAcceptFrame
  | ProprietaryFrame
  | MalformedFrame;

/** Byte fields are views of the bytes that were parsed. */
export interface DataFrame {
  readonly kind: "data-up" | "data-down";
  readonly confirmed: boolean;
  readonly devAddr: number;
  readonly adr: boolean;
  /** ADRACKReq; uplinks only. */
  readonly adrAckRequest: boolean;
  readonly ack: boolean;
  /** FPending of a downlink, ClassB of an uplink. */
  readonly pending: boolean;
  /** Low 16 bits of the frame counter. */
  readonly fCnt16: number;
  /** MAC commands, at most 15 bytes, not enciphered in 1.0.x. */
  readonly fOpts: Uint8Array;
  readonly fPort?: number;
  readonly frmPayload: Uint8Array;
  readonly mic: Uint8Array;
}

export interface JoinRequestFrame {
  readonly kind: "join-request";
  readonly joinEui: bigint;
  readonly devEui: bigint;
  readonly devNonce: number;
  readonly mic: Uint8Array;
}

export interface JoinAcceptFrame {
  readonly kind: "join-accept";
  /** 16 or 32 bytes, MIC included. */
  readonly enciphered: Uint8Array;
}

export interface ProprietaryFrame {
  readonly kind: "proprietary";
  /** All after the MHDR. */
  readonly payload: Uint8Array;
}

export interface MalformedFrame {
  readonly kind: "malformed";
  readonly reason: MalformedReason;
}

/** Ordered: the first that applies is the one reported. */
export type MalformedReason =
  | "empty"
  | "too-long"
  | "major-unsupported"
  | "type-unsupported"
  | "wrong-length"
  | "too-short"
  | "options-overrun"
  /** FOpts in a frame on port 0: such a frame shall be discarded (L2 1.0.4 §4.3.1.6). */
  | "options-on-port-0";

export const MIC_BYTES = 4;
export const JOIN_REQUEST_BYTES = 23;
export const FOPTS_BYTES_MAX = 15;
/** MHDR, DevAddr, FCtrl, FCnt and MIC: what every data frame has. */
export const DATA_FRAME_BYTES_MIN = 12;

/** MHDR's upper three bits (L2 1.0.4 table 6). */
export const frameType = {
  joinRequest: 0,
  joinAccept: 1,
  unconfirmedUp: 2,
  unconfirmedDown: 3,
  confirmedUp: 4,
  confirmedDown: 5,
  proprietary: 7,
} as const;

/** Reads any bytes; never throws. */
export function parseFrame(phyPayload: Uint8Array): Frame {
  const header = phyPayload[0];
  if (header === undefined) return malformed("empty");
  if (phyPayload.length > PHY_PAYLOAD_BYTES_MAX) return malformed("too-long");
  if ((header & 0x03) !== 0) return malformed("major-unsupported");
  switch (header >> 5) {
    case frameType.joinRequest:
      return parseJoinRequest(phyPayload);
    case frameType.joinAccept: {
      const { length } = phyPayload;
      if (length !== 17 && length !== 33) return malformed("wrong-length");
      return { kind: "join-accept", enciphered: phyPayload.subarray(1) };
    }
    case frameType.unconfirmedUp:
    case frameType.confirmedUp:
    case frameType.unconfirmedDown:
    case frameType.confirmedDown:
      return parseData(phyPayload, header >> 5);
    case frameType.proprietary:
      return { kind: "proprietary", payload: phyPayload.subarray(1) };
    default:
      // 6 is 1.1's rejoin request; 1.0.x reserves it.
      return malformed("type-unsupported");
  }
}

function parseData(phyPayload: Uint8Array, type: number): Frame {
  const end = phyPayload.length - MIC_BYTES;
  if (phyPayload.length < DATA_FRAME_BYTES_MIN) return malformed("too-short");
  const control = phyPayload[5] as number;
  const optionsEnd = 8 + (control & 0x0f);
  if (optionsEnd > end) return malformed("options-overrun");
  const fPort = optionsEnd < end ? phyPayload[optionsEnd] : undefined;
  if (fPort === 0 && optionsEnd > 8) return malformed("options-on-port-0");
  const isUp = type === frameType.unconfirmedUp || type === frameType.confirmedUp;
  const frame: DataFrame = {
    kind: isUp ? "data-up" : "data-down",
    confirmed: type === frameType.confirmedUp || type === frameType.confirmedDown,
    devAddr: devAddrOf(phyPayload),
    adr: (control & 0x80) !== 0,
    adrAckRequest: isUp && (control & 0x40) !== 0,
    ack: (control & 0x20) !== 0,
    pending: (control & 0x10) !== 0,
    fCnt16: (phyPayload[6] as number) | ((phyPayload[7] as number) << 8),
    fOpts: phyPayload.subarray(8, optionsEnd),
    frmPayload: phyPayload.subarray(Math.min(optionsEnd + 1, end), end),
    mic: phyPayload.subarray(end),
  };
  return fPort === undefined ? frame : { ...frame, fPort };
}

function parseJoinRequest(phyPayload: Uint8Array): Frame {
  if (phyPayload.length !== JOIN_REQUEST_BYTES) return malformed("wrong-length");
  const view = new DataView(phyPayload.buffer, phyPayload.byteOffset, phyPayload.length);
  return {
    kind: "join-request",
    joinEui: view.getBigUint64(1, true),
    devEui: view.getBigUint64(9, true),
    devNonce: view.getUint16(17, true),
    mic: phyPayload.subarray(19),
  };
}

/** DevAddr of a data frame's bytes. */
export function devAddrOf(phyPayload: Uint8Array): number {
  const [, a = 0, b = 0, c = 0, d = 0] = phyPayload;
  return ((d << 24) | (c << 16) | (b << 8) | a) >>> 0;
}

function malformed(reason: MalformedReason): MalformedFrame {
  return { kind: "malformed", reason };
}
