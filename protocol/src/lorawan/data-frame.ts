/**
 * MIC and payload encryption of data frames (LoRaWAN L2 1.0.4 §4.3.3 and §4.4), both ways.
 *
 *     B0 = 49 00000000 | direction u8 | DevAddr LE | FCnt32 LE | 00 | length u8
 *     Ai = 01 00000000 | direction u8 | DevAddr LE | FCnt32 LE | 00 | i u8, from 1
 */
import { assert } from "../bytes/assert.ts";
import { PHY_PAYLOAD_BYTES_MAX } from "../messages/message-fields.ts";
import { AesCmac } from "./aes.ts";
import { type DataFrame, devAddrOf, FOPTS_BYTES_MAX, frameType, MIC_BYTES } from "./frame.ts";
import { DEV_ADDR_MAX } from "./identifiers.ts";

/** Session keys of a device, 16 bytes each. */
export interface LorawanKeys {
  readonly nwkSKey: Uint8Array;
  readonly appSKey: Uint8Array;
}

export const FCNT32_MAX = 0xffff_ffff;
/** MHDR, FHDR without options, FPort, MIC. */
const OVERHEAD_BYTES = 13;
const BLOCK_BYTES = 16;
/** Key stream for the longest payload. */
const BLOCKS_MAX = Math.ceil(PHY_PAYLOAD_BYTES_MAX / BLOCK_BYTES);
const block0 = new Uint8Array(BLOCK_BYTES);
const counterBlocks = new Uint8Array(BLOCKS_MAX * BLOCK_BYTES);
const NO_BYTES = new Uint8Array(0);

/**
 * Whether the MIC of a data frame's bytes holds under the key and the full frame counter, whose low
 * 16 bits must be those of the frame. False for bytes that are no data frame.
 */
export function checkDataMic(input: {
  readonly phyPayload: Uint8Array;
  readonly nwkSKey: Uint8Array;
  readonly fCnt32: number;
}): boolean {
  const { phyPayload, fCnt32 } = input;
  const { length } = phyPayload;
  const direction = directionOf(phyPayload);
  if (length < OVERHEAD_BYTES - 1 || length > PHY_PAYLOAD_BYTES_MAX || direction === undefined) {
    return false;
  }
  const low = (phyPayload[6] as number) | ((phyPayload[7] as number) << 8);
  if (low !== (fCnt32 & 0xffff)) return false;
  const mac = macOf({ ...input, message: phyPayload.subarray(0, length - MIC_BYTES), direction });
  let difference = 0;
  for (let i = 0; i < MIC_BYTES; i++) {
    difference |= (mac[i] as number) ^ (phyPayload[length - MIC_BYTES + i] as number);
  }
  return difference === 0;
}

/**
 * FRMPayload in the clear: under NwkSKey on port 0 (MAC commands), else under AppSKey. Authenticate
 * first: encryption alone proves nothing.
 */
export function decryptPayload(input: {
  readonly frame: DataFrame;
  readonly keys: LorawanKeys;
  readonly fCnt32: number;
}): Uint8Array {
  const { frame, keys, fCnt32 } = input;
  return cryptPayload({
    key: frame.fPort === 0 ? keys.nwkSKey : keys.appSKey,
    direction: frame.kind === "data-up" ? "up" : "down",
    devAddr: frame.devAddr,
    fCnt32,
    payload: frame.frmPayload,
  });
}

/** Enciphers what is clear and deciphers what is not: the payload XOR the key stream. */
export function cryptPayload(input: {
  readonly key: Uint8Array;
  readonly direction: "up" | "down";
  readonly devAddr: number;
  readonly fCnt32: number;
  readonly payload: Uint8Array;
}): Uint8Array {
  const { payload } = input;
  const blocks = Math.ceil(payload.length / BLOCK_BYTES);
  assert(blocks <= BLOCKS_MAX, "payload longer than a frame");
  if (blocks === 0) return NO_BYTES;
  for (let i = 0; i < blocks; i++) {
    writeBlock({
      ...input,
      into: counterBlocks,
      offset: i * BLOCK_BYTES,
      first: 0x01,
      last: i + 1,
    });
  }
  const stream = AesCmac.of(input.key).encryptBlocks(
    counterBlocks.subarray(0, blocks * BLOCK_BYTES),
  );
  const result = new Uint8Array(payload.length);
  for (let i = 0; i < result.length; i++) {
    result[i] = (payload[i] as number) ^ (stream[i] as number);
  }
  return result;
}

