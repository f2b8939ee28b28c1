/** What an epoch mints and pays (protocol.md section 3, Epoch payout). All amounts are bigint. */
import { assert } from "../bytes/assert.ts";
import { mainParams, type Params } from "../params.ts";
import type { Dc, MicroUsd, Motes } from "../units.ts";
import { motesForDc } from "./dc.ts";

const SECONDS_PER_YEAR = 365 * 24 * 3600;
const PERCENT = 100n;

/**
 * Motes that epoch number `epoch` may mint; epoch 0 is the first. The yearly figure in proportion,
 * halved for each halving period that ended at or before the epoch's begin, floored once.
 */
export function emissionOfEpoch(input: {
  params: Pick<Params, "emissionPerYear" | "epochSeconds" | "halvingSeconds">;
  epoch: number;
}): Motes {
  const { params, epoch } = input;
  assert(Number.isSafeInteger(epoch) && epoch >= 0, `not an epoch: ${epoch}`);
  const begin = BigInt(epoch) * BigInt(params.epochSeconds);
  const halvings = begin / BigInt(params.halvingSeconds);
  const share = params.emissionPerYear * BigInt(params.epochSeconds);
  return ((share / BigInt(SECONDS_PER_YEAR)) >> halvings) as Motes;
}

/** Percentages of the payout. */
export type PayoutShares = Pick<
  Params,
  "consensusPercent" | "challengerPercent" | "beaconerPercent"
>;

export interface PayoutInput<Key> {
  /** E: what the epoch may mint. */
  readonly emission: Motes;
  /** What flooring left over in the epoch before. */
  readonly dustIn: Motes;
  /** Price of the epoch; asked only where there are DC. */
  readonly priceMicroUsd: MicroUsd;
  /** DC per hotspot of the channels that settled in the epoch. */
  readonly dcByHotspot: ReadonlyMap<Key, Dc>;
  /** Motes burned for those DC. Nobody earns more. */
  readonly burnedByHotspot: ReadonlyMap<Key, Motes>;
  /** Units, of one scale within each map (UNITS_ONE on the ledger): only their ratio counts. */
  readonly challengerUnits: ReadonlyMap<Key, bigint>;
  readonly beaconerUnits: ReadonlyMap<Key, bigint>;
  readonly witnessUnits: ReadonlyMap<Key, bigint>;
}

export interface Payout<Key> {
  /** For the producers, see `shareConsensus`. */
  readonly consensus: Motes;
  /** One entry for each key of the input in question, zero or not. */
  readonly data: ReadonlyMap<Key, Motes>;
  readonly challengers: ReadonlyMap<Key, Motes>;
  readonly beaconers: ReadonlyMap<Key, Motes>;
  readonly witnesses: ReadonlyMap<Key, Motes>;
  /** Buckets without units: never minted. */
  readonly unminted: Motes;
  /** What flooring left over; goes into the next epoch. */
  readonly dustOut: Motes;
}

/**
 * Pays an epoch: consensus, then data up to what was burned for it, then coverage from what demand
 * has not taken over. Paid + dustOut + unminted = emission + dustIn, always.
 */
export function payoutEpoch<Key>(
  input: PayoutInput<Key>,
  shares: PayoutShares = mainParams,
): Payout<Key> {
  assert(input.emission >= 0n && input.dustIn >= 0n, "emission and dust are not negative");
  const consensus = (input.emission * shares.consensusPercent) / PERCENT;
  const available = input.emission - consensus + input.dustIn;
  const data = payData(input, available);
  const coverage = available - sumOf(data);
  const forChallengers = (coverage * shares.challengerPercent) / PERCENT;
  const forBeaconers = (coverage * shares.beaconerPercent) / PERCENT;
  const challengers = payBucket({ bucket: forChallengers, units: input.challengerUnits });
  const beaconers = payBucket({ bucket: forBeaconers, units: input.beaconerUnits });
  const witnesses = payBucket({
    bucket: coverage - forChallengers - forBeaconers,
    units: input.witnessUnits,
  });
  const buckets = [challengers, beaconers, witnesses];
  return {
    consensus: consensus as Motes,
    data,
    challengers: challengers.paid,
    beaconers: beaconers.paid,
    witnesses: witnesses.paid,
    unminted: buckets.reduce((sum, { unminted }) => sum + unminted, 0n) as Motes,
    dustOut: buckets.reduce((sum, { dust }) => sum + dust, 0n) as Motes,
  };
}

/**
 * Consensus pay shared by blocks made, each share floored; `dust` is what that leaves, and all of it
 * where no block was made. It joins the epoch's dustOut.
 */
export function shareConsensus<Key>(input: {
  motes: Motes;
  blocksByProducer: ReadonlyMap<Key, number>;
}): { shares: ReadonlyMap<Key, Motes>; dust: Motes } {
  const units = new Map<Key, bigint>();
  for (const [producer, blocks] of input.blocksByProducer) units.set(producer, BigInt(blocks));
  const { paid, unminted, dust } = payBucket({ bucket: input.motes, units });
  return { shares: paid, dust: (unminted + dust) as Motes };
}

/** Each hotspot its data value, or where their sum is over A, floor(A x value / sum). */
function payData<Key>(input: PayoutInput<Key>, available: bigint): Map<Key, Motes> {
  const values = new Map<Key, Motes>();
  for (const [hotspot, dc] of input.dcByHotspot) {
    assert(dc >= 0n, "DC are not negative");
    const burned = input.burnedByHotspot.get(hotspot) ?? 0n;
    assert(burned >= 0n, "burned motes are not negative");
    const worth =
      dc === 0n ? 0n : motesForDc({ dc, priceMicroUsd: input.priceMicroUsd, rounding: "down" });
    values.set(hotspot, (worth < burned ? worth : burned) as Motes);
  }
  const sum = sumOf(values);
  if (sum <= available) return values;
  for (const [hotspot, value] of values) {
    values.set(hotspot, ((available * value) / sum) as Motes);
  }
  return values;
}

interface Bucket<Key> {
  readonly paid: ReadonlyMap<Key, Motes>;
  readonly unminted: bigint;
  readonly dust: bigint;
}

function payBucket<Key>(input: { bucket: bigint; units: ReadonlyMap<Key, bigint> }): Bucket<Key> {
  const { bucket, units } = input;
  let total = 0n;
  for (const count of units.values()) {
    assert(count >= 0n, "units are not negative");
    total += count;
  }
  const paid = new Map<Key, Motes>();
  for (const [key, count] of units) {
    paid.set(key, (total === 0n ? 0n : (bucket * count) / total) as Motes);
  }
  if (total === 0n) return { paid, unminted: bucket, dust: 0n };
  return { paid, unminted: 0n, dust: bucket - sumOf(paid) };
}

function sumOf(amounts: ReadonlyMap<unknown, bigint>): bigint {
  let sum = 0n;
  for (const amount of amounts.values()) sum += amount;
  return sum;
}
