/** One transmission of a device, as the hotspots that heard it brought it. */
import type { Address, DataFrame, RadioMetadata } from "@katydid/protocol";
import type { DeviceEntry, DeviceSession } from "../device.ts";
import type { HotspotLink } from "../sessions/hotspot-link.ts";

/** One copy. */
export interface Reception {
  readonly link: HotspotLink;
  readonly radio: RadioMetadata;
  /** Router's time of arrival, ms. */
  readonly at: number;
  /** What was paid for it; undefined: it was declined. */
  readonly dc: number | undefined;
}

/** What data frames and join requests have in common: copies of the same bytes. */
export interface Transmission {
  readonly phyPayload: Uint8Array;
  /** Arrival of the first copy, router's time, ms. */
  firstAt: number;
  /** When the hotspot of the first copy says it received it. */
  heardAt: number;
  /** At most COPIES_MAX, in order of arrival. */
  receptions: Reception[];
  /** Hotspots whose copies were bought, over all transmissions. */
  readonly bought: Address[];
}

export interface Frame extends Transmission {
  readonly entry: DeviceEntry;
  readonly session: DeviceSession;
  readonly data: DataFrame;
  readonly fCnt: number;
  /** Times that the device sent it, as far as the router noticed. */
  transmissions: number;
  /** SHA-256 of the PHYPayload, made when an offer first asks. */
  hash: Uint8Array | undefined;
}
