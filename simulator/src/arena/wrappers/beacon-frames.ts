/** Beacons as a packet forwarder sees them: told from other frames, and made up. */
import type { ReceivedFrame, TransmitRequest } from "@katydid/firmware";
import {
  beaconFrame,
  beaconOf,
  beaconPayloadOf,
  db,
  dbm,
  type Milliseconds,
  type RegionPlan,
  toHex,
} from "@katydid/protocol";

/** Signal as a host states it, in tenths. */
export interface Signal {
  readonly rssiDbm: number;
  readonly snrDb: number;
}

const COUNTER_MODULUS = 2 ** 32;

export function isBeacon(frame: { readonly payload: Uint8Array }): boolean {
  return beaconPayloadOf(frame.payload) !== undefined;
}

/** A beacon of one's own on its way to the radio. */
export function isBeaconRequest({ payload, invertPolarity }: TransmitRequest): boolean {
  return !invertPolarity && isBeacon({ payload });
}

/** Names a beacon by its frame's bytes. */
export function beaconName(frame: Uint8Array): string {
  return toHex(frame);
}

/** The same frame with another signal. Without its fine time: that would give a false place away. */
export function withSignal(frame: ReceivedFrame, signal: Signal): ReceivedFrame {
  const { fineTimeNs: _fineTimeNs, ...rest } = frame;
  return { ...rest, rssiDbm: dbm(signal.rssiDbm), snrDb: db(signal.snrDb) };
}

/** A beacon as it would have been heard now. `payload` is its 51 bytes. */
export function madeUpFrame(from: {
  readonly payload: Uint8Array;
  readonly plan: RegionPlan;
  readonly signal: Signal;
  readonly nowMs: Milliseconds;
}): ReceivedFrame {
  const { payload, plan, signal, nowMs } = from;
  const { frequencyHz, dataRate } = beaconOf({ payload, plan });
  return {
    payload: beaconFrame(payload),
    crc: "ok",
    modulation: "lora",
    frequencyHz,
    dataRate,
    codingRate: "4/5",
    rssiDbm: dbm(signal.rssiDbm),
    snrDb: db(signal.snrDb),
    channel: Math.max(0, plan.uplinkChannels.indexOf(frequencyHz)),
    counterUs: Math.floor(nowMs * 1000) % COUNTER_MODULUS,
    receivedAt: nowMs,
  };
}

/** A request to radiate a beacon again, at once. `frame` has its MHDR. */
export function beaconRequest(frame: Uint8Array, plan: RegionPlan): TransmitRequest {
  const payload = beaconPayloadOf(frame);
  if (payload === undefined) throw new Error("not a beacon");
  const { frequencyHz, dataRate, powerDbm } = beaconOf({ payload, plan });
  return {
    payload: frame,
    frequencyHz,
    dataRate,
    powerDbm,
    codingRate: "4/5",
    invertPolarity: false,
    crc: true,
    when: { kind: "immediate" },
  };
}
