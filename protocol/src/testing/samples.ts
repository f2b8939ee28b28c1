/** One message and one transaction of each kind, made of fixed bytes: golden vectors and fuzzing. */

import { utf8 } from "../bytes/bytes.ts";
import { sha256 } from "../bytes/hash.ts";
import { compareAddresses } from "../identity/address.ts";
import { type KeyPair, keyPairFromSeed } from "../identity/keys.ts";
import type { RadioMetadata } from "../messages/message.ts";
import { type Message, messageHash, signMessage } from "../messages/message-codec.ts";
import { precommitSignBytes } from "../transactions/evidence.ts";
import type { SignedPrecommit, TransactionBody } from "../transactions/transaction.ts";
import {
  type Cell,
  dataRate,
  db,
  dbm,
  dc,
  height,
  hertz,
  microUsd,
  milliseconds,
  motes,
} from "../units.ts";

export const sampleChainId = "katydid-vectors";
export const sampleBytes = (name: string) => sha256(utf8(`katydid sample ${name}`));
export const sampleKey = (name: string): KeyPair => keyPairFromSeed(sampleBytes(name));

const owner = sampleKey("owner");
const hotspot = sampleKey("hotspot");
const witness = sampleKey("witness");
const router = sampleKey("router");
const challenge = { slot: 29_833_333, index: 7 };
const at = (ms: number) => milliseconds(1_790_000_000_000 + ms);
const sign = <Body extends Parameters<typeof signMessage>[0]["body"]>(
  body: Body,
  signer: KeyPair,
) => signMessage({ chainId: sampleChainId, body, signer });

const receiptBody = {
  kind: "receipt",
  challenge,
  target: hotspot.address,
  payloadHash: sampleBytes("payload"),
  frequencyHz: hertz(868_100_000),
  dataRate: dataRate("SF9BW125"),
  powerDbm: dbm(14),
  transmittedAt: at(0),
} as const;
const receipt = sign({ ...receiptBody, fineTimeNs: 123_451_789 }, hotspot);
const receiptWithoutGps = sign(receiptBody, hotspot);

function reportBy(key: KeyPair, fineTimeNs?: number) {
  const body = {
    kind: "report",
    witness: key.address,
    payloadHash: sampleBytes("payload"),
    rssiDbm: dbm(-112.5),
    snrDb: db(-7.3),
    frequencyHz: hertz(868_100_012),
    dataRate: dataRate("SF9BW125"),
    channel: 3,
    receivedAt: at(345),
    ...(fineTimeNs === undefined ? {} : { fineTimeNs }),
  } as const;
  return sign(body, key);
}

const report = reportBy(witness, 123_456_789);
const acknowledgement = sign(
  {
    kind: "acknowledgement",
    challenge,
    challenger: owner.address,
    subject: witness.address,
    reportHash: messageHash(report),
    acknowledgedAt: at(900),
  },
  owner,
);
const hello = sign(
  {
    kind: "hello",
    hotspot: hotspot.address,
    router: router.address,
    ephemeralKey: sampleBytes("ephemeral"),
    nonce: sampleBytes("nonce"),
    sentAt: at(1000),
    region: "EU868",
  },
  hotspot,
);
const voucherBody = {
  kind: "voucher",
  channel: sampleBytes("channel"),
  hotspot: hotspot.address,
  cumulativeDc: dc(123_456n),
  cumulativePackets: 54_321,
  sequence: 300,
} as const;
const voucher = sign(voucherBody, router);

