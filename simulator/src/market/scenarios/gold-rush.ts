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

const DAYS = 180;
const METERS_PER_KM = 1000;
/** What the essay counts, and how far the model may be off. */
const HOTSPOTS = 3000;
const TOLERANCE = 0.2;
/** "Covered": at least so many of an area's people have a hotspot in reach of a device. */
const PEOPLE_COVERED_MIN = 0.5;
/** "Before any demand": data's part of all pay. */
const DATA_MAX = 0.01;

/** Of the network, from 1 August 2019: what the reference dates. Fitted on the first two. */
export const CALIBRATION = [
  { day: 123, hotspots: 500, says: "over 500 on 2 December 2019 (devblog)" },
  { day: 180, hotspots: 3000, says: "over 3,000 in February 2020 (essay)" },
] as const;

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
        plotOf({ title: "Median income a day", unit: "USD" }, runs, (day) =>
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
  const points = CALIBRATION.map(({ day, hotspots, says }) => {
    const model = days[day - 1]?.hotspots ?? 0;
    const off = model / (hotspots * scale) - 1;
    return { name: `day ${day}`, value: `${model} hotspots; ${says}: ${percent(off, 0)} off` };
  });
  const counts = new Map<number, number>();
  for (const { owner } of market.hotspots) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  const few = [...counts.values()].filter((count) => count <= 3).length / counts.size;
  return [
    ...points,
    { name: "owners", value: `${last.owners}` },
    {
      name: "owners of at most 3",
      value: `${percent(few, 0)}; May 2021: 84 % (Jagtap et al., IMC'21)`,
    },
    { name: "most of one owner", value: `${Math.max(...counts.values())}` },
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
