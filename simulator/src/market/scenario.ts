/** What a scenario is: runs of the market, and claims about them that can fail. */
import { mainParams } from "@katydid/protocol";
import { Market } from "./market.ts";
import type { DayFigures, MarketOptions, News } from "./options.ts";

export interface ScenarioOptions {
  readonly seed: string;
  /** Part of main's owners and emission, 0 to 1. */
  readonly scale: number;
  readonly metros: number;
  /** What is being done, now and then. */
  readonly onProgress?: (says: string) => void;
}

export interface Scenario {
  readonly name: string;
  readonly summary: string;
  run(options: ScenarioOptions): ScenarioOutcome;
}

export interface ScenarioOutcome {
  readonly runs: readonly NamedRun[];
  /** Rows of the table. */
  readonly facts: readonly Fact[];
  readonly claims: readonly Claim[];
  readonly plots: readonly Plot[];
  readonly maps?: readonly MetroMap[];
}

export interface NamedRun {
  readonly name: string;
  readonly days: readonly DayFigures[];
}
export interface Fact {
  readonly name: string;
  readonly value: string;
}
/** Something that the essay says, as it came out. */
export interface Claim {
  readonly says: string;
  readonly measured: string;
  readonly holds: boolean;
}
export interface Plot {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
  /** Days worth a line of their own. */
  readonly marks?: readonly { readonly day: number; readonly says: string }[];
}
/** Kilometres east and north of the core. */
export interface MetroMap {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

/**
 * News, owners and price were fitted by hand on the points of calibration.ts that say so; all else
 * about owners is in owner.ts. What a token was worth to people in 2019, before there was a market
 * for it, is not known.
 */
export const NEWS: News = { innovation: 0.0005, imitation: 0.065 };
export const OWNERS = 6000;
export const PRICE_USD = 0.05;
/** Data of the first months: next to nothing (0.0 % of rewards in February 2021, HIP 28). */
export const EARLY_DEMAND_USD = 1;

export function runMarket(
  { seed, scale, metros, onProgress }: ScenarioOptions,
  more: { readonly name: string; readonly days: number } & Partial<MarketOptions>,
  onDay: (figures: DayFigures, market: Market) => void = () => undefined,
): Market {
  const { name, ...options } = more;
  const market = new Market({
    ...{ seed, scale, metros },
    owners: OWNERS,
    news: NEWS,
    density: mainParams.density,
    priceUsd: () => PRICE_USD,
    demandUsd: () => EARLY_DEMAND_USD,
    ...options,
  });
  market.run((figures) => {
    onProgress?.(
      `${name}: day ${figures.day + 1} of ${options.days}, ${figures.hotspots} hotspots`,
    );
    onDay(figures, market);
  });
  return market;
}

/** Figures of the last day. */
export function lastDay(days: readonly DayFigures[]): DayFigures {
  const last = days.at(-1);
  if (last === undefined) throw new Error("a run has a day");
  return last;
}

/** Mean of a figure over the days from `from` to before `to`. */
export function meanOver(
  days: readonly DayFigures[],
  { from, to }: { readonly from: number; readonly to: number },
  of: (day: DayFigures) => number,
): number {
  const part = days.slice(from, to);
  return part.reduce((sum, day) => sum + of(day), 0) / Math.max(1, part.length);
}

export const percent = (part: number, digits = 1): string => `${(100 * part).toFixed(digits)} %`;
export const usd = (amount: number): string => `${amount.toFixed(2)} USD`;

/** A plot of one figure over several runs. */
export function plotOf(
  plot: Omit<Plot, "series">,
  runs: readonly NamedRun[],
  of: (day: DayFigures) => number,
): Plot {
  return { ...plot, series: runs.map(({ name, days }) => ({ name, values: days.map(of) })) };
}
