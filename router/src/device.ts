/** A device as its owner entered it, and the sessions that the router holds with it. */
import type { LorawanKeys, Milliseconds } from "@katydid/protocol";
import type { Frame } from "./uplink/frame.ts";
import type { JoinFrame } from "./uplink/join-frame.ts";

/** How the payload becomes an object: the router's own codecs. */
export const codecNames = ["none", "cayenne-lpp", "collar"] as const;
export type CodecName = (typeof codecNames)[number];

/** What the owner entered. Keys leave the router only in the answer that created them. */
export interface Device {
  /** 16 lower-case hex digits. */
  readonly devEui: string;
  readonly joinEui: string;
  readonly name: string;
  readonly applicationId: string;
  readonly codec: CodecName;
  /** What it is, for people: `collar`, `sensor`, `tracker`. */
  readonly kind: string;
  readonly activation: "otaa" | "abp";
  /** 16 bytes; absent for ABP. */
  readonly appKey?: Uint8Array;
  /** Copies of one frame that are bought, 1 to 20. */
  readonly maxCopies: number;
  /** Transmissions of an unconfirmed frame that the device is set to make, 1 to 15. */
  readonly nbTrans: number;
  readonly addedAt: Milliseconds;
  readonly tags: Readonly<Record<string, string>>;
}

/** One activation: address, keys and counters. */
export interface DeviceSession {
  readonly devAddr: number;
  readonly keys: LorawanKeys;
  readonly startedAt: Milliseconds;
  /** Last uplink counter that was accepted, 32 bits; -1 before the first. */
  fCntUp: number;
  /** MIC of that uplink, for retransmissions across a restart. */
  lastMic: number;
  /** Next downlink counter. On disk it is ahead of anything that was sent. */
  fCntDown: number;
  /** The last frame and the one before, while copies of them may come. */
  latest: Frame | undefined;
  previous: Frame | undefined;
}

/** Everything about one device that is in memory. */
export interface DeviceEntry {
  device: Device;
  session: DeviceSession | undefined;
  /** From a join accept that the device has not used yet. */
  pending: DeviceSession | undefined;
  /** DevNonces that were used, never to be used again; read from the store at the first join. */
  devNonces: Set<number> | undefined;
  /** JoinNonce of the last join accept. */
  joinNonce: number;
  join: JoinFrame | undefined;
  /** Spent for its packets, DC, and how many those were. */
  dc: number;
  packets: number;
  lastSeenAt: number;
  /** Confirmed downlink that its next uplink must acknowledge. */
  awaitingAck: { readonly queueItemId: string; readonly fCnt: number } | undefined;
}