function precommitOf(name: string): SignedPrecommit {
  const parts = { total: 1, hash: sampleBytes(`parts of ${name}`) };
  const timestamp = { seconds: 1_790_000_000, nanos: 250_000_000 };
  const unsigned = { round: 0, blockId: { hash: sampleBytes(name), parts }, timestamp };
  const blank = { ...unsigned, signature: new Uint8Array(64) };
  const signed = { chainId: sampleChainId, height: height(4321), precommit: blank };
  return { ...unsigned, signature: sampleKey("producer").sign(precommitSignBytes(signed)) };
}
const radio: RadioMetadata = {
  frequencyHz: hertz(867_900_000),
  dataRate: dataRate("SF12BW125"),
  rssiDbm: dbm(-139.9),
  snrDb: db(-20),
  channel: 7,
  counterUs: 4_294_967_295,
  receivedAt: at(2000),
};

export const messageSamples: readonly Message[] = [
  {
    kind: "order",
    challenge,
    challenger: owner.address,
    target: hotspot.address,
    secret: sampleBytes("secret"),
  },
  receipt,
  report,
  reportBy(owner),
  acknowledgement,
  hello,
  sign(
    {
      kind: "welcome",
      router: router.address,
      hotspot: hotspot.address,
      ephemeralKey: sampleBytes("router ephemeral"),
      helloHash: messageHash(hello),
      channel: sampleBytes("channel"),
    },
    router,
  ),
  { kind: "packet", reception: 1, ...radio, phyPayload: sampleBytes("frame") },
  {
    kind: "offer",
    reception: 2,
    ...radio,
    payloadHash: sampleBytes("frame hash"),
    payloadBytes: 255,
    route: { kind: "dev-addr", devAddr: 0x4800_0001 },
  },
  {
    kind: "offer",
    reception: 3,
    ...radio,
    payloadHash: sampleBytes("join hash"),
    payloadBytes: 23,
    route: { kind: "join", joinEui: 0x70b3_d57e_d000_0001n, devEui: 0xffff_ffff_ffff_ffffn },
  },
  { kind: "decision", reception: 1, outcome: { kind: "bought", dc: dc(2n) } },
  { kind: "decision", reception: 2, outcome: { kind: "wanted" } },
  {
    kind: "decision",
    reception: 4_294_967_295,
    outcome: {
      kind: "declined",
      reason: "copies-bought",
      bought: [owner.address, witness.address],
    },
  },
  voucher,
  {
    kind: "downlink",
    downlink: 9,
    phyPayload: sampleBytes("down"),
    frequencyHz: hertz(867_900_000),
    dataRate: dataRate("SF12BW125"),
    powerDbm: dbm(14),
    counterUs: 703,
    second: {
      frequencyHz: hertz(869_525_000),
      dataRate: dataRate("SF12BW125"),
      powerDbm: dbm(27),
      counterUs: 1_000_703,
    },
  },
  { kind: "downlink-outcome", downlink: 9, refusal: "", window: 1 },
  { kind: "downlink-outcome", downlink: 10, refusal: "TOO_LATE", window: 2 },
  sign(
    {
      kind: "claim",
      hotspot: hotspot.address,
      owner: owner.address,
      nonceHash: sampleBytes("claim nonce"),
    },
    hotspot,
  ),
  receiptWithoutGps,
];

const common = { nonce: 41, feeDc: dc(12n), expiryHeight: height(100_000) };
const byOwner = { actor: owner.address, ...common };
const byHotspot = { actor: hotspot.address, ...common };
const reporters = [witness, owner].sort((a, b) => compareAddresses(a.address, b.address));

