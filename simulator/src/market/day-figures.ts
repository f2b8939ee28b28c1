/** A day's figures from what the ledger booked and the map shows. */
import { type Cell, DC_PER_USD, parentOf } from "@katydid/protocol";
import { type DayPay, tokensOf } from "./day-book.ts";
import type { Changes } from "./decisions.ts";
import { type Hotspot, MOTES } from "./hotspot.ts";
import { gini, mean, median } from "./inequality.ts";
import type { DayFigures } from "./options.ts";
import type { Units } from "./reward-model.ts";

/** Leaves of the ledger's coverage index. */
const LEAF_RESOLUTION = 8;

export function dayFigures(from: {
  readonly day: number;
  readonly priceUsd: number;
  readonly pay: DayPay;
  readonly changes: Changes;
  readonly units: Units<Hotspot>;
  readonly hotspots: ReadonlySet<Hotspot>;
  readonly metros: number;
  readonly peopleCovered: readonly number[];
  readonly wanted: bigint;
  readonly served: bigint;
}): DayFigures {
  const { day, priceUsd, pay, changes, units, peopleCovered, metros } = from;
  const hotspots = [...from.hotspots];
  const income = hotspots.map((hotspot) => hotspot.incomeUsd(priceUsd));
  const { occupied, covered } = cellsOf(hotspots, units);
  const paid = pay.coverage + pay.data;
  const by = (of: (hotspot: Hotspot) => number): number[] => {
    const sums = Array.from({ length: metros }, () => 0);
    for (const hotspot of hotspots) {
      sums[hotspot.metro] = (sums[hotspot.metro] ?? 0) + of(hotspot);
    }
    return sums;
  };
  const byMetro = by(() => 1);
  const dataUsd = by(({ dataMotes }) => (dataMotes / MOTES) * priceUsd);
  return {
    day,
    priceUsd,
    hotspots: hotspots.length,
    owners: new Set(hotspots.map(({ owner }) => owner)).size,
    ...changes,
    wantedUsd: Number(from.wanted) / Number(DC_PER_USD),
    servedUsd: Number(from.served) / Number(DC_PER_USD),
    emissionTokens: tokensOf(pay.emission),
    coverageTokens: tokensOf(pay.coverage),
    dataTokens: tokensOf(pay.data),
    unmintedTokens: tokensOf(pay.unminted),
    heldTokens: tokensOf(pay.held),
    subsidy: paid === 0n ? 0 : Number(pay.coverage) / Number(paid),
    incomeMeanUsd: mean(income),
    incomeMedianUsd: median(income),
    incomeGini: gini(income),
    cellsCovered: covered,
    cellGini: gini([...occupied.values()]),
    peopleCovered,
    byMetro,
    dataUsdByMetro: dataUsd.map((usd, metro) => usd / Math.max(1, byMetro[metro] ?? 0)),
  };
}

const leaves = new WeakMap<Hotspot, Cell>();

function leafOf(hotspot: Hotspot): Cell {
  const known = leaves.get(hotspot);
  if (known !== undefined) return known;
  const leaf = parentOf(hotspot.cell, LEAF_RESOLUTION);
  leaves.set(hotspot, leaf);
  return leaf;
}

function cellsOf(
  hotspots: readonly Hotspot[],
  units: Units<Hotspot>,
): { occupied: ReadonlyMap<Cell, number>; covered: number } {
  const occupied = new Map<Cell, number>();
  const covered = new Set<Cell>();
  for (const hotspot of hotspots) {
    const leaf = leafOf(hotspot);
    occupied.set(leaf, (occupied.get(leaf) ?? 0) + 1);
    if (units.beaconers.has(hotspot)) covered.add(leaf);
  }
  return { occupied, covered: covered.size };
}
