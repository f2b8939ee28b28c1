/**
 * The gold rush: from nothing to 3,000 hotspots in 180 days over the ten largest metropolitan areas
 * of the United States, before there is demand (essay, February 2020).
 */

import type { Market } from "../market.ts";
import type { DayFigures } from "../options.ts";
import {
  type Claim,
  type Fact,
  lastDay,
  type MetroMap,
  percent,
  plotOf,
  runMarket,
  type Scenario,
  usd,
} from "../scenario.ts";
import { calibrationFacts, fewFact } from "./calibration.ts";

const DAYS = 180;
const METERS_PER_KM = 1000;
/** What the essay counts, and how far the model may be off. */
const HOTSPOTS = 3000;
const TOLERANCE = 0.2;
/** "Covered": at least so many of an area's people have a hotspot in reach of a device. */
const PEOPLE_COVERED_MIN = 0.4;
/** "Before any demand": data's part of all pay. */
const DATA_MAX = 0.01;

export const goldRush: Scenario = {
  name: "gold-rush",
  summary: "0 to 3,000 hotspots in 180 days over ten metropolitan areas, before there is demand",
  run: (options) => {
    const market = runMarket(options, { name: "gold rush", days: DAYS });
    const { days } = market;
    const last = lastDay(days);
    const runs = [{ name: "gold rush", days }];
    return {
      runs,
      facts: factsOf(market, options.scale),
      claims: claimsOf(last, options.scale),
      plots: [
        plotOf({ title: "Hotspots", unit: "" }, runs, ({ hotspots }) => hotspots),
        {
          title: "Hotspots by metropolitan area",
          unit: "",
          series: market.metros.map(({ name, index }) => ({
            name,
            values: days.map(({ byMetro }) => byMetro[index] ?? 0),
          })),
        },
        plotOf({ title: "Median income a day (100 at most)", unit: "USD" }, runs, (day) =>
          Math.min(day.incomeMedianUsd, 100),
        ),
        plotOf({ title: "Cells covered", unit: "" }, runs, ({ cellsCovered }) => cellsCovered),
      ],
      maps: mapsOf(market),
    };
  },
};

function claimsOf(last: DayFigures, scale: number): Claim[] {
  const wanted = HOTSPOTS * scale;
  const off = last.hotspots / wanted - 1;
  const least = Math.min(...last.peopleCovered);
  const data = 1 - last.subsidy;
  return [
    {
      says: `${wanted} hotspots within ${DAYS} days, unplanned (${percent(TOLERANCE, 0)} more or less)`,
      measured: `${last.hotspots} (${percent(off)} off)`,
      holds: Math.abs(off) <= TOLERANCE,
    },
    {
      says: `each metropolitan area is covered: ${percent(PEOPLE_COVERED_MIN, 0)} of its people at least`,
      measured: `${percent(least)} in the least covered`,
      holds: least >= PEOPLE_COVERED_MIN,
    },
    {
      says: `before any demand: data is below ${percent(DATA_MAX, 0)} of pay`,
      measured: percent(data, 3),
      holds: data < DATA_MAX,
    },
  ];
}

function factsOf(market: Market, scale: number): Fact[] {
  const { days, metros } = market;
  const last = lastDay(days);
  return [
    ...calibrationFacts(days, scale),
    fewFact(market),
    { name: "owners", value: `${last.owners}` },
    {
      name: "income a day",
      value: `mean ${usd(last.incomeMeanUsd)}, Gini ${last.incomeGini.toFixed(2)}`,
    },
    { name: "cells covered", value: `${last.cellsCovered} (resolution 8)` },
    ...metros.map(({ name, index }) => ({
      name,
      value: `${last.byMetro[index] ?? 0} hotspots, ${percent(last.peopleCovered[index] ?? 0, 0)} of people covered`,
    })),
  ];
}

function mapsOf({ hotspots, metros }: Market): MetroMap[] {
  return metros.map(({ name, index }) => ({
    name,
    points: [...hotspots]
      .filter(({ metro }) => metro === index)
      .map(({ x, y }) => [x / METERS_PER_KM, y / METERS_PER_KM] as const),
  }));
}
