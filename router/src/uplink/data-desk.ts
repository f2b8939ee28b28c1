/**
 * Buys data frames. Each packet is decided at once, told when that is on disk (answers.ts), and what
 * was bought is delivered when its copies are gathered (delivery.ts). Synchronous: no packet is
 * decided while another one is. What a purchase changes, the account of the hotspot and the counters
 * of the device, goes to disk in one commit: after a kill it is paid once and bought once.
 *
 * Refusals in order: unknown-device, mic-invalid, replay, late, copies-bought, busy,
 * no-balance.
 */
import {
  type Address,
  BYTES_PER_DC,
  type DataFrame,
  type Packet,
  type Params,
} from "@katydid/protocol";
import type { DeviceEntry, DeviceSession } from "../device.ts";
import { CONFIRMED_TRANSMISSIONS_MAX, COPIES_MAX, RETRANSMISSION_MAX_MS } from "../limits.ts";
import type { HotspotLink } from "../sessions/hotspot-link.ts";
import { type CopyFacts, judgeCopy } from "./copies.ts";
import type { Frame, Reception } from "./frame.ts";
import { type DeviceMatch, matchDevice } from "./match-device.ts";
import { boughtFor, declined, type Outcome } from "./outcomes.ts";

export interface DataDeskOptions {
  readonly params: Params;
  readonly devices: {
    byDevAddr(devAddr: number): readonly DeviceEntry[];
    promote(entry: DeviceEntry): void;
  };
  readonly purse: { buy(link: HotspotLink, cost: number): boolean };
  /** The counters of a device go to disk with what was bought for it. */
  readonly batch: { device(entry: DeviceEntry): void };
  readonly deliveries: DeliveryQueue;
  readonly offers: { bought(phyPayload: Uint8Array, hotspot: Address): void };
}

export interface DeliveryQueue {
  /** `acknowledge`: a retransmission, to be answered and nothing else. */
  add(frame: Frame, purpose: "deliver" | "acknowledge"): void;
  readonly full: boolean;
}

export interface DataPacket {
  readonly link: HotspotLink;
  readonly packet: Packet;
  readonly data: DataFrame;
  /** Router's time, ms. */
  readonly now: number;
}

/** DC for a PHYPayload: ceil(max(bytes, 1) / 24), as `dcForBytes`, without a bigint per packet. */
export const costOf = (bytes: number): number => Math.ceil(Math.max(bytes, 1) / BYTES_PER_DC);

export class DataDesk {
  readonly #options: DataDeskOptions;
  constructor(options: DataDeskOptions) {
    this.#options = options;
  }

  decide(input: DataPacket): Outcome {
    const { data, packet } = input;
    const entries = this.#options.devices.byDevAddr(data.devAddr);
    if (entries.length === 0) return declined("unknown-device");
    const { phyPayload } = packet;
    const { devAddr, fCnt16 } = data;
    const match = matchDevice(entries, { phyPayload, devAddr, fCnt16 });
    if (match === undefined) return declined("mic-invalid");
    const { session, fCnt } = match;
    if (fCnt > session.fCntUp) return this.#first(input, match);
    return this.#again(input, match, knownFrame(session, fCnt));
  }

  #first(input: DataPacket, match: DeviceMatch): Outcome {
    const { link, packet, now } = input;
    const { entry, session, fCnt } = match;
    if (this.#options.deliveries.full) return declined("busy");
    const cost = costOf(packet.phyPayload.length);
    const frame = newFrame(input, match);
    if (!this.#options.purse.buy(link, cost)) return declined("no-balance");
    frame.bought.push(link.address);
    frame.receptions.push({ link, radio: packet, at: now, dc: cost });
    if (entry.pending === session) this.#options.devices.promote(entry);
    session.previous = session.latest;
    session.latest = frame;
    session.fCntUp = fCnt;
    session.lastMic = micOf(packet.phyPayload);
    entry.dc += cost;
    entry.packets++;
    entry.lastSeenAt = now;
    this.#options.batch.device(entry);
    this.#options.deliveries.add(frame, "deliver");
    this.#options.offers.bought(packet.phyPayload, link.address);
    return boughtFor(cost);
  }

  /** The counter is not new: a copy, a retransmission or a replay. */
  #again(input: DataPacket, match: DeviceMatch, known: Frame | undefined): Outcome {
    const { link, packet, data, now } = input;
    const { entry, session, fCnt } = match;
    if (known === undefined) return this.#afterRestart(input, match);
    if (micOf(known.phyPayload) !== micOf(packet.phyPayload)) {
      // Two contents under one counter: no honest device does that.
      return declined("replay");
    }
    const facts: CopyFacts = {
      hotspot: link.address,
      now,
      heardAt: packet.receivedAt,
      windowMs: this.#options.params.copyWindowMs,
      maxCopies: entry.device.maxCopies,
      transmissionsLeft: fCnt === session.fCntUp ? transmissionsLeft(known, data) : 0,
      retransmissionMaxMs: RETRANSMISSION_MAX_MS,
    };
    const verdict = judgeCopy(known, facts);
    switch (verdict) {
      case "wanted":
        return this.#copy(input, known);
      case "retransmission":
        return this.#retransmission(input, known);
      case "copies-bought":
        note(known, { link, radio: packet, at: now, dc: undefined });
        return declined(verdict, known.bought);
      default:
        return declined(verdict, known.bought);
    }
  }

