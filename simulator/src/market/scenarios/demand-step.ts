/**
 * Demand for data steps up in some metropolitan areas: supply follows there, with what delay? Beside
 * it the same seed without the step, so that what is seen is the step's doing.
 */

import { metros } from "../metros.ts";
import {
  EARLY_DEMAND_USD,
  meanOver,
  type NamedRun,
  percent,
  plotOf,
  runMarket,
  type Scenario,
  usd,
} from "../scenario.ts";
import { SETTLED } from "./settled.ts";

const DAYS = SETTLED.days + 150;
/** Every third area steps, from the second on. */
const isStepped = (metro: number): boolean => metro % 3 === 1;
/** Data that they want then, USD a day for a million people. */
const STEP_USD_PER_MILLION = 60;
/** Over the last days, what supply has become. */
const END_DAYS = 14;
/** More hotspots than without the step, at least. */
const RISE_MIN = 0.05;
/** Nothing follows before it is ordered and shipped. */
const DELAY_MIN_DAYS = 14;
const DELAY_MAX_DAYS = 120;

export const demandStep: Scenario = {
  name: "demand-step",
  summary: "demand for data steps up in a third of the areas: supply follows there, with a delay",
  run: (options) => {
    const common = { ...SETTLED, days: DAYS };
    const control = runMarket(options, { ...common, name: "no step" });
    const people = metros(options.metros).map((metro) => metro.people / 1e6);
    const stepped = runMarket(options, {
      ...common,
      name: "step",
      demandUsd: (day, metro) =>
        day >= SETTLED.days && isStepped(metro)
          ? STEP_USD_PER_MILLION * (people[metro] ?? 0)
          : EARLY_DEMAND_USD,
    });
    const inAreas = (run: readonly number[], wanted: boolean) =>
      run.reduce((sum, count, metro) => sum + (isStepped(metro) === wanted ? count : 0), 0);
    /** Hotspots more than without the step, by day. */
    const excess = (wanted: boolean) =>
      stepped.days.map(
        ({ byMetro }, day) =>
          inAreas(byMetro, wanted) - inAreas(control.days[day]?.byMetro ?? [], wanted),
      );
    const here = excess(true);
    const there = excess(false);
    const end = { from: DAYS - END_DAYS, to: DAYS };
    const meanEnd = (values: readonly number[]) =>
      values.slice(end.from).reduce((sum, value) => sum + value, 0) / END_DAYS;
    const base = meanOver(control.days, end, ({ byMetro }) => inAreas(byMetro, true));
    const baseThere = meanOver(control.days, end, ({ byMetro }) => inAreas(byMetro, false));
    const rise = meanEnd(here) / base;
    const riseThere = meanEnd(there) / baseThere;
    const half = here.findIndex((more, day) => day >= SETTLED.days && more >= meanEnd(here) / 2);
    const delay = half - SETTLED.days;
    const runs: NamedRun[] = [
      { name: "step", days: stepped.days },
      { name: "no step", days: control.days },
    ];
    const served = (from: number) =>
      meanOver(stepped.days, { from, to: from + END_DAYS }, (day) => day.servedUsd / day.wantedUsd);
    const names = stepped.metros.filter(({ index }) => isStepped(index)).map(({ name }) => name);
    const mark = { day: SETTLED.days, says: "demand steps" };
    return {
      runs,
      facts: [
        { name: "areas that step", value: names.join(", ") },
        {
          name: "wanted in each",
          value: `${usd(EARLY_DEMAND_USD)} a day, then ${usd(STEP_USD_PER_MILLION)} for each million people`,
        },
        {
          name: "hotspots there at the step",
          value: `${inAreas(stepped.days[SETTLED.days]?.byMetro ?? [], true)}`,
        },
        {
          name: "hotspots there at the end",
          value: `${Math.round(base + meanEnd(here))}, ${Math.round(base)} without the step`,
        },
        {
          name: "elsewhere at the end",
          value: `${Math.round(baseThere + meanEnd(there))}, ${Math.round(baseThere)} without the step`,
        },
        { name: "half of the rise after", value: `${delay} days` },
        {
          name: "of the demand is carried",
          value: `${percent(served(SETTLED.days))} at the step, ${percent(served(end.from))} at the end`,
        },
      ],
      claims: [
        {
          says: `supply follows: ${percent(RISE_MIN, 0)} more hotspots there than without the step`,
          measured: `${percent(rise)} more`,
          holds: rise >= RISE_MIN,
        },
        {
          says: "it follows where the demand is: there more than elsewhere",
          measured: `${percent(rise)} there, ${percent(riseThere)} elsewhere`,
          holds: rise > riseThere,
        },
        {
          says: `half of it within ${DELAY_MAX_DAYS} days, and not before it can be shipped (${DELAY_MIN_DAYS})`,
          measured: `${delay} days`,
          holds: delay >= DELAY_MIN_DAYS && delay <= DELAY_MAX_DAYS,
        },
      ],
      plots: [
        {
          title: "Hotspots more than without the step",
          unit: "",
          series: [
            { name: "where demand stepped", values: here },
            { name: "elsewhere", values: there },
          ],
          marks: [mark],
        },
        plotOf({ title: "Hotspots where demand steps", unit: "", marks: [mark] }, runs, (day) =>
          inAreas(day.byMetro, true),
        ),
        plotOf(
          { title: "Data carried a day", unit: "USD", marks: [mark] },
          runs,
          (day) => day.servedUsd,
        ),
        plotOf({ title: "Mean income a day", unit: "USD", marks: [mark] }, runs, (day) =>
          Math.min(day.incomeMeanUsd, 10),
        ),
      ],
    };
  },
};
