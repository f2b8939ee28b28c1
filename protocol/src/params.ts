/**
 * The one set of parameters, each with unit, reason and source. They change only by a versioned
 * block. `mainParams` is the network; `minimalParams` has seconds instead of hours, for tests and
 * demonstrations. Source where none is named: protocol.md section 8.
 */
import { type Dc, dc, type Motes, tokens } from "./units.ts";

export interface Params {
  readonly name: "main" | "minimal" | "arena" | "undefended";

  /** Protocol seconds per slot; each slot draws challengers. */
  readonly slotSeconds: number;
  /** Protocol seconds after the drawing block in which open-challenge is accepted. */
  readonly openSeconds: number;
  /** Protocol seconds after the target's block by which a challenger must have revealed. */
  readonly challengeTimeoutSeconds: number;
  /**
   * Protocol seconds after the target's block before which a challenger may not reveal: who heard the
   * beacon and was not acknowledged has time to commit. Later than any commitment, before any reveal
   * of an honest challenger (4/5 of the timeout).
   */
  readonly revealAfterSeconds: number;
  /** Protocol seconds after the timeout in which a late receipt is accepted; then units are booked. */
  readonly lateSeconds: number;
  /** Protocol seconds per epoch; rewards are booked at its end. */
  readonly epochSeconds: number;
  /** Most that protocol time may advance in one block, so that a ledger that slept wakes to open deadlines. */
  readonly idleLimitSeconds: number;

  /** Slots draw one challenge for every `challengeIntervalSeconds` of hotspot time: each about every 6 h. */
  readonly challengeIntervalSeconds: number;
  /** No slot has more challenges than this, whatever the fleet: the ledger must bear it. */
  readonly challengesPerSlotMax: number;
  /** Reports in one challenge-receipts. */
  readonly reportsMax: number;
  /** Witnesses of one challenge that are paid (HIP-15's successors; 14 to Helium's end). */
  readonly selectedMax: number;
  /** A witness is acknowledged at most this long after the target's receipt, ms (rule 6). */
  readonly witnessLagMs: number;
  /** Reported frequency may differ by this much, Hz, inclusive (rule 8). */
  readonly frequencyToleranceHz: number;
  /** Whole kilometres between beaconer and witness at most (rule 11; HIP-58). */
  readonly witnessDistanceMaxKm: number;
  /** Grid distance of res-11 parents at least (rule 12; Helium PoC v5). */
  readonly witnessCellsMin: number;
  /** Where the grid distance cannot be computed, great-circle metres at least (rule 12). */
  readonly witnessMetersMin: number;

  /** Protocol seconds in which a hotspot counts as active after it took part, and between presences. */
  readonly activitySeconds: number;
  /** Floor of the reciprocity window, protocol seconds (rule 14). */
  readonly reciprocityFloorSeconds: number;
  /** The window also spans this many average challenge intervals. */
  readonly reciprocityIntervals: number;
  /** Protocol seconds for which coverage pay is held before it is released. */
  readonly holdbackSeconds: number;

  /** Classifiers look at the state at the end of every so many epochs; 0: never. */
  readonly classifierEpochs: number;
  /** Protocol seconds after which the counters of edges are halved. */
  readonly classifierWindowSeconds: number;
  /** Protocol seconds after which a classification expires, unless it is found again. */
  readonly classificationSeconds: number;

  /** Token emission per year of 365 days in the first halving period. */
  readonly emissionPerYear: Motes;
  /** Protocol seconds after which emission halves. */
  readonly halvingSeconds: number;
  /** Percent of an epoch's emission for block producers, floored. */
  readonly consensusPercent: bigint;
  /** Percent of coverage pay for challengers, floored. */
  readonly challengerPercent: bigint;
  /** Percent of coverage pay for beaconers, floored; the rest is for witnesses. */
  readonly beaconerPercent: bigint;

