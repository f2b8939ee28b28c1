/**
 * Keys of the router's rows: a prefix byte for the table, then fixed-width parts, so that a range
 * of one prefix is one table and of a longer one a part of it.
 */
import { concatBytes, fromHex, u32Bytes, u64Bytes, utf8 } from "@katydid/protocol";

const table = (letter: string): Uint8Array => utf8(letter);
const OWNER = table("o");
const APPLICATION = table("a");
const DEVICE = table("d");
const SESSION = table("s");
const COUNTERS = table("c");
const NONCE = table("n");
const ACCOUNT = table("v");
const STATUS = table("l");
const TRAIL = table("t");
const QUEUE = table("q");

export const EUI_BYTES = 8;

export const rowKeys = {
  owner: (id: string) => concatBytes(OWNER, utf8(id)),
  application: (id: string) => concatBytes(APPLICATION, utf8(id)),
  device: (devEui: string) => concatBytes(DEVICE, fromHex(devEui)),
  /** `pending`: the session of a join accept that the device has not used yet. */
  session: (devEui: string, slot: "current" | "pending") =>
    concatBytes(SESSION, fromHex(devEui), Uint8Array.of(slot === "current" ? 0 : 1)),
  counters: (devEui: string) => concatBytes(COUNTERS, fromHex(devEui)),
  nonce: (devEui: string, devNonce: number) =>
    concatBytes(NONCE, fromHex(devEui), Uint8Array.of(devNonce >> 8, devNonce & 0xff)),
  /** What one hotspot is owed on one channel. */
  account: (channel: Uint8Array, hotspot: Uint8Array) => concatBytes(ACCOUNT, channel, hotspot),
  status: (devEui: string) => concatBytes(STATUS, fromHex(devEui)),
  /** Ascending in time; `tie` tells positions of one millisecond apart. */
  trail: (devEui: string, at: number, tie: number) =>
    concatBytes(TRAIL, fromHex(devEui), u64Bytes(at), u32Bytes(tie)),
  queue: (devEui: string) => concatBytes(QUEUE, fromHex(devEui)),
};

export const tables = {
  owners: OWNER,
  applications: APPLICATION,
  devices: DEVICE,
  sessions: SESSION,
  counters: COUNTERS,
  accounts: ACCOUNT,
  status: STATUS,
  queues: QUEUE,
  noncesOf: (devEui: string) => concatBytes(NONCE, fromHex(devEui)),
  trailOf: (devEui: string) => concatBytes(TRAIL, fromHex(devEui)),
  accountsOf: (channel: Uint8Array) => concatBytes(ACCOUNT, channel),
};

/** Range of the keys that begin with these bytes; the last of them must not be 0xff alone. */
export function rangeOf(prefix: Uint8Array): {
  readonly start: Uint8Array;
  readonly end: Uint8Array;
} {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  const end = prefix.slice(0, length);
  if (length > 0) end[length - 1] = (end[length - 1] ?? 0) + 1;
  return { start: prefix, end };
}