  #copy({ link, packet, now }: DataPacket, known: Frame): Outcome {
    // The device sent it again and it was paid for: further copies are worth nothing.
    if (known.transmissions > 1) {
      note(known, { link, radio: packet, at: now, dc: undefined });
      return declined("copies-bought", known.bought);
    }
    const cost = costOf(packet.phyPayload.length);
    if (!this.#options.purse.buy(link, cost)) return declined("no-balance", known.bought);
    known.bought.push(link.address);
    known.entry.dc += cost;
    this.#options.batch.device(known.entry);
    note(known, { link, radio: packet, at: now, dc: cost });
    return boughtFor(cost);
  }

  /** Acknowledged once more, neither delivered nor billed: its copy was bought before. */
  #retransmission({ link, packet, now }: DataPacket, known: Frame): Outcome {
    known.transmissions++;
    known.firstAt = now;
    known.heardAt = packet.receivedAt;
    known.receptions = [{ link, radio: packet, at: now, dc: undefined }];
    if (known.data.confirmed) this.#options.deliveries.add(known, "acknowledge");
    return declined(reasonAgain(known, link.address), known.bought);
  }

  /** Frames are not kept over a restart, but the last counter and its MIC are. */
  #afterRestart(input: DataPacket, match: DeviceMatch): Outcome {
    const { link, packet, data, now } = input;
    const { session, fCnt } = match;
    const isLast = fCnt === session.fCntUp && micOf(packet.phyPayload) === session.lastMic;
    if (!isLast || session.latest !== undefined || !data.confirmed) return declined("replay");
    const frame = newFrame(input, match);
    frame.receptions.push({ link, radio: packet, at: now, dc: undefined });
    frame.transmissions = 2;
    session.latest = frame;
    this.#options.deliveries.add(frame, "acknowledge");
    return declined("replay");
  }
}

/** To the hotspot that was paid for it the repetition is a replay, to others a copy too many. */
function reasonAgain({ bought }: Frame, hotspot: Address): "copies-bought" | "replay" {
  return bought.some((address) => address !== hotspot) ? "copies-bought" : "replay";
}

function newFrame({ packet, data, now }: DataPacket, { entry, session, fCnt }: DeviceMatch): Frame {
  return {
    entry,
    session,
    data,
    fCnt,
    phyPayload: packet.phyPayload,
    firstAt: now,
    heardAt: packet.receivedAt,
    receptions: [],
    bought: [],
    transmissions: 1,
    hash: undefined,
  };
}

function knownFrame({ latest, previous }: DeviceSession, fCnt: number): Frame | undefined {
  if (latest?.fCnt === fCnt) return latest;
  return previous?.fCnt === fCnt ? previous : undefined;
}

function transmissionsLeft(known: Frame, data: DataFrame): number {
  const most = data.confirmed ? CONFIRMED_TRANSMISSIONS_MAX : known.entry.device.nbTrans;
  return most - known.transmissions;
}

/** For rxInfo and the choice of the downlink's hotspot. */
function note(known: Frame, reception: Reception): void {
  if (known.receptions.length < COPIES_MAX) known.receptions.push(reception);
}

/** The last four bytes, as a number. */
function micOf(phyPayload: Uint8Array): number {
  const end = phyPayload.length;
  const [a = 0, b = 0, c = 0, d = 0] = phyPayload.subarray(end - 4, end);
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