  /** Bond of a hotspot in DC at the oracle price when it is added: 40 USD. */
  readonly bondDc: Dc;
  /** Protocol seconds between leaving and the bond's return. */
  readonly unbondingSeconds: number;
  /** Protocol seconds in which evidence is accepted and kept. */
  readonly evidenceWindowSeconds: number;
  /** Percent of the bond that a challenger loses at least for leaving out an acknowledged witness. */
  readonly omissionPenaltyPercent: bigint;
  /** Percent of the bond that a challenger loses at least for opening and not revealing. */
  readonly silencePenaltyPercent: bigint;
  /** Percent of the bond that one penalty takes at most: an honest power cut must not end a hotspot. */
  readonly penaltyPercentMax: bigint;
  /** Percent of a slashed stake that goes to the reporter; the rest is burned. */
  readonly reporterPercent: bigint;

  /** Least stake of a block producer. */
  readonly validatorStake: Motes;
  /** Block producers at most. */
  readonly validatorsMax: number;

  /** Fee of add-hotspot: 1 USD. */
  readonly addHotspotFeeDc: Dc;
  /** Fee of assert-location beyond the free ones: 0.10 USD (10 USD left wrong locations standing). */
  readonly assertLocationFeeDc: Dc;
  /** One free location assertion each such period, protocol seconds. */
  readonly freeAssertSeconds: number;
  /** Fee of register-router: 100 USD. */
  readonly registerRouterFeeDc: Dc;
  /** Addresses in one slab of device addresses. */
  readonly slabAddresses: number;
  /** Fee of one slab of device addresses: 1 USD. */
  readonly slabFeeDc: Dc;
  /** First device address that slabs are given out from: NetID 000024 (LoRaWAN Backend 1.0 §12). */
  readonly devAddrBase: number;
  /** Bytes of one EUI filter at most. */
  readonly filterBytesMax: number;
  /** Bytes of a transaction that 1 DC of fee pays. */
  readonly feeBytesPerDc: number;

  /** An oracle's submission counts this long, protocol seconds. */
  readonly priceWindowSeconds: number;

  /** Seconds after the last block by which the next is made while there is work. */
  readonly blockSecondsBusy: number;
  /** Seconds after the last block by which the next is made while there is none. */
  readonly blockSecondsIdle: number;
  /** Bytes of one block at most. */
  readonly blockBytesMax: number;

  /** A channel expires at the earliest this long after it is opened. */
  readonly channelSecondsMin: number;
  /** A channel expires at the latest this long after it is opened. */
  readonly channelSecondsMax: number;
  /** Close and redeem are accepted this long after expiry; then it settles. */
  readonly channelGraceSeconds: number;
  /** Least deposit of a channel. */
  readonly channelDepositMinDc: Dc;
  /** What a hotspot carries for one router unpaid, unvouched or unredeemed, at most. */
  readonly creditLimitDc: Dc;
  /** A router vouches at the latest when this much is owed. */
  readonly voucherStepDc: Dc;
  /** Copies of one frame are bought at most this long after the first, ms (RX2 is 2 s away). */
  readonly copyWindowMs: number;
  /** Copies of a frame that are bought for a device, unless it says otherwise. */
  readonly maxCopiesDefault: number;
  /** Copies of a frame that a device may ask for at most. */
  readonly maxCopiesMax: number;

  /** Density table per H3 resolution: {neighbours, target, max} (HIP-17). */
  readonly density: Readonly<Record<number, DensityRow>>;
}

export interface DensityRow {
  readonly neighbours: number;
  readonly target: number;
  readonly max: number;
}

const HOUR = 3600;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