export interface DataFrameInput {
  readonly direction: "up" | "down";
  readonly devAddr: number;
  readonly fCnt32: number;
  readonly keys: LorawanKeys;
  readonly confirmed?: boolean;
  /** Needed where there is a payload; 0 for MAC commands. */
  readonly fPort?: number;
  /** In the clear, at most 242 bytes without options. */
  readonly payload?: Uint8Array;
  /** MAC commands, at most 15 bytes; none on port 0. */
  readonly fOpts?: Uint8Array;
  readonly adr?: boolean;
  readonly adrAckRequest?: boolean;
  readonly ack?: boolean;
  readonly pending?: boolean;
}

/** PHYPayload of a data frame, enciphered and with its MIC. Asserts the ranges of its input. */
export function buildDataFrame(input: DataFrameInput): Uint8Array {
  const { direction, devAddr, fCnt32, keys, fPort, fOpts = NO_BYTES, payload = NO_BYTES } = input;
  assert(isUint(devAddr, DEV_ADDR_MAX) && isUint(fCnt32, FCNT32_MAX), "DevAddr or FCnt");
  assert(fPort === undefined ? payload.length === 0 : isUint(fPort, 255), "FPort");
  assert(fOpts.length <= FOPTS_BYTES_MAX && !(fPort === 0 && fOpts.length > 0), "FOpts");
  const portBytes = fPort === undefined ? 0 : 1;
  const length = OVERHEAD_BYTES - 1 + fOpts.length + portBytes + payload.length;
  assert(length <= PHY_PAYLOAD_BYTES_MAX, "frame longer than the radio carries");

  const frame = new Uint8Array(length);
  const view = new DataView(frame.buffer);
  frame[0] = headerOf(input) << 5;
  view.setUint32(1, devAddr, true);
  frame[5] = controlOf(input) | fOpts.length;
  view.setUint16(6, fCnt32 & 0xffff, true);
  frame.set(fOpts, 8);
  if (fPort !== undefined) {
    frame[8 + fOpts.length] = fPort;
    const key = fPort === 0 ? keys.nwkSKey : keys.appSKey;
    const enciphered = cryptPayload({ key, direction, devAddr, fCnt32, payload });
    frame.set(enciphered, 9 + fOpts.length);
  }
  const message = frame.subarray(0, length - MIC_BYTES);
  const mac = macOf({ nwkSKey: keys.nwkSKey, message, fCnt32, direction });
  frame.set(mac.subarray(0, MIC_BYTES), length - MIC_BYTES);
  return frame;
}

function macOf(input: {
  readonly nwkSKey: Uint8Array;
  readonly message: Uint8Array;
  readonly fCnt32: number;
  readonly direction: "up" | "down";
}): Uint8Array {
  const { nwkSKey, message, fCnt32, direction } = input;
  writeBlock({
    into: block0,
    offset: 0,
    first: 0x49,
    direction,
    devAddr: devAddrOf(message),
    fCnt32,
    last: message.length,
  });
  return AesCmac.of(nwkSKey).mac({ prefix: block0, message });
}

function writeBlock(block: {
  readonly into: Uint8Array;
  readonly offset: number;
  readonly first: number;
  readonly direction: "up" | "down";
  readonly devAddr: number;
  readonly fCnt32: number;
  readonly last: number;
}): void {
  const { into, offset, devAddr, fCnt32 } = block;
  into[offset] = block.first;
  into[offset + 5] = block.direction === "up" ? 0 : 1;
  for (let i = 0; i < 4; i++) {
    into[offset + 6 + i] = devAddr >>> (8 * i);
    into[offset + 10 + i] = fCnt32 >>> (8 * i);
  }
  into[offset + 15] = block.last;
}

function directionOf(phyPayload: Uint8Array): "up" | "down" | undefined {
  const header = phyPayload[0] ?? 0;
  if ((header & 0x03) !== 0) return undefined;
  switch (header >> 5) {
    case frameType.unconfirmedUp:
    case frameType.confirmedUp:
      return "up";
    case frameType.unconfirmedDown:
    case frameType.confirmedDown:
      return "down";
    default:
      return undefined;
  }
}

function headerOf({ direction, confirmed = false }: DataFrameInput): number {
  if (direction === "up") return confirmed ? frameType.confirmedUp : frameType.unconfirmedUp;
  return confirmed ? frameType.confirmedDown : frameType.unconfirmedDown;
}

function controlOf({ direction, adr, adrAckRequest, ack, pending }: DataFrameInput): number {
  assert(direction === "up" || !adrAckRequest, "ADRACKReq is an uplink's");
  return (adr ? 0x80 : 0) | (adrAckRequest ? 0x40 : 0) | (ack ? 0x20 : 0) | (pending ? 0x10 : 0);
}

function isUint(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most;
}