export const transactionSamples: readonly TransactionBody[] = [
  {
    kind: "transfer",
    ...byOwner,
    payments: [
      { payee: hotspot.address, motes: motes(1n), memo: new Uint8Array(0) },
      { payee: router.address, motes: motes(2n ** 64n - 1n), memo: utf8("for the roof") },
    ],
  },
  { kind: "burn", ...byOwner, motes: motes(500_000_000n), beneficiary: router.address },
  { kind: "price-report", ...byOwner, priceMicroUsd: microUsd(2_500_000) },
  {
    kind: "add-hotspot",
    ...byOwner,
    hotspot: hotspot.address,
    owner: witness.address,
    nonceHash: sha256(utf8("a one-time nonce")),
  },
  {
    kind: "assert-location",
    ...byOwner,
    hotspot: hotspot.address,
    cell: "8c1fb46741ae9ff" as Cell,
    gainDbi: db(2.3),
    elevationMeters: -3,
  },
  { kind: "presence", ...byHotspot },
  {
    kind: "register-router",
    ...byOwner,
    router: router.address,
    endpoints: ["mqtt://router.example:1883"],
    slabs: 2,
  },
  {
    kind: "update-router",
    ...byOwner,
    router: router.address,
    endpoints: [],
    filter: sampleBytes("filter"),
    addSlabs: 1,
  },
  { kind: "register-relay", ...byOwner, url: "mqtts://relay.example" },
  {
    kind: "open-channel",
    ...byOwner,
    router: router.address,
    depositDc: dc(1_000_000n),
    expiresAt: at(86_400_000),
  },
  {
    kind: "close-channel",
    ...byOwner,
    actor: router.address,
    channel: sampleBytes("channel"),
    summaries: [
      { hotspot: hotspot.address, cumulativeDc: dc(123_456n), cumulativePackets: 54_321 },
    ],
    more: true,
  },
  { kind: "redeem-voucher", ...byHotspot, voucher },
  {
    kind: "open-challenge",
    ...byHotspot,
    challenge,
    secretHash: sampleBytes("secret hash"),
    ephemeralKey: sampleBytes("ephemeral"),
  },
  {
    kind: "report-commitment",
    ...byHotspot,
    slot: challenge.slot,
    reportHash: messageHash(report),
  },
  {
    kind: "challenge-receipts",
    ...byHotspot,
    challenge,
    secret: sampleBytes("secret"),
    receipt: { signed: receipt, acknowledgedAt: at(500) },
    reports: reporters.map((key) => ({ signed: reportBy(key), acknowledgedAt: at(600) })),
    listed: [{ witness: router.address, reason: "too-close" }],
  },
  {
    kind: "challenge-receipts",
    ...byHotspot,
    challenge,
    secret: sampleBytes("secret"),
    reports: [],
    listed: [],
  },
  {
    kind: "late-receipt",
    ...byHotspot,
    challenge,
    evidence: { kind: "report", signed: report },
    acknowledgement,
  },
  {
    kind: "late-receipt",
    ...byHotspot,
    challenge,
    evidence: { kind: "receipt", signed: receiptWithoutGps },
  },
  {
    kind: "stake",
    ...byOwner,
    motes: motes(1_000_000_000_000n),
    producerKey: sampleKey("producer").publicKey,
    chainTip: sampleBytes("tip"),
    chainLength: 100_000,
  },
  {
    kind: "transfer-hotspot",
    ...byOwner,
    hotspot: hotspot.address,
    newOwner: witness.address,
    price: motes(2_500_000_000n),
  },
  { kind: "remove-hotspot", ...byOwner, hotspot: hotspot.address },
  { kind: "fill-bond", ...byOwner, hotspot: hotspot.address, motes: motes(2_000_000_000n) },
  { kind: "make-good", ...byOwner, channel: sampleBytes("channel") },
  { kind: "unstake", ...byOwner, producerKey: sampleKey("producer").publicKey },
  {
    kind: "report-evidence",
    ...byOwner,
    evidence: {
      kind: "target-equivocation",
      first: receipt,
      second: receiptWithoutGps,
    },
  },
  {
    kind: "report-evidence",
    ...byHotspot,
    evidence: {
      kind: "router-equivocation",
      first: voucher,
      second: sign({ ...voucherBody, cumulativeDc: dc(123_400n), sequence: 301 }, router),
    },
  },
  {
    kind: "report-evidence",
    ...byOwner,
    evidence: {
      kind: "producer-equivocation",
      producerKey: sampleKey("producer").publicKey,
      height: height(4321),
      first: precommitOf("block"),
      second: precommitOf("another block"),
    },
  },
];
