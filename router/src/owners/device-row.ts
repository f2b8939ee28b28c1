/** A device's row: JSON, with the key in hex. */
import { fromHex, fromUtf8, milliseconds, toHex, utf8 } from "@katydid/protocol";
import { type CodecName, codecNames, type Device } from "../device.ts";

export function encodeDevice(device: Device): Uint8Array {
  const { appKey, ...rest } = device;
  return utf8(JSON.stringify(appKey === undefined ? rest : { ...rest, appKey: toHex(appKey) }));
}

/** Of our own writing: what does not fit is a bug or a damaged disk. */
export function decodeDevice(row: Uint8Array): Device {
  const { appKey, ...rest } = JSON.parse(fromUtf8(row));
  return {
    ...rest,
    addedAt: milliseconds(rest.addedAt),
    ...(appKey === undefined ? {} : { appKey: fromHex(appKey) }),
  };
}

export const isCodecName = (name: string): name is CodecName =>
  (codecNames as readonly string[]).includes(name);
