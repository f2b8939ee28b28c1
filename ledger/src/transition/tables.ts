/**
 * The tables of the state, their keys (keys.ts), and how their rows become bytes. An id is
 * never used again for something else.
 */
import {
  CHAIN_ID_BYTES_MAX,
  codec,
  type Db,
  type Dbm,
  ENDPOINTS_MAX,
  fields,
  LISTED_MAX,
  type Milliseconds,
  type Motes,
  mainParams,
  presetNames,
  REASON_BYTES_MAX,
} from "@katydid/protocol";
import type { GraceRow, PartnerShare } from "./classifier-rows.ts";
import {
  LATE_RECEIPTS_MAX,
  PARTNERS_MAX,
  PAST_MAX,
  SLAB_RANGES_MAX,
  STAMPS_MAX,
} from "./limits.ts";
import {
  type AccountRow,
  type ActiveRow,
  type ChainRow,
  type ChallengeRow,
  type ChannelRow,
  type ClaimRow,
  type CommitmentRow,
  challengeStates,
  type DrawnTarget,
  type EarningRow,
  type HashChain,
  type HeightMarkRow,
  type HoldbackRow,
  type HotspotRow,
  type MemoRow,
  type OracleRow,
  type PastFacts,
  type ProducerRow,
  type ReceivedReceipt,
  type ReceivedReport,
  type RelayRow,
  type Reveal,
  type RouterRow,
  type SlabRange,
  type SlotRow,
  type SupplyRow,
  type UnbondingRow,
} from "./rows.ts";
import type { Table } from "./view.ts";

type Codec<T> = codec.Codec<T>;

const { bool, list, oneOf, optional, struct, text, tenths, u16, u32, uint, varBytes } = codec;
const address = fields.addressField;
const bytes32 = fields.bytes32Field;
const cell = fields.cellField;
const motes = fields.motesField;
const dc = fields.dcField;
const units = codec.amount;
const time = fields.millisecondsField;
const height = fields.heightField;
const price = fields.priceField;
const frequency = fields.hertzField;
const rate = fields.dataRateField;
const gain = tenths as Codec<number> as Codec<Db>;
const power = tenths as Codec<number> as Codec<Dbm>;
const count = uint();
const moment = optional<Milliseconds>(time);

const CHALLENGES_MAX = mainParams.challengesPerSlotMax;
const REPORTS_MAX = mainParams.reportsMax + LATE_RECEIPTS_MAX;

/** A table whose rows have this form. */
export function table<T>(head: { id: number; name: string }, form: Codec<T>): Table<T> {
  return {
    ...head,
    encode: (row) => codec.encode(form, row),
    decode: (bytes) => codec.decode(form, bytes),
  };
}

/** Key: empty. */
export const chainTable = table<ChainRow>(
  { id: 1, name: "chain" },
  struct<ChainRow>({
    chainId: text(CHAIN_ID_BYTES_MAX),
    params: oneOf(presetNames),
    height,
    blockTime: time,
    protocolTime: time,
    entropy: bytes32,
    priceMicroUsd: price,
    epoch: u32,
    released: motes,
    witnessedChallenges: u32,
    challengePay: motes,
    hotspots: u32,
    active: u32,
    activeHash: bytes32,
    routers: u32,
    slabs: u32,
    relays: u32,
    producers: u32,
  }),
);

/** Key: empty. */
export const supplyTable = table<SupplyRow>(
  { id: 2, name: "supply" },
  struct<SupplyRow>({
    genesis: motes,
    minted: motes,
    balances: motes,
    bonds: motes,
    stakes: motes,
    held: motes,
    unbonding: motes,
    burned: motes,
    dust: motes,
    dcMade: dc,
    dcHeld: dc,
    dcInChannels: dc,
    dcSpent: dc,
  }),
);

/** Key: address. */
export const accountTable = table<AccountRow>(
  { id: 3, name: "account" },
  struct<AccountRow>({ nonce: count, motes, dc, dcMotes: motes }),
);

const pastFacts = struct<PastFacts>({
  until: time,
  bonded: bool,
  cell: optional(cell),
  gainDbi: gain,
});

