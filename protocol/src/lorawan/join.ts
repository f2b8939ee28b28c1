/**
 * Over-the-air activation, LoRaWAN 1.0.x (L2 1.0.4 §6.2): requests, accepts and session keys.
 *
 *     join accept  JoinNonce u24 LE | NetID u24 LE | DevAddr u32 LE | DLSettings u8 | RxDelay u8 |
 *                  [CFList 16] | MIC 4
 * All after the MHDR is *de*ciphered by the network, so that a device needs only encryption.
 */
import { assert } from "../bytes/assert.ts";
import { AesCmac } from "./aes.ts";
import { type CfList, decodeCfList, encodeCfList } from "./cf-list.ts";
import type { LorawanKeys } from "./data-frame.ts";
import { frameType, JOIN_REQUEST_BYTES, MIC_BYTES, parseFrame } from "./frame.ts";
import { DEV_ADDR_MAX, EUI_MAX } from "./identifiers.ts";

export interface JoinRequestInput {
  readonly appKey: Uint8Array;
  readonly joinEui: bigint;
  readonly devEui: bigint;
  /** 16 bits, never used before by this device. */
  readonly devNonce: number;
}

export interface JoinAccept {
  /** 24 bits (AppNonce in 1.0.2 and before). */
  readonly joinNonce: number;
  /** 24 bits. */
  readonly netId: number;
  readonly devAddr: number;
  readonly rx1DrOffset: number;
  /** Data rate index of RX2. */
  readonly rx2DataRate: number;
  /** Seconds to RX1, 1 to 15. */
  readonly rxDelaySeconds: number;
  readonly cfList?: CfList;
}

/** PHYPayload of a join request, 23 bytes. Asserts its ranges. */
export function buildJoinRequest(input: JoinRequestInput): Uint8Array {
  const { appKey, joinEui, devEui, devNonce } = input;
  assert(joinEui >= 0n && joinEui <= EUI_MAX && devEui >= 0n && devEui <= EUI_MAX, "EUI");
  assert(isUint(devNonce, 0xffff), "DevNonce");
  const frame = new Uint8Array(JOIN_REQUEST_BYTES);
  const view = new DataView(frame.buffer);
  frame[0] = frameType.joinRequest << 5;
  view.setBigUint64(1, joinEui, true);
  view.setBigUint64(9, devEui, true);
  view.setUint16(17, devNonce, true);
  frame.set(micOf({ appKey, message: frame.subarray(0, 19) }), 19);
  return frame;
}

/** Whether the MIC of a join request's bytes holds. False for bytes that are none. */
export function checkJoinRequestMic(input: {
  readonly phyPayload: Uint8Array;
  readonly appKey: Uint8Array;
}): boolean {
  const { phyPayload, appKey } = input;
  const frame = parseFrame(phyPayload);
  if (frame.kind !== "join-request") return false;
  return isSame(micOf({ appKey, message: phyPayload.subarray(0, 19) }), frame.mic);
}

/** PHYPayload of a join accept, 17 bytes, or 33 with a CFList. Asserts its ranges. */
export function buildJoinAccept(input: JoinAccept & { readonly appKey: Uint8Array }): Uint8Array {
  const { joinNonce, netId, devAddr, rx1DrOffset, rx2DataRate, rxDelaySeconds, cfList } = input;
  assert(isUint(joinNonce, 0xff_ffff) && isUint(netId, 0xff_ffff), "JoinNonce or NetID");
  assert(isUint(devAddr, DEV_ADDR_MAX), "DevAddr");
  assert(isUint(rx1DrOffset, 7) && isUint(rx2DataRate, 15), "DLSettings");
  assert(isUint(rxDelaySeconds, 15) && rxDelaySeconds >= 1, "RxDelay");
  const length = cfList ? 33 : 17;
  const clear = new Uint8Array(length);
  const view = new DataView(clear.buffer);
  clear[0] = frameType.joinAccept << 5;
  writeUint24(clear.subarray(1), joinNonce);
  writeUint24(clear.subarray(4), netId);
  view.setUint32(7, devAddr, true);
  clear[11] = (rx1DrOffset << 4) | rx2DataRate;
  clear[12] = rxDelaySeconds;
  if (cfList) clear.set(encodeCfList(cfList), 13);
  const message = clear.subarray(0, length - MIC_BYTES);
  clear.set(micOf({ appKey: input.appKey, message }), length - MIC_BYTES);
  clear.set(AesCmac.of(input.appKey).decryptBlocks(clear.subarray(1)), 1);
  return clear;
}

/** What a device makes of a join accept; undefined where it is none or its MIC does not hold. */
export function parseJoinAccept(input: {
  readonly phyPayload: Uint8Array;
  readonly appKey: Uint8Array;
}): JoinAccept | undefined {
  const { phyPayload, appKey } = input;
  const frame = parseFrame(phyPayload);
  if (frame.kind !== "join-accept") return undefined;
  const clear = phyPayload.slice();
  clear.set(AesCmac.of(appKey).encryptBlocks(frame.enciphered), 1);
  const end = clear.length - MIC_BYTES;
  if (!isSame(micOf({ appKey, message: clear.subarray(0, end) }), clear.subarray(end))) {
    return undefined;
  }
  const settings = clear[11] as number;
  const cfList = end > 13 ? decodeCfList(clear.subarray(13, end)) : undefined;
  return {
    joinNonce: readUint24(clear.subarray(1)),
    netId: readUint24(clear.subarray(4)),
    devAddr: new DataView(clear.buffer).getUint32(7, true),
    rx1DrOffset: (settings >> 4) & 0x07,
    rx2DataRate: settings & 0x0f,
    // 0 means 1 s (L2 1.0.4 §5.7).
    rxDelaySeconds: Math.max(1, (clear[12] as number) & 0x0f),
    ...(cfList && { cfList }),
  };
}

/** NwkSKey and AppSKey of a join (L2 1.0.4 §6.2.6): enciphered 01 or 02 | JoinNonce | NetID | DevNonce. */
export function deriveSessionKeys(input: {
  readonly appKey: Uint8Array;
  readonly joinNonce: number;
  readonly netId: number;
  readonly devNonce: number;
}): LorawanKeys {
  const { appKey, joinNonce, netId, devNonce } = input;
  assert(isUint(joinNonce, 0xff_ffff) && isUint(netId, 0xff_ffff), "JoinNonce or NetID");
  assert(isUint(devNonce, 0xffff), "DevNonce");
  const blocks = new Uint8Array(32);
  for (const [index, block] of [blocks.subarray(0, 16), blocks.subarray(16)].entries()) {
    block[0] = index + 1;
    writeUint24(block.subarray(1), joinNonce);
    writeUint24(block.subarray(4), netId);
    block[7] = devNonce & 0xff;
    block[8] = devNonce >> 8;
  }
  const keys = AesCmac.of(appKey).encryptBlocks(blocks);
  return {
    nwkSKey: new Uint8Array(keys.subarray(0, 16)),
    appSKey: new Uint8Array(keys.subarray(16)),
  };
}

function micOf(input: { readonly appKey: Uint8Array; readonly message: Uint8Array }): Uint8Array {
  return AesCmac.of(input.appKey).mac(input).slice(0, MIC_BYTES);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] ?? 0);
  return difference === 0;
}

function writeUint24(into: Uint8Array, value: number): void {
  into.set([value & 0xff, (value >> 8) & 0xff, value >> 16]);
}

function readUint24(bytes: Uint8Array): number {
  const [a = 0, b = 0, c = 0] = bytes;
  return (c << 16) | (b << 8) | a;
}

function isUint(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most;
}
