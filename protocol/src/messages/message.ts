/**
 * What participants say to each other off the ledger (protocol.md section 7). One versioned binary
 * codec (message-codec.ts): every message starts with `version u8 | kind u8`. Signed messages carry
 * an Ed25519 signature over SHA-256(domain tag of the kind, chain id, bytes before the signature);
 * messages between hotspot and router carry a sequence number and a MAC under the session key.
 */

import type { Bytes32, ChallengeId } from "../transactions/transaction.ts";
import type { Address, DataRate, Db, Dbm, Dc, Hertz, Milliseconds } from "../units.ts";

type Signed<Body> = Body & { readonly signature: Uint8Array };

// ---- Proof of Coverage: through relays -----------------------------------------------------

/** Challenger to target, sealed under the challenge's ephemeral key to the target's key. */
export interface Order {
  readonly kind: "order";
  readonly challenge: ChallengeId;
  readonly challenger: Address;
  readonly target: Address;
  readonly secret: Bytes32;
}

/** Target to challenger: "I transmitted this". */
export interface Receipt {
  readonly kind: "receipt";
  readonly challenge: ChallengeId;
  readonly target: Address;
  readonly payloadHash: Bytes32;
  readonly frequencyHz: Hertz;
  readonly dataRate: DataRate;
  readonly powerDbm: Dbm;
  /** Target's host time of transmission. */
  readonly transmittedAt: Milliseconds;
  /**
   * Nanoseconds since the last PPS at the end of transmission, where the chip stamps it. A report's
   * less this one, modulo 1 s, is the time of flight.
   */
  readonly fineTimeNs?: number;
}
export type SignedReceipt = Signed<Receipt>;

/** Witness to whoever listens on the topic of the payload: "I heard this". */
export interface Report {
  readonly kind: "report";
  readonly witness: Address;
  readonly payloadHash: Bytes32;
  readonly rssiDbm: Dbm;
  readonly snrDb: Db;
  readonly frequencyHz: Hertz;
  readonly dataRate: DataRate;
  readonly channel: number;
  readonly receivedAt: Milliseconds;
  readonly fineTimeNs?: number;
}
export type SignedReport = Signed<Report>;

/** Challenger to target or witness: "your first receipt or report, of this hash, came then". */
export interface AcknowledgementBody {
  readonly kind: "acknowledgement";
  readonly challenge: ChallengeId;
  readonly challenger: Address;
  /** The target or witness. */
  readonly subject: Address;
  /** SHA-256 of the signed receipt or report. */
  readonly reportHash: Bytes32;
  readonly acknowledgedAt: Milliseconds;
}
export type Acknowledgement = Signed<AcknowledgementBody>;

// ---- Hotspot and router --------------------------------------------------------------------
//
// On kd/up/... and kd/down/... a payload is, by its first byte:
//   0x00         envelope of the session (its sequence u32 stays below 2^24; then a new hello)
//   other        signed hello or welcome (it starts with the codec's version)
//   no bytes     router to hotspot only, unauthenticated: "I have no session with you, say hello".
//                The hotspot obeys it rarely, so that a forger gains nothing.

/** Hotspot to router, signed: opens a session. */
export interface HelloBody {
  readonly kind: "hello";
  readonly hotspot: Address;
  readonly router: Address;
  /** Ephemeral X25519 public key. */
  readonly ephemeralKey: Bytes32;
  /** Random, names the session. */
  readonly nonce: Bytes32;
  readonly sentAt: Milliseconds;
  readonly region: string;
}
export type Hello = Signed<HelloBody>;

/** Router to hotspot, signed: the session key is HKDF(X25519, both messages). */
export interface WelcomeBody {
  readonly kind: "welcome";
  readonly router: Address;
  readonly hotspot: Address;
  readonly ephemeralKey: Bytes32;
  /** SHA-256 of the signed hello. */
  readonly helloHash: Bytes32;
  /** Channel that vouchers of this session are drawn on; absent: nothing can be bought now. */
  readonly channel?: Bytes32;
}
export type Welcome = Signed<WelcomeBody>;