export const mainParams: Params = {
  name: "main",
  slotSeconds: 60,
  openSeconds: 60,
  challengeTimeoutSeconds: 300,
  revealAfterSeconds: 210,
  lateSeconds: 600,
  epochSeconds: HOUR,
  idleLimitSeconds: 120,
  challengeIntervalSeconds: 6 * HOUR,
  challengesPerSlotMax: 200,
  reportsMax: 32,
  selectedMax: 14,
  witnessLagMs: 4000,
  frequencyToleranceHz: 100_000,
  witnessDistanceMaxKm: 100,
  witnessCellsMin: 8,
  witnessMetersMin: 400,
  activitySeconds: 48 * HOUR,
  reciprocityFloorSeconds: 48 * HOUR,
  reciprocityIntervals: 8,
  holdbackSeconds: 14 * DAY,
  classifierEpochs: 6,
  classifierWindowSeconds: 7 * DAY,
  classificationSeconds: 14 * DAY,
  emissionPerYear: tokens(60_000_000),
  halvingSeconds: 2 * YEAR,
  consensusPercent: 6n,
  challengerPercent: 5n,
  beaconerPercent: 19n,
  bondDc: dc(4_000_000n),
  unbondingSeconds: 7 * DAY,
  evidenceWindowSeconds: 7 * DAY,
  omissionPenaltyPercent: 5n,
  silencePenaltyPercent: 5n,
  penaltyPercentMax: 25n,
  reporterPercent: 10n,
  validatorStake: tokens(10_000),
  validatorsMax: 100,
  addHotspotFeeDc: dc(100_000n),
  assertLocationFeeDc: dc(10_000n),
  freeAssertSeconds: 30 * DAY,
  registerRouterFeeDc: dc(10_000_000n),
  slabAddresses: 8,
  slabFeeDc: dc(100_000n),
  devAddrBase: 0x48000000,
  filterBytesMax: 65_536,
  feeBytesPerDc: 24,
  priceWindowSeconds: DAY,
  blockSecondsBusy: 10,
  blockSecondsIdle: 60,
  blockBytesMax: 2 * 1024 * 1024,
  channelSecondsMin: HOUR,
  channelSecondsMax: 30 * DAY,
  channelGraceSeconds: DAY,
  channelDepositMinDc: dc(10_000n),
  creditLimitDc: dc(10_000n),
  voucherStepDc: dc(50n),
  copyWindowMs: 2000,
  maxCopiesDefault: 1,
  maxCopiesMax: 20,
  density: {
    4: { neighbours: 2, target: 500, max: 1000 },
    5: { neighbours: 4, target: 100, max: 200 },
    6: { neighbours: 4, target: 25, max: 50 },
    7: { neighbours: 4, target: 5, max: 10 },
    8: { neighbours: 2, target: 1, max: 1 },
    9: { neighbours: 2, target: 1, max: 1 },
    10: { neighbours: 2, target: 1, max: 1 },
  },
};

export const minimalParams: Params = {
  ...mainParams,
  name: "minimal",
  slotSeconds: 2,
  openSeconds: 2,
  challengeTimeoutSeconds: 20,
  revealAfterSeconds: 14,
  lateSeconds: 20,
  epochSeconds: 60,
  idleLimitSeconds: 10,
  activitySeconds: 240,
  reciprocityFloorSeconds: 240,
  holdbackSeconds: 300,
  classifierEpochs: 1,
  classifierWindowSeconds: 480,
  classificationSeconds: 300,
  unbondingSeconds: 180,
  evidenceWindowSeconds: 180,
  blockSecondsBusy: 1,
  blockSecondsIdle: 5,
  channelSecondsMin: 30,
  channelSecondsMax: HOUR,
  channelGraceSeconds: 10,
};

/** What the arena's worlds are smaller than main's by: hotspots (of 3,000) and time. */
const ARENA_HOTSPOTS = 30;
const ARENA_SPEED = 12;

/**
 * The arena's: main's, but that a day lasts two hours and a network of 3,000 hotspots has 30. What a
 * hotspot earns in a (scaled) day, how often it is challenged and how long pay is held, in challenge
 * intervals but for the holdback and what follows it (12 intervals, not 56), are as in main.
 */
