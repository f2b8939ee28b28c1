/** JSON Schemas of every view (client.ts), by name; see wire.ts for what their patterns mean. */
import { classifierNames, presetNames } from "@katydid/protocol";
import { challengerReasons } from "./client.ts";
import { BIGINT_PATTERN, BYTES_PATTERN, type JsonSchema } from "./wire.ts";

type Fields = Readonly<Record<string, JsonSchema>>;

const text: JsonSchema = { type: "string" };
const flag: JsonSchema = { type: "boolean" };
const count: JsonSchema = { type: "integer", minimum: 0 };
const real: JsonSchema = { type: "number" };
const bytes: JsonSchema = { type: "string", pattern: BYTES_PATTERN, description: "hex" };
const motes = integer("motes; 1 token = 10^8 motes");
const dc = integer("data credits");
const address: JsonSchema = { type: "string", description: "base58check address" };
const cell: JsonSchema = { type: "string", description: "H3 cell" };
const time: JsonSchema = { type: "number", description: "milliseconds" };

function integer(description: string): JsonSchema {
  return {
    type: "string",
    pattern: BIGINT_PATTERN,
    description: `decimal integer, ${description}`,
  };
}
function oneOf(...values: readonly string[]): JsonSchema {
  return { type: "string", enum: values };
}
function list(items: JsonSchema): JsonSchema {
  return { type: "array", items };
}
/** `optional` names the fields that may be absent. */
function object(properties: Fields, ...optional: readonly string[]): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, required };
}

export function pageOf(items: JsonSchema): JsonSchema {
  return object({ items: list(items), cursor: text }, "cursor");
}

export const supplySchema = object({
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
});

export const statusSchema = object({
  chainId: text,
  params: oneOf(...presetNames),
  height: count,
  blockTime: time,
  protocolTime: time,
  stateRoot: text,
  headerHash: text,
  priceMicroUsd: count,
  hotspots: count,
  activeHotspots: count,
  epoch: count,
  supply: supplySchema,
});

export const accountSchema = object({ address, nonce: count, motes, dc });

export const classificationSchema = object({
  classifier: oneOf(...classifierNames),
  score: count,
  evidence: list(address),
  since: time,
  until: time,
  burned: motes,
});

export const standingClassificationSchema = object({
  kind: oneOf("hotspot", "edge"),
  hotspots: list(address),
  classification: classificationSchema,
});

export const hearingSchema = object({
  hotspot: address,
  window: count,
  beacons: count,
  edges: list(
    object(
      {
        witness: address,
        distanceMeters: real,
        near: flag,
        tried: count,
        heard: count,
        rssiDbmSum: { type: "integer" },
        meanRssiDbm: real,
        above: count,
        flightGood: count,
        flightBad: count,
      },
      "distanceMeters",
      "meanRssiDbm",
    ),
  ),
});

export const trafficSchema = object({
  router: address,
  window: count,
  totalDc: dc,
  paid: list(object({ hotspot: address, dc })),
});

const reciprocity = oneOf("met", "grace", "unmet");
export const hotspotSchema = object(
  {
    address,
    name: text,
    owner: address,
    bond: motes,
    bonded: flag,
    cell,
    gainDbi: real,
    elevationMeters: { type: "integer" },
    locatedAt: time,
    region: text,
    active: flag,
    addedAt: time,
    lastActiveAt: time,
    densityScale: text,
    reciprocity: object({ asBeaconer: reciprocity, asWitness: reciprocity }),
    earned: object({ data: motes, coverage: motes, held: motes }),
    classification: classificationSchema,
    leftAt: time,
  },
  "cell",
  "gainDbi",
  "elevationMeters",
  "locatedAt",
  "region",
  "classification",
  "leftAt",
);

export const routerSchema = object(
  {
    address,
    owner: address,
    number: count,
    endpoints: list(text),
    slabs: list(object({ start: count, count })),
    filter: bytes,
    owedDc: dc,
  },
  "owedDc",
);

