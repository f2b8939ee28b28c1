/** DevAddr and EUIs: little-endian on the air, printed big-endian in hex. */
import { assert } from "../bytes/assert.ts";

export const DEV_ADDR_MAX = 0xffff_ffff;
export const EUI_MAX = 0xffff_ffff_ffff_ffffn;

/** Eight lower-case hex digits. */
export function devAddrText(devAddr: number): string {
  assert(Number.isInteger(devAddr) && devAddr >= 0 && devAddr <= DEV_ADDR_MAX, "DevAddr");
  return devAddr.toString(16).padStart(8, "0");
}

/** Reads eight hex digits of either case; undefined for anything else. */
export function parseDevAddr(text: string): number | undefined {
  return /^[0-9a-f]{8}$/i.test(text) ? Number.parseInt(text, 16) : undefined;
}

/** Sixteen lower-case hex digits. */
export function euiText(eui: bigint): string {
  assert(eui >= 0n && eui <= EUI_MAX, "EUI");
  return eui.toString(16).padStart(16, "0");
}

/** Reads sixteen hex digits of either case; undefined for anything else. */
export function parseEui(text: string): bigint | undefined {
  return /^[0-9a-f]{16}$/i.test(text) ? BigInt(`0x${text}`) : undefined;
}