/** Key: address. */
export const hotspotTable = table<HotspotRow>(
  { id: 4, name: "hotspot" },
  struct<HotspotRow>({
    owner: address,
    bondPayer: address,
    bond: motes,
    bondFull: motes,
    addedAt: time,
    cell: optional(cell),
    gainDbi: gain,
    elevationMeters: fields.metersField,
    locatedAt: moment,
    freeAssertAt: moment,
    presenceAt: moment,
    lastActiveAt: time,
    silencedUntil: time,
    leftAt: moment,
    beaconedAt: list(time, { max: STAMPS_MAX }),
    witnessedAt: list(time, { max: STAMPS_MAX }),
    firstBeaconedAt: moment,
    firstWitnessedAt: moment,
    past: list(pastFacts, { max: PAST_MAX }),
    graceWitness: motes,
    graceBeaconer: motes,
    earnedData: motes,
    earnedCoverage: motes,
    held: motes,
  }),
);

/** Key: address. */
export const activeTable = table<ActiveRow>(
  { id: 5, name: "active" },
  struct<ActiveRow>({ cell, bonded: bool, denied: bool, silencedUntil: time }),
);

/** Key: kind u8 | protocol time u64 | what it is about. Presence is all that a row says. */
export const dueTable = table<object>({ id: 6, name: "due" }, struct<object>({}));

/** Key: slot u32. */
export const slotTable = table<SlotRow>(
  { id: 7, name: "slot" },
  struct<SlotRow>({
    drawnAt: time,
    openUntil: time,
    challengers: list(address, { max: CHALLENGES_MAX }),
  }),
);

const receipt = struct<ReceivedReceipt>({
  receiptHash: bytes32,
  acknowledgedAt: moment,
  frequencyHz: frequency,
  dataRate: rate,
  fineTimeNs: optional(fields.fineTimeField),
});
const report = struct<ReceivedReport>({
  witness: address,
  reportHash: bytes32,
  payloadHash: bytes32,
  rssiDbm: power,
  snrDb: gain,
  frequencyHz: frequency,
  dataRate: rate,
  acknowledgedAt: time,
  fineTimeNs: optional(fields.fineTimeField),
  committed: bool,
});

const listed = struct<Reveal["listed"][number]>({
  witness: address,
  reason: text(REASON_BYTES_MAX),
});

/** Key: slot u32 | index u16. */
export const challengeTable = table<ChallengeRow>(
  { id: 8, name: "challenge" },
  struct<ChallengeRow>({
    state: oneOf(challengeStates),
    challenger: address,
    secretHash: bytes32,
    ephemeralKey: bytes32,
    drawn: optional(
      struct<DrawnTarget>({
        target: address,
        targetEntropy: bytes32,
        at: time,
        deadlineAt: time,
        scale: units,
        reciprocityWindowMs: time,
      }),
    ),
    reveal: optional(
      struct<Reveal>({
        secret: bytes32,
        height,
        receipt: optional(receipt),
        reports: list(report, { max: REPORTS_MAX }),
        listed: list(listed, { max: LISTED_MAX }),
        omitted: bool,
        offsetMs: time,
      }),
    ),
  }),
);

/** Key: slot u32 | address. */
export const commitmentTable = table<CommitmentRow>(
  { id: 9, name: "commitment" },
  struct<CommitmentRow>({
    reportHash: bytes32,
    height,
    at: time,
    payer: address,
    feeDc: dc,
    feeMotes: motes,
  }),
);

const unitShares = list(struct<PartnerShare>({ partner: address, amount: units }), {
  max: PARTNERS_MAX,
});
const moteShares = list(struct<PartnerShare<Motes>>({ partner: address, amount: motes }), {
  max: PARTNERS_MAX,
});

/** Key: address. Emptied when the epoch ends. */
export const earningTable = table<EarningRow>(
  { id: 10, name: "earning" },
  struct<EarningRow>({
    challengerUnits: units,
    beaconerUnits: units,
    witnessUnits: units,
    graceBeaconerUnits: units,
    graceWitnessUnits: units,
    asBeaconer: unitShares,
    asWitness: unitShares,
    dc,
    dcMotes: motes,
  }),
);