export const relaySchema = object({ operator: address, url: text });

export const channelSchema = object(
  {
    id: bytes,
    router: address,
    depositDc: dc,
    reservedDc: dc,
    leftDc: dc,
    stake: motes,
    expiresAt: time,
    state: oneOf("open", "grace", "settled"),
    payouts: list(object({ hotspot: address, dc })),
    cutDc: dc,
    slashed: flag,
  },
  "payouts",
  "cutDc",
  "slashed",
);

export const challengeIdSchema = object({ slot: count, index: count });

const witnessSchema = object(
  {
    witness: address,
    verdict: oneOf("valid", "invalid"),
    reason: text,
    held: flag,
    selected: flag,
    passedOver: oneOf("side-by-side", "beyond-limit"),
    units: text,
    rssiDbm: real,
    snrDb: real,
    frequencyHz: count,
    distanceMeters: real,
    boundDbm: real,
    acknowledgedAt: time,
  },
  "reason",
  "passedOver",
  "rssiDbm",
  "snrDb",
  "frequencyHz",
  "distanceMeters",
  "boundDbm",
  "acknowledgedAt",
);

export const challengeSchema = object(
  {
    challenge: challengeIdSchema,
    state: oneOf("opened", "targeted", "revealed", "settled", "lapsed", "silent"),
    challenger: address,
    target: address,
    drawnAt: time,
    deadlineAt: time,
    receipt: object({ acknowledgedAt: time, frequencyHz: count, dataRate: text }),
    witnesses: list(witnessSchema),
    beaconerUnits: text,
    challengerUnits: text,
    challengerReason: oneOf(...challengerReasons),
    densityScale: text,
  },
  "target",
  "deadlineAt",
  "receipt",
  "beaconerUnits",
  "challengerUnits",
  "challengerReason",
  "densityScale",
);

export const rewardSchema = object(
  {
    epoch: count,
    kind: oneOf("data", "challenger", "beaconer", "witness"),
    motes,
    heldUntil: time,
    state: oneOf("paid", "held", "released", "burned"),
    reason: text,
  },
  "heldUntil",
  "reason",
);

export const penaltySchema = object(
  {
    reason: oneOf("silence", "omission", "equivocation"),
    motes,
    blockTime: time,
    protocolTime: time,
    challenge: challengeIdSchema,
    leftOut: address,
  },
  "challenge",
  "leftOut",
);

export const transactionSchema = object(
  {
    id: text,
    height: count,
    kind: text,
    outcome: oneOf("applied", "no-effect"),
    reason: text,
  },
  "reason",
);

function event(kind: string, properties: Fields, ...optional: readonly string[]): JsonSchema {
  const common: Fields = {
    kind: oneOf(kind),
    sequence: text,
    height: count,
    protocolTime: time,
    blockTime: time,
    subjects: list(text),
  };
  return object({ ...common, ...properties }, ...optional);
}

