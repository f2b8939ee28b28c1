/**
 * A day on the ledger: the shipped payoutEpoch over the day's units and carried data, coverage pay
 * held for the holdback. Simplified: a day is one epoch (emissionOfEpoch of a day's seconds), so
 * everyone's share is that of the day and not of each of its 24 hours.
 */
import {
  type Dc,
  emissionOfEpoch,
  type MicroUsd,
  type Motes,
  motesForDc,
  type Params,
  payoutEpoch,
} from "@katydid/protocol";
import { type Hotspot, MOTES } from "./hotspot.ts";
import type { Rates } from "./planner.ts";
import type { Units } from "./reward-model.ts";

export const SECONDS_PER_DAY = 86_400;

/** Motes of one day. */
export interface DayPay {
  readonly emission: bigint;
  readonly consensus: bigint;
  readonly coverage: bigint;
  readonly data: bigint;
  readonly unminted: bigint;
  /** Coverage pay that owners get today, of the day `holdback` ago. */
  readonly released: bigint;
  /** All that waits. */
  readonly held: bigint;
}

export class DayBook {
  readonly #params: Params;
  #dust = 0n as Motes;
  #held = 0n;
  /** Coverage pay of each day that is still held, oldest first. */
  readonly #waiting: bigint[] = [];

  /** `params` with the day as epoch. */
  constructor(params: Params) {
    this.#params = { ...params, epochSeconds: SECONDS_PER_DAY };
  }

  close(from: {
    day: number;
    priceMicroUsd: MicroUsd;
    units: Units<Hotspot>;
    carried: ReadonlyMap<Hotspot, Dc>;
    /** Challenges of each hotspot as target. */
    beacons: number;
  }): { pay: DayPay; rates: Rates } {
    const { day, priceMicroUsd, units, carried } = from;
    const emission = emissionOfEpoch({ params: this.#params, epoch: day });
    const dustIn = this.#dust;
    // Routers burn at the day's price: so does everyone's data value.
    const burned = new Map<Hotspot, Motes>();
    for (const [hotspot, dc] of carried) {
      burned.set(hotspot, motesForDc({ dc, priceMicroUsd, rounding: "up" }));
    }
    const payout = payoutEpoch<Hotspot>(
      {
        emission,
        dustIn,
        priceMicroUsd,
        dcByHotspot: carried,
        burnedByHotspot: burned,
        challengerUnits: units.challengers,
        beaconerUnits: units.beaconers,
        witnessUnits: units.witnesses,
      },
      this.#params,
    );
    const { challengers, beaconers, witnesses, consensus, unminted } = payout;
    const [challenger, beaconer, witness] = [challengers, beaconers, witnesses].map(sumOf);
    const coverage = (challenger ?? 0n) + (beaconer ?? 0n) + (witness ?? 0n);
    const data = sumOf(payout.data);
    const isConserved =
      consensus + coverage + data + payout.dustOut + unminted === emission + dustIn;
    if (!isConserved) throw new Error(`day ${day} does not add up`);
    this.#dust = payout.dustOut;
    for (const [hotspot] of units.shown) {
      const of = (pay: ReadonlyMap<Hotspot, Motes>) => Number(pay.get(hotspot) ?? 0n);
      const coverageMotes = of(challengers) + of(beaconers) + of(witnesses);
      hotspot.book({ coverageMotes, dataMotes: of(payout.data) });
    }
    const rates: Rates = {
      priceUsd: Number(priceMicroUsd) / 1e6,
      coverageMotes: Number(emission - consensus + dustIn - data),
      beaconerUnit: perUnit(beaconer ?? 0n, units.beaconers),
      witnessUnit: perUnit(witness ?? 0n, units.witnesses),
      challengerMotes: Number(challenger) / Math.max(1, units.shown.size),
      beacons: from.beacons,
    };
    const released = this.#release(coverage);
    const pay = { emission, consensus, coverage, data, unminted, released, held: this.#held };
    return { pay, rates };
  }

  /** Puts the day's coverage pay away and takes out what has waited long enough. */
  #release(coverage: bigint): bigint {
    this.#waiting.push(coverage);
    this.#held += coverage;
    const days = Math.ceil(this.#params.holdbackSeconds / SECONDS_PER_DAY);
    if (this.#waiting.length <= days) return 0n;
    const released = this.#waiting.shift() ?? 0n;
    this.#held -= released;
    return released;
  }
}

export const tokensOf = (motes: bigint): number => Number(motes) / MOTES;

function perUnit(motes: bigint, units: ReadonlyMap<Hotspot, bigint>): number {
  const sum = sumOf(units);
  return sum === 0n ? 0 : Number(motes) / (Number(sum) / 1e12);
}

function sumOf(amounts: ReadonlyMap<unknown, bigint>): bigint {
  let sum = 0n;
  for (const amount of amounts.values()) sum += amount;
  return sum;
}
