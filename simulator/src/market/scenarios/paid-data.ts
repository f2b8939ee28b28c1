/** Paid data rises: the coverage subsidy falls by itself, and is gone at a demand that is told. */
import { mainParams } from "@katydid/protocol";
import type { DayFigures } from "../options.ts";
import { lastDay, percent, plotOf, runMarket, type Scenario, usd } from "../scenario.ts";
import { SETTLED, SETTLED_PRICE_USD } from "./settled.ts";

const RISE_DAYS = 200;
const DAYS = SETTLED.days + RISE_DAYS;
/** Demand of all areas, USD a day: from nearly nothing to six times all that hotspots are paid. */
const FROM_USD = 20;
const TIMES = 6;
/** The subsidy counts as gone below this part of pay. */
const GONE = 0.005;
/** Of the demand that takes it over, against emission x price. */
const TOLERANCE = 0.05;

export const paidData: Scenario = {
  name: "paid-data",
  summary: "paid data rises: the coverage subsidy falls by itself, and at what demand it is gone",
  run: (options) => {
    const emission = Number(mainParams.emissionPerYear) / 1e8 / 365;
    const consensus = Number(mainParams.consensusPercent) / 100;
    /** What hotspots are paid a day, USD. */
    const payUsd = emission * (1 - consensus) * SETTLED_PRICE_USD;
    const growth = (TIMES * payUsd) / FROM_USD;
    const demand = (day: number) =>
      FROM_USD * growth ** Math.max(0, (day - SETTLED.days) / (RISE_DAYS - 1));
    const market = runMarket(options, {
      ...SETTLED,
      name: "paid data",
      days: DAYS,
      demandUsd: (day) => demand(day) / options.metros,
    });
    const rising = market.days.slice(SETTLED.days);
    const gone = rising.find(({ subsidy }) => subsidy < GONE);
    const half = rising.find(({ subsidy }) => subsidy < 0.5);
    const expected = payUsd * options.scale;
    const off = gone === undefined ? Number.POSITIVE_INFINITY : gone.servedUsd / expected - 1;
    const worst = largestRise(rising);
    const runs = [{ name: "paid data", days: market.days }];
    const mark = { day: SETTLED.days, says: "data begins to rise" };
    const at = (day: DayFigures | undefined) =>
      day === undefined
        ? "never"
        : `${usd(day.servedUsd)} a day carried (${usd(day.wantedUsd)} wanted), day ${day.day - SETTLED.days} of the rise`;
    const last = lastDay(market.days);
    return {
      runs,
      facts: [
        {
          name: "hotspots' part of emission",
          value: `${usd(expected)} a day at ${SETTLED_PRICE_USD} USD a token`,
        },
        { name: "half of pay is for data at", value: at(half) },
        { name: "the subsidy is gone at", value: at(gone) },
        { name: "hotspots", value: `${rising[0]?.hotspots ?? 0}, at the end ${last.hotspots}` },
        {
          name: "for each hotspot",
          value:
            gone === undefined
              ? "-"
              : `${usd(gone.servedUsd / gone.hotspots)} of data a day where the subsidy is gone`,
        },
        {
          name: "Gini of income",
          value: `${(rising[0]?.incomeGini ?? 0).toFixed(2)}, at the end ${last.incomeGini.toFixed(2)}`,
        },
        {
          name: "people covered in the least covered area",
          value: `${percent(Math.min(...(rising[0]?.peopleCovered ?? [])))}, at the end ${percent(Math.min(...last.peopleCovered))}`,
        },
      ],
      claims: [
        {
          says: "the subsidy falls by itself: never up while paid data rises",
          measured: `largest rise of a day ${worst.toFixed(6)} tokens`,
          holds: worst <= 1e-6,
        },
        {
          says: "it is gone when data is worth what hotspots would be paid (emission less consensus, times price)",
          measured:
            gone === undefined
              ? "never"
              : `${usd(gone.servedUsd)} against ${usd(expected)} (${percent(off)} off)`,
          holds: Math.abs(off) <= TOLERANCE,
        },
      ],
      plots: [
        plotOf(
          { title: "Coverage subsidy, part of pay", unit: "", marks: [mark] },
          runs,
          ({ subsidy }) => subsidy,
        ),
        {
          title: "Paid a day",
          unit: "tokens",
          series: [
            { name: "for data", values: market.days.map(({ dataTokens }) => dataTokens) },
            {
              name: "for coverage",
              values: market.days.map(({ coverageTokens }) => coverageTokens),
            },
          ],
          marks: [mark],
        },
        plotOf(
          { title: "Data carried a day", unit: "USD", marks: [mark] },
          runs,
          ({ servedUsd }) => servedUsd,
        ),
        plotOf({ title: "Hotspots", unit: "", marks: [mark] }, runs, ({ hotspots }) => hotspots),
      ],
    };
  },
};

/** Most that coverage pay rose from a day to the next on which data pay did not fall, tokens. */
function largestRise(days: readonly DayFigures[]): number {
  let largest = 0;
  for (const [index, day] of days.entries()) {
    const before = days[index - 1];
    if (before === undefined || day.dataTokens < before.dataTokens) continue;
    largest = Math.max(largest, day.coverageTokens - before.coverageTokens);
  }
  return largest;
}