/** Of each kind of event. */
export const eventSchemas: Readonly<Record<string, JsonSchema>> = {
  block: event("block", { transactions: count, stateRoot: text, headerHash: text }),
  "slot-drawn": event("slot-drawn", { slot: count, challengers: list(address), openUntil: time }),
  "target-drawn": event("target-drawn", {
    challenge: challengeIdSchema,
    challenger: address,
    target: address,
    targetEntropy: bytes,
    secretHash: bytes,
    ephemeralKey: bytes,
    deadlineAt: time,
  }),
  "challenge-lapsed": event("challenge-lapsed", {
    challenge: challengeIdSchema,
    challenger: address,
  }),
  "challenge-revealed": event(
    "challenge-revealed",
    {
      challenge: challengeIdSchema,
      challenger: address,
      target: address,
      payloadHash: bytes,
      receipted: flag,
      receiptedAt: time,
      reported: list(address),
      reportedAt: list(time),
      listed: list(object({ witness: address, reason: text })),
      lateUntil: time,
    },
    "receiptedAt",
  ),
  "challenge-silent": event("challenge-silent", {
    challenge: challengeIdSchema,
    challenger: address,
    penalty: motes,
  }),
  "challenge-omission": event("challenge-omission", {
    challenge: challengeIdSchema,
    challenger: address,
    leftOut: address,
    penalty: motes,
  }),
  slashed: event("slashed", {
    offender: address,
    offence: oneOf("target-equivocation", "router-equivocation", "producer-equivocation"),
    burned: motes,
    reporter: address,
    reward: motes,
  }),
  classified: event("classified", { hotspot: address, classification: classificationSchema }),
  "edge-classified": event("edge-classified", {
    pair: list(address),
    classifier: oneOf(...classifierNames),
    until: time,
    burned: motes,
  }),
  "challenge-settled": event("challenge-settled", { view: challengeSchema }),
  "hotspot-changed": event("hotspot-changed", { hotspot: hotspotSchema }),
  "router-changed": event("router-changed", { router: routerSchema }),
  "relay-changed": event("relay-changed", { relay: relaySchema }),
  "channel-changed": event(
    "channel-changed",
    { channel: channelSchema, hotspot: address },
    "hotspot",
  ),
  "epoch-ended": event("epoch-ended", {
    epoch: count,
    paid: motes,
    held: motes,
    released: motes,
  }),
  "price-changed": event("price-changed", { priceMicroUsd: count }),
  transaction: event("transaction", { transaction: transactionSchema, actor: address }),
};

/** 202 of a submission. */
export const submitAcceptedSchema = object({ outcome: oneOf("accepted"), id: text });
/** 422 of a submission, as RFC 9457 has it: `code` is the reason, `numbers` what led to it. */
export const submitRefusedSchema = object({
  type: text,
  title: text,
  status: count,
  code: text,
  numbers: { type: "object", additionalProperties: true },
});

/** An epoch that has ended, and the block that ended it. */
export interface EpochView {
  readonly epoch: number;
  readonly height: number;
  /** Protocol time. */
  readonly endedAt: number;
  readonly paid: bigint;
  readonly held: bigint;
  readonly released: bigint;
}
export const epochSchema = object({
  epoch: count,
  height: count,
  endedAt: time,
  paid: motes,
  held: motes,
  released: motes,
});

/** A block: header and commit as CometBFT 0.38 encodes them, hex, and its transactions. */
export const blockSchema = object({
  height: count,
  hash: text,
  blockTime: time,
  stateRootBefore: text,
  header: text,
  commit: text,
  transactions: list(object({ id: text, kind: text })),
});

export const networkFileSchema = object({
  chainId: text,
  trustedHeader: object({ height: count, hash: text }),
  ledgers: list(text),
  relays: list(text),
});

const lngLat: JsonSchema = { type: "array", items: real, description: "longitude, latitude" };

/** A hotspot, and for maps the centre of its cell. */
export const placedHotspotSchema: JsonSchema = {
  ...hotspotSchema,
  properties: { ...hotspotSchema.properties, center: lngLat },
};

/** What is known of a cell of resolution 2 to 8, and why. */
export const coverageCellSchema = object(
  {
    cell,
    resolution: count,
    state: oneOf("covered", "mapped-without-signal", "unmapped"),
    bestRssiDbm: real,
    count,
    hotspots: list(object({ address, name: text, bestRssiDbm: real, count })),
    lastAt: time,
    evidence: list(
      object(
        {
          slot: count,
          index: count,
          beaconer: address,
          witness: address,
          rssiDbm: real,
          distanceMeters: real,
          at: time,
        },
        "witness",
        "rssiDbm",
        "distanceMeters",
      ),
    ),
    center: lngLat,
    boundary: list(lngLat),
  },
  "bestRssiDbm",
  "lastAt",
);
