/** What each kind of message consists of, in the order of the wire (message-codec.ts). */
import {
  type Codec,
  constant,
  type Fields,
  list,
  oneOf,
  optional,
  struct,
  text,
  u8,
  u32,
  u64,
  uint,
  union,
  unsigned,
  varBytes,
} from "../codec/codec.ts";
import {
  addressField,
  bytes32Field,
  challengeField,
  dataRateField,
  dbField,
  dbmField,
  dcField,
  fineTimeField,
  hertzField,
  millisecondsField,
  signatureField,
} from "../codec/fields.ts";
import type {
  AcknowledgementBody,
  ClaimBody,
  Decision,
  DeclineReason,
  Downlink,
  DownlinkOutcome,
  HelloBody,
  Offer,
  Order,
  Packet,
  RadioMetadata,
  Receipt,
  Report,
  VoucherBody,
  WelcomeBody,
} from "./message.ts";

/** LoRaWAN's longest PHYPayload, and LoRa's (SX1276 datasheet §4.1.6). */
export const PHY_PAYLOAD_BYTES_MAX = 255;
/** Bytes of a region's name at most (`AS923-1C`). */
export const REGION_BYTES_MAX = 16;
/** Bytes of a gateway's reason for refusing a downlink at most. */
export const REFUSAL_BYTES_MAX = 64;
/** Copies of one frame that can have been bought: maxCopiesMax of the parameters. */
export const BOUGHT_MAX = 20;

/** In the order of the wire: additions go to the end. */
export const declineReasons: readonly DeclineReason[] = [
  "unknown-device",
  "mic-invalid",
  "replay",
  "late",
  "copies-bought",
  "duplicate-reception",
  "no-balance",
  "spend-limit",
  "malformed",
  "busy",
];

export const orderFields: Fields<Order> = {
  kind: constant("order"),
  challenge: challengeField,
  challenger: addressField,
  target: addressField,
  secret: bytes32Field,
};

export const receiptFields: Fields<Receipt> = {
  kind: constant("receipt"),
  challenge: challengeField,
  target: addressField,
  payloadHash: bytes32Field,
  frequencyHz: hertzField,
  dataRate: dataRateField,
  powerDbm: dbmField,
  transmittedAt: millisecondsField,
  fineTimeNs: optional(fineTimeField),
};

export const reportFields: Fields<Report> = {
  kind: constant("report"),
  witness: addressField,
  payloadHash: bytes32Field,
  rssiDbm: dbmField,
  snrDb: dbField,
  frequencyHz: hertzField,
  dataRate: dataRateField,
  channel: u8,
  receivedAt: millisecondsField,
  fineTimeNs: optional(fineTimeField),
};

export const acknowledgementFields: Fields<AcknowledgementBody> = {
  kind: constant("acknowledgement"),
  challenge: challengeField,
  challenger: addressField,
  subject: addressField,
  reportHash: bytes32Field,
  acknowledgedAt: millisecondsField,
};

export const helloFields: Fields<HelloBody> = {
  kind: constant("hello"),
  hotspot: addressField,
  router: addressField,
  ephemeralKey: bytes32Field,
  nonce: bytes32Field,
  sentAt: millisecondsField,
  region: text(REGION_BYTES_MAX),
};

export const welcomeFields: Fields<WelcomeBody> = {
  kind: constant("welcome"),
  router: addressField,
  hotspot: addressField,
  ephemeralKey: bytes32Field,
  helloHash: bytes32Field,
  channel: optional(bytes32Field),
};

const radioFields: Fields<RadioMetadata> = {
  frequencyHz: hertzField,
  dataRate: dataRateField,
  rssiDbm: dbmField,
  snrDb: dbField,
  channel: u8,
  counterUs: u32,
  receivedAt: millisecondsField,
};

export const packetFields: Fields<Packet> = {
  kind: constant("packet"),
  reception: u32,
  ...radioFields,
  phyPayload: varBytes(PHY_PAYLOAD_BYTES_MAX),
};

export const offerFields: Fields<Offer> = {
  kind: constant("offer"),
  reception: u32,
  ...radioFields,
  payloadHash: bytes32Field,
  payloadBytes: u8,
  route: union<Offer["route"]>({
    "dev-addr": [1, struct({ kind: constant("dev-addr"), devAddr: u32 })],
    join: [2, struct({ kind: constant("join"), joinEui: u64, devEui: u64 })],
  }),
};

export const decisionFields: Fields<Decision> = {
  kind: constant("decision"),
  reception: u32,
  outcome: union<Decision["outcome"]>({
    bought: [1, struct({ kind: constant("bought"), dc: dcField })],
    wanted: [2, struct({ kind: constant("wanted") })],
    declined: [
      3,
      struct({
        kind: constant("declined"),
        reason: oneOf(declineReasons),
        bought: list(addressField, { max: BOUGHT_MAX }),
      }),
    ],
  }),
};

export const voucherFields: Fields<VoucherBody> = {
  kind: constant("voucher"),
  channel: bytes32Field,
  hotspot: addressField,
  cumulativeDc: dcField,
  cumulativePackets: uint(),
  sequence: uint(),
};

type SecondWindow = NonNullable<Downlink["second"]>;

export const downlinkFields: Fields<Downlink> = {
  kind: constant("downlink"),
  downlink: u32,
  phyPayload: varBytes(PHY_PAYLOAD_BYTES_MAX),
  frequencyHz: hertzField,
  dataRate: dataRateField,
  powerDbm: dbmField,
  counterUs: optional(u32),
  second: optional(
    struct<SecondWindow>({
      frequencyHz: hertzField,
      dataRate: dataRateField,
      powerDbm: dbmField,
      counterUs: u32,
    }),
  ),
};

const rxWindow = unsigned({ bytes: 1, max: 2 });

export const downlinkOutcomeFields: Fields<DownlinkOutcome> = {
  kind: constant("downlink-outcome"),
  downlink: u32,
  refusal: text(REFUSAL_BYTES_MAX),
  window: {
    write: rxWindow.write,
    read(reader) {
      const value = rxWindow.read(reader);
      if (value !== 1 && value !== 2) throw reader.error("out-of-range");
      return value;
    },
  },
};

export const claimFields: Fields<ClaimBody> = {
  kind: constant("claim"),
  hotspot: addressField,
  owner: addressField,
  nonceHash: bytes32Field,
};

/** A codec of the fields and, behind them, the signature. */
export function signed<Body extends object>(
  fields: Fields<Body>,
): Codec<Body & { readonly signature: Uint8Array }> {
  const all = { ...fields, signature: signatureField };
  return struct(all as unknown as Fields<Body & { readonly signature: Uint8Array }>);
}
