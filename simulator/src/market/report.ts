/** A scenario as text. No figure of the machine is in it: the same seed gives the same bytes. */

import type { DayFigures } from "./options.ts";
import type { Scenario, ScenarioOptions, ScenarioOutcome } from "./scenario.ts";

/** Between two lines of the table, days. */
const LINE_DAYS = 30;

const COLUMNS: readonly (readonly [string, number, (day: DayFigures) => string])[] = [
  ["day", 5, ({ day }) => `${day + 1}`],
  ["hotspots", 10, ({ hotspots }) => `${hotspots}`],
  ["owners", 8, ({ owners }) => `${owners}`],
  ["cells", 7, ({ cellsCovered }) => `${cellsCovered}`],
  ["income", 9, ({ incomeMeanUsd }) => incomeMeanUsd.toFixed(2)],
  ["median", 9, ({ incomeMedianUsd }) => incomeMedianUsd.toFixed(2)],
  ["gini", 6, ({ incomeGini }) => incomeGini.toFixed(2)],
  ["data", 10, ({ servedUsd }) => servedUsd.toFixed(2)],
  ["subsidy", 9, ({ subsidy }) => `${(100 * subsidy).toFixed(1)} %`],
  ["held", 11, ({ heldTokens }) => heldTokens.toFixed(0)],
];

/** What the model leaves out, told with every result. */
export const SIMPLIFICATIONS: readonly string[] = [
  "challenges are expected, not drawn: every hotspot is challenger and target equally often;",
  "hearing follows from distance and shadowing: no collisions, busy demodulators or deafness;",
  "a day is one epoch of the shipped payoutEpoch; data is settled and burned on its day;",
  "all hotspots are online and honest, and owners' traits are assumptions (owner.ts).",
];

export function scenarioReport(
  scenario: Scenario,
  options: ScenarioOptions,
  outcome: ScenarioOutcome,
): readonly string[] {
  const { runs, facts, claims } = outcome;
  const width = Math.max(...facts.map(({ name }) => name.length)) + 2;
  return [
    `${scenario.name}: ${scenario.summary}`,
    `seed ${options.seed}, scale ${options.scale}, ${options.metros} metropolitan areas`,
    ...runs.flatMap(({ name, days }) => ["", name, ...dayTable(days)]),
    "(income and median in USD a day and hotspot, data in USD carried a day, held in tokens)",
    "",
    ...facts.map(({ name, value }) => name.padEnd(width) + value),
    "",
    ...claims.map(
      ({ says, measured, holds }) => `${holds ? "holds" : "FAILS"}  ${says}: ${measured}`,
    ),
    "",
    "Simplified:",
    ...SIMPLIFICATIONS.map((line) => `  ${line}`),
  ];
}

function dayTable(days: readonly DayFigures[]): string[] {
  const shown = days.filter(({ day }) => (day + 1) % LINE_DAYS === 0 || day === days.length - 1);
  return [
    COLUMNS.map(([name, width]) => name.padStart(width)).join(""),
    ...shown.map((day) => COLUMNS.map(([, width, of]) => of(day).padStart(width)).join("")),
  ];
}
