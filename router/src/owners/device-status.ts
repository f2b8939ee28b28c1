/** What a device's page shows at a glance: last fix, battery, last hotspots. One JSON row a device. */
import type { Store } from "@katydid/platform";
import { type Address, fromUtf8, toHex, utf8 } from "@katydid/protocol";
import type { UplinkEvent } from "../events/events.ts";
import { LAST_HOTSPOTS_MAX } from "../limits.ts";
import { rangeOf, rowKeys, tables } from "../store/keys.ts";
import type { WriteBatch } from "../store/write-batch.ts";

export interface Fix {
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude?: number;
  readonly accuracyMeters?: number;
  /** When the device was there, ms since 1970. */
  readonly at: number;
}

export interface DeviceStatus {
  readonly lastFix?: Fix;
  readonly batteryVolts?: number;
  /** Newest packet's hotspots, best first. */
  readonly hotspots: readonly HotspotSeen[];
}
export interface HotspotSeen {
  readonly hotspot: Address;
  readonly name: string;
  readonly rssiDbm: number;
  readonly snrDb: number;
  readonly at: number;
}

export class DeviceStatuses {
  readonly #batch: WriteBatch;
  readonly #statuses = new Map<string, DeviceStatus>();

  constructor({ store, batch }: { readonly store: Store; readonly batch: WriteBatch }) {
    this.#batch = batch;
    for (const [key, row] of store.range(rangeOf(tables.status))) {
      this.#statuses.set(toHex(key.subarray(1)), JSON.parse(fromUtf8(row)));
    }
  }

  of(devEui: string): DeviceStatus | undefined {
    return this.#statuses.get(devEui);
  }

  forget(devEui: string): void {
    this.#statuses.delete(devEui);
  }

  /** Into memory, and into the batch: it is on disk with the next delivery. */
  onUplink(event: UplinkEvent): void {
    const { devEui } = event.device;
    const { batteryVolts } = event.decoded;
    const before = this.#statuses.get(devEui);
    const lastFix = fixOf(event) ?? before?.lastFix;
    const volts = batteryVolts ?? before?.batteryVolts;
    const status: DeviceStatus = {
      ...(lastFix === undefined ? {} : { lastFix }),
      ...(volts === undefined ? {} : { batteryVolts: volts }),
      hotspots: seenBy(event),
    };
    this.#statuses.set(devEui, status);
    const value = utf8(JSON.stringify(status));
    this.#batch.write({ key: rowKeys.status(devEui), value });
  }
}

/** The position in an uplink, at the time at which it was taken. */
export function fixOf({ at, decoded: { position } }: UplinkEvent): Fix | undefined {
  if (position === undefined) return undefined;
  const { ageMs = 0, ...place } = position;
  return { ...place, at: Math.floor(at - ageMs) };
}

function seenBy({ receptions }: UplinkEvent): readonly HotspotSeen[] {
  return [...receptions]
    .sort((a, b) => b.radio.rssiDbm - a.radio.rssiDbm)
    .slice(0, LAST_HOTSPOTS_MAX)
    .map(({ link, radio }) => ({
      hotspot: link.address,
      name: link.facts.name,
      rssiDbm: radio.rssiDbm,
      snrDb: radio.snrDb,
      at: Math.floor(radio.receivedAt),
    }));
}