export const arenaParams: Params = {
  ...mainParams,
  name: "arena",
  challengeIntervalSeconds: (6 * HOUR) / ARENA_SPEED,
  challengeTimeoutSeconds: 120,
  revealAfterSeconds: 84,
  lateSeconds: 120,
  epochSeconds: 600,
  activitySeconds: (48 * HOUR) / ARENA_SPEED,
  reciprocityFloorSeconds: (48 * HOUR) / ARENA_SPEED,
  holdbackSeconds: 6 * HOUR,
  classifierEpochs: 1,
  classifierWindowSeconds: 4 * HOUR,
  classificationSeconds: 12 * HOUR,
  emissionPerYear: tokens((60_000_000 * ARENA_SPEED * ARENA_HOTSPOTS) / 3000),
  unbondingSeconds: (7 * DAY) / ARENA_SPEED,
  evidenceWindowSeconds: (7 * DAY) / ARENA_SPEED,
  freeAssertSeconds: (30 * DAY) / ARENA_SPEED,
  // Blocks at all times alike, so that what one gang sends does not move the draws of paired worlds;
  // three in an opening window.
  blockSecondsBusy: 20,
  blockSecondsIdle: 20,
  channelSecondsMin: HOUR / ARENA_SPEED,
  channelSecondsMax: (30 * DAY) / ARENA_SPEED,
  channelGraceSeconds: DAY / ARENA_SPEED,
};

/**
 * The arena's without its defences: what the cheats would earn if nobody looked. Free space, distance
 * and region stay: they are physics and law. Never for a network.
 */
export const undefendedParams: Params = {
  ...arenaParams,
  name: "undefended",
  classifierEpochs: 0,
  omissionPenaltyPercent: 0n,
  silencePenaltyPercent: 0n,
  revealAfterSeconds: 0,
  witnessLagMs: 120_000,
  witnessCellsMin: 0,
  witnessMetersMin: 0,
  // Met once is met for ever.
  reciprocityIntervals: 1_000_000,
  density: Object.fromEntries(
    Object.keys(mainParams.density).map((resolution) => [
      resolution,
      { neighbours: 0, target: 1_000_000, max: 1_000_000 },
    ]),
  ),
};

const presets = {
  main: mainParams,
  minimal: minimalParams,
  arena: arenaParams,
  undefended: undefendedParams,
} as const;

export const presetNames: readonly Params["name"][] = ["main", "minimal", "arena", "undefended"];

export function paramsByName(name: Params["name"]): Params {
  return presets[name];
}

for (const params of Object.values(presets)) checkParams(params);

/** The relations that the code leans on. Throws (a bug) where one does not hold. */
export function checkParams(params: Params): void {
  const must = (holds: boolean, why: string) => {
    if (!holds) throw new Error(`params ${params.name}: ${why}`);
  };
  must(params.evidenceWindowSeconds <= params.unbondingSeconds, "evidence must still find a bond");
  must(params.evidenceWindowSeconds >= params.epochSeconds, "heights are known by epoch");
  const life = params.challengeTimeoutSeconds + params.lateSeconds + 2 * params.idleLimitSeconds;
  must(params.unbondingSeconds >= life, "a challenge finds its hotspots until it is over");
  must(params.unbondingSeconds >= params.epochSeconds, "a producer that left is paid its blocks");
  must(params.selectedMax <= params.reportsMax, "only what is reported can be selected");
  must(params.epochSeconds % params.slotSeconds === 0, "an epoch is a whole number of slots");
  must(
    params.idleLimitSeconds >= params.openSeconds,
    "a ledger that slept wakes to open deadlines",
  );
  must(params.revealAfterSeconds < params.challengeTimeoutSeconds, "there is time to reveal");
  must(params.blockSecondsBusy <= params.openSeconds, "an opening window holds a block");
  must(params.holdbackSeconds >= params.challengeTimeoutSeconds + params.lateSeconds, "held pay");
  must(params.omissionPenaltyPercent <= params.penaltyPercentMax, "a penalty has a bound");
  must(params.silencePenaltyPercent <= params.penaltyPercentMax, "a penalty has a bound");
  must(params.consensusPercent <= 100n, "percent");
  must(params.challengerPercent + params.beaconerPercent <= 100n, "percent");
}