/** Key: epoch u32 | address. */
export const holdbackTable = table<HoldbackRow>(
  { id: 11, name: "holdback" },
  struct<HoldbackRow>({
    releaseAt: time,
    challenger: motes,
    beaconer: motes,
    witness: motes,
    graceBeaconer: motes,
    graceWitness: motes,
    asBeaconer: moteShares,
    asWitness: moteShares,
  }),
);

/** Key: address. */
export const routerTable = table<RouterRow>(
  { id: 12, name: "router" },
  struct<RouterRow>({
    owner: address,
    number: u32,
    endpoints: list(fields.urlField, { max: ENDPOINTS_MAX }),
    slabs: list(struct<SlabRange>({ start: u32, count: u32 }), { max: SLAB_RANGES_MAX }),
    owedDc: dc,
    openChannels: u16,
  }),
);

/** Key: address of the router. */
export const filterTable = table<Uint8Array>(
  { id: 13, name: "filter" },
  varBytes(mainParams.filterBytesMax),
);

/** Key: address of the operator. */
export const relayTable = table<RelayRow>(
  { id: 14, name: "relay" },
  struct<RelayRow>({ url: fields.urlField }),
);

/** Key: channel id, 32 bytes: the id of the transaction that opened it. */
export const channelTable = table<ChannelRow>(
  { id: 15, name: "channel" },
  struct<ChannelRow>({
    router: address,
    owner: address,
    depositDc: dc,
    depositMotes: motes,
    reservedDc: dc,
    stake: motes,
    expiresAt: time,
    state: oneOf(["open", "closed", "settled"]),
    settledAt: moment,
    cutDc: dc,
    slashed: bool,
    claims: u32,
  }),
);

/** Key: channel id | address of the hotspot. */
export const claimTable = table<ClaimRow>(
  { id: 16, name: "claim" },
  struct<ClaimRow>({
    summaryDc: optional(dc),
    redeemedDc: dc,
    redeemedPackets: count,
    sequence: count,
    reservedDc: dc,
    paidDc: dc,
  }),
);

/** Key: address of the router | channel id. */
export const routerChannelTable = table<object>(
  { id: 17, name: "router-channel" },
  struct<object>({}),
);

const chain = struct<HashChain>({ tip: bytes32, links: count });

/** Key: first 20 bytes of SHA-256(producer's key). */
export const producerTable = table<ProducerRow>(
  { id: 18, name: "producer" },
  struct<ProducerRow>({
    owner: address,
    producerKey: bytes32,
    stake: motes,
    inForceAt: time,
    chain,
    next: optional(chain),
    blocks: u32,
    leftAt: moment,
    slashedHeight: height,
  }),
);

/** Key: address. */
export const oracleTable = table<OracleRow>(
  { id: 19, name: "oracle" },
  struct<OracleRow>({ priceMicroUsd: optional(price), at: time }),
);

/** Key: address | kind u8 | epoch u32. */
export const graceTable = table<GraceRow>(
  { id: 20, name: "grace" },
  struct<GraceRow>({ motes, partners: moteShares }),
);

/** Key: kind u8 | address of a hotspot, or the key of a producer. */
export const unbondingTable = table<UnbondingRow>(
  { id: 21, name: "unbonding" },
  struct<UnbondingRow>({ motes, payee: address, until: time }),
);

/** Key: slot u32 | index u16. */
export const memoTable = table<MemoRow>(
  { id: 22, name: "challenge-memo" },
  struct<MemoRow>({ target: address, payloadHash: bytes32, until: time, slashed: bool }),
);

/** Key: address. Claims of a hotspot on channels that are not settled. */
export const openClaimsTable = table<number>({ id: 27, name: "open-claims" }, count);

/** Key: epoch u32. */
export const heightMarkTable = table<HeightMarkRow>(
  { id: 28, name: "height-mark" },
  struct<HeightMarkRow>({ height, at: time }),
);
