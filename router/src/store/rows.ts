/**
 * Values of the router's rows. What changes with every packet is binary and of fixed width; what an
 * owner enters is JSON. A version byte leads the binary ones.
 *
 *   session   version u8 | devAddr u32 | nwkSKey 16 | appSKey 16 | startedAt f64
 *   counters  version u8 | devAddr u32 | lastMic u32 | startedAt, fCntUp, fCntDown, joinNonce,
 *             dc, packets, lastSeenAt: f64 each
 *   account   version u8 | cumulativeDc, cumulativePackets, sequence, vouchedDc, vouchedPackets:
 *             f64 each
 *
 * Figures are float64: exact to 2^53, and neither bigint nor two halves.
 */
import { Fault } from "@katydid/platform";
import { milliseconds } from "@katydid/protocol";
import type { DeviceEntry, DeviceSession } from "../device.ts";

const VERSION = 1;
const SESSION_BYTES = 1 + 4 + 16 + 16 + 8;
const COUNTERS_BYTES = 1 + 4 + 4 + 7 * 8;
const ACCOUNT_BYTES = 1 + 5 * 8;

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function open(row: Uint8Array, length: number): DataView {
  if (row.length !== length || row[0] !== VERSION) {
    throw new Fault({
      code: "store-row-unknown",
      advice: "the router's store is of another version: start with a new one, or the old release",
    });
  }
  return viewOf(row);
}

export function encodeSession(session: DeviceSession): Uint8Array {
  const row = new Uint8Array(SESSION_BYTES);
  const view = viewOf(row);
  row[0] = VERSION;
  view.setUint32(1, session.devAddr);
  row.set(session.keys.nwkSKey, 5);
  row.set(session.keys.appSKey, 21);
  view.setFloat64(37, session.startedAt);
  return row;
}

/** Without counters: a fresh session. */
export function decodeSession(row: Uint8Array): DeviceSession {
  const view = open(row, SESSION_BYTES);
  return {
    devAddr: view.getUint32(1),
    keys: { nwkSKey: row.slice(5, 21), appSKey: row.slice(21, 37) },
    startedAt: milliseconds(view.getFloat64(37)),
    fCntUp: -1,
    lastMic: 0,
    fCntDown: 0,
    latest: undefined,
    previous: undefined,
  };
}

/** Counters of the device and of its current session, if it has one. */
export function encodeCounters(entry: DeviceEntry): Uint8Array {
  const row = new Uint8Array(COUNTERS_BYTES);
  const view = viewOf(row);
  const { session } = entry;
  row[0] = VERSION;
  view.setUint32(1, session?.devAddr ?? 0);
  view.setUint32(5, session?.lastMic ?? 0);
  view.setFloat64(9, session?.startedAt ?? 0);
  view.setFloat64(17, session?.fCntUp ?? -1);
  view.setFloat64(25, session?.fCntDown ?? 0);
  view.setFloat64(33, entry.joinNonce);
  view.setFloat64(41, entry.dc);
  view.setFloat64(49, entry.packets);
  view.setFloat64(57, entry.lastSeenAt);
  return row;
}

/** Into an entry whose session was read; counters of an older session are not taken over. */
export function applyCounters(entry: DeviceEntry, row: Uint8Array): void {
  const view = open(row, COUNTERS_BYTES);
  const { session } = entry;
  entry.joinNonce = view.getFloat64(33);
  entry.dc = view.getFloat64(41);
  entry.packets = view.getFloat64(49);
  entry.lastSeenAt = view.getFloat64(57);
  if (session?.devAddr !== view.getUint32(1) || session.startedAt !== view.getFloat64(9)) return;
  session.lastMic = view.getUint32(5);
  session.fCntUp = view.getFloat64(17);
  session.fCntDown = view.getFloat64(25);
}

export interface AccountFigures {
  cumulativeDc: number;
  cumulativePackets: number;
  /** Of the last voucher; 0 before the first. */
  sequence: number;
  /** What that voucher says. */
  vouchedDc: number;
  vouchedPackets: number;
}

export function encodeAccount(figures: AccountFigures): Uint8Array {
  const row = new Uint8Array(ACCOUNT_BYTES);
  const view = viewOf(row);
  row[0] = VERSION;
  view.setFloat64(1, figures.cumulativeDc);
  view.setFloat64(9, figures.cumulativePackets);
  view.setFloat64(17, figures.sequence);
  view.setFloat64(25, figures.vouchedDc);
  view.setFloat64(33, figures.vouchedPackets);
  return row;
}

export function decodeAccount(row: Uint8Array): AccountFigures {
  const view = open(row, ACCOUNT_BYTES);
  return {
    cumulativeDc: view.getFloat64(1),
    cumulativePackets: view.getFloat64(9),
    sequence: view.getFloat64(17),
    vouchedDc: view.getFloat64(25),
    vouchedPackets: view.getFloat64(33),
  };
}
