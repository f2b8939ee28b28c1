/**
 * Answers offers: a hotspot that will not send on credit says what it has. `wanted` is no purchase;
 * the frame that follows is decided like any other. Frames are known by hash here, since only the
 * hash is offered.
 */
import {
  type Address,
  equalBytes,
  type Offer,
  type Params,
  sha256,
  toHex,
} from "@katydid/protocol";
import type { DeviceEntry } from "../device.ts";
import { OFFERS_MAX, WANTED_MS } from "../limits.ts";
import type { HotspotLink } from "../sessions/hotspot-link.ts";
import { costOf } from "./data-desk.ts";
import type { Frame, Transmission } from "./frame.ts";
import { declined, type Outcome, wanted } from "./outcomes.ts";

export interface OfferDeskOptions {
  readonly params: Params;
  readonly devices: {
    byDevAddr(devAddr: number): readonly DeviceEntry[];
    get(devEui: string): DeviceEntry | undefined;
  };
  readonly purse: { affords(link: HotspotLink, cost: number): boolean };
}

/** Hotspots that were told to send a frame, and when. */
interface Wanted {
  readonly by: Map<Address, number>;
}

export class OfferDesk {
  readonly #options: OfferDeskOptions;
  /** By hash of the frame, oldest first. */
  readonly #wanted = new Map<string, Wanted>();

  constructor(options: OfferDeskOptions) {
    this.#options = options;
  }

  decide(link: HotspotLink, offer: Offer, now: number): Outcome {
    const entries = this.#entries(offer);
    if (entries.length === 0) return declined("unknown-device");
    const cost = offer.route.kind === "join" ? 0 : costOf(offer.payloadBytes);
    const known = knownTransmission(entries, offer.payloadHash);
    const maxCopies = Math.max(...entries.map(({ device }) => device.maxCopies));
    if (known !== undefined) {
      const { bought } = known;
      if (known.receptions.some((reception) => reception.link.address === link.address)) {
        return declined("replay", bought);
      }
      if (now - known.firstAt > this.#options.params.copyWindowMs) return declined("late", bought);
      if (bought.length >= maxCopies) return declined("copies-bought", bought);
    }
    const others = this.#othersAsked(link, offer, now);
    if (others.length + (known?.bought.length ?? 0) >= maxCopies) {
      return declined("copies-bought", others);
    }
    if (!this.#options.purse.affords(link, cost)) return declined("no-balance");
    this.#remember(link, offer, now);
    return wanted;
  }

  /** The frame came and was bought: those who were asked and did not send stand in nobody's way. */
  bought(phyPayload: Uint8Array, hotspot: Address): void {
    if (this.#wanted.size === 0) return;
    this.#wanted.get(toHex(sha256(phyPayload)))?.by.delete(hotspot);
  }

  #entries({ route }: Offer): readonly DeviceEntry[] {
    if (route.kind === "dev-addr") return this.#options.devices.byDevAddr(route.devAddr);
    const entry = this.#options.devices.get(route.devEui.toString(16).padStart(16, "0"));
    const joinEui = route.joinEui.toString(16).padStart(16, "0");
    return entry?.device.joinEui === joinEui && entry.device.appKey !== undefined ? [entry] : [];
  }

  #othersAsked(link: HotspotLink, offer: Offer, now: number): Address[] {
    const asked = this.#wanted.get(toHex(offer.payloadHash));
    if (asked === undefined) return [];
    const others: Address[] = [];
    for (const [address, at] of asked.by) {
      if (address !== link.address && now - at < WANTED_MS) others.push(address);
    }
    return others;
  }

  #remember(link: HotspotLink, offer: Offer, now: number): void {
    const hash = toHex(offer.payloadHash);
    const asked = this.#wanted.get(hash) ?? { by: new Map() };
    asked.by.set(link.address, now);
    this.#wanted.set(hash, asked);
    if (this.#wanted.size <= OFFERS_MAX) return;
    for (const oldest of this.#wanted.keys()) {
      this.#wanted.delete(oldest);
      return;
    }
  }
}

function knownTransmission(
  entries: readonly DeviceEntry[],
  hash: Uint8Array,
): Transmission | undefined {
  for (const { session, pending, join } of entries) {
    for (const frame of [session?.latest, session?.previous, pending?.latest]) {
      if (frame !== undefined && equalBytes(hashOf(frame), hash)) return frame;
    }
    if (join !== undefined && equalBytes(sha256(join.phyPayload), hash)) return join;
  }
  return undefined;
}

function hashOf(frame: Frame): Uint8Array {
  frame.hash ??= sha256(frame.phyPayload);
  return frame.hash;
}