/** Radio metadata of an uplink, as the hotspot's host claims it. */
export interface RadioMetadata {
  readonly frequencyHz: Hertz;
  readonly dataRate: DataRate;
  readonly rssiDbm: Dbm;
  readonly snrDb: Db;
  readonly channel: number;
  /** The concentrator's counter, microseconds modulo 2^32. */
  readonly counterUs: number;
  readonly receivedAt: Milliseconds;
}

/** Hotspot to router: the frame itself, on credit. `reception` numbers it within the session. */
export interface Packet extends RadioMetadata {
  readonly kind: "packet";
  readonly reception: number;
  readonly phyPayload: Uint8Array;
}

/** Hotspot to router: "I have this; do you want it?" */
export interface Offer extends RadioMetadata {
  readonly kind: "offer";
  readonly reception: number;
  /** SHA-256 of the PHYPayload. */
  readonly payloadHash: Bytes32;
  readonly payloadBytes: number;
  /** DevAddr of a data frame, or the EUIs of a join request. */
  readonly route:
    | { readonly kind: "dev-addr"; readonly devAddr: number }
    | { readonly kind: "join"; readonly joinEui: bigint; readonly devEui: bigint };
}

export type DeclineReason =
  | "unknown-device"
  | "mic-invalid"
  | "replay"
  | "late"
  | "copies-bought"
  | "duplicate-reception"
  | "no-balance"
  | "spend-limit"
  | "malformed"
  | "busy";

/** Router to hotspot, one for each packet or offer. */
export interface Decision {
  readonly kind: "decision";
  readonly reception: number;
  readonly outcome: /** It is owed; the next voucher covers it. Joins are bought for 0 DC. */
    | { readonly kind: "bought"; readonly dc: Dc }
    /** Answer to an offer: send it. */
    | { readonly kind: "wanted" }
    | {
        readonly kind: "declined";
        readonly reason: DeclineReason;
        readonly bought: readonly Address[];
      };
}

/** Router's promise, signed; it replaces the one before. */
export interface VoucherBody {
  readonly kind: "voucher";
  readonly channel: Bytes32;
  readonly hotspot: Address;
  readonly cumulativeDc: Dc;
  readonly cumulativePackets: number;
  readonly sequence: number;
}
export type SignedVoucher = Signed<VoucherBody>;

/** Router to hotspot: transmit this to a device. */
export interface Downlink {
  readonly kind: "downlink";
  readonly downlink: number;
  readonly phyPayload: Uint8Array;
  readonly frequencyHz: Hertz;
  readonly dataRate: DataRate;
  readonly powerDbm: Dbm;
  /** Absent: immediately. */
  readonly counterUs?: number;
  /** Second chance (RX2), tried when the first is refused. */
  readonly second?: {
    readonly frequencyHz: Hertz;
    readonly dataRate: DataRate;
    readonly powerDbm: Dbm;
    readonly counterUs: number;
  };
}

/** Hotspot to router: what became of a downlink. */
export interface DownlinkOutcome {
  readonly kind: "downlink-outcome";
  readonly downlink: number;
  /** Empty: transmitted in `window`; else why both windows were refused. */
  readonly refusal: string;
  readonly window: 1 | 2;
}

/** What travels in a session, in a MAC'ed envelope (session.ts). */
export type HotspotMessage = Packet | Offer | DownlinkOutcome;
export type RouterMessage = Decision | SignedVoucher | Downlink;

// ---- Onboarding ----------------------------------------------------------------------------

/** What a new hotspot shows as QR and words, and its owner turns into add-hotspot. */
export interface ClaimBody {
  readonly kind: "claim";
  readonly hotspot: Address;
  readonly owner: Address;
  /** SHA-256 of the one-time nonce. */
  readonly nonceHash: Bytes32;
}
export type Claim = Signed<ClaimBody>;

/** All that a hotspot or wallet needs to join a network (JSON). */
export interface NetworkFile {
  readonly chainId: string;
  /** Hash of a header the reader trusts, hex, and its height. */
  readonly trustedHeader: { readonly height: number; readonly hash: string };
  readonly ledgers: readonly string[];
  readonly relays: readonly string[];
}
