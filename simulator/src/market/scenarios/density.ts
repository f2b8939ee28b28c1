/** The gold rush with and without the density rule: cells covered, and how unequal it gets. */
import { mainParams, undefendedParams } from "@katydid/protocol";
import type { DayFigures } from "../options.ts";
import { type Fact, lastDay, percent, plotOf, runMarket, type Scenario } from "../scenario.ts";

const DAYS = 180;

export const density: Scenario = {
  name: "density",
  summary: "the gold rush with the density rule on and off: cells covered, and Gini",
  run: (options) => {
    const on = runMarket(options, { name: "on", days: DAYS, density: mainParams.density });
    const off = runMarket(options, { name: "off", days: DAYS, density: undefendedParams.density });
    const runs = [
      { name: "density rule on", days: on.days },
      { name: "off", days: off.days },
    ];
    const [one, other] = [lastDay(on.days), lastDay(off.days)];
    const row = (name: string, of: (day: DayFigures) => number, digits: number): Fact => ({
      name,
      value: `${of(one).toFixed(digits)} on, ${of(other).toFixed(digits)} off`,
    });
    const perHotspot = (day: DayFigures) => day.cellsCovered / day.hotspots;
    const people = (day: DayFigures) =>
      day.peopleCovered.reduce((sum, part) => sum + part, 0) / day.peopleCovered.length;
    return {
      runs,
      facts: [
        row("hotspots", ({ hotspots }) => hotspots, 0),
        row("cells covered (resolution 8)", ({ cellsCovered }) => cellsCovered, 0),
        row("cells covered for each hotspot", perHotspot, 3),
        row("Gini of hotspots over occupied cells", ({ cellGini }) => cellGini, 3),
        row("Gini of income", ({ incomeGini }) => incomeGini, 3),
        row("people covered, mean of areas", people, 3),
      ],
      claims: [
        {
          says: "with the rule a hotspot covers more cells",
          measured: `${perHotspot(one).toFixed(3)} on, ${perHotspot(other).toFixed(3)} off (${percent(perHotspot(one) / perHotspot(other) - 1)} more)`,
          holds: perHotspot(one) > perHotspot(other),
        },
        {
          says: "with the rule hotspots crowd less: a lower Gini over cells",
          measured: `${one.cellGini.toFixed(3)} on, ${other.cellGini.toFixed(3)} off`,
          holds: one.cellGini < other.cellGini,
        },
      ],
      plots: [
        plotOf({ title: "Cells covered", unit: "" }, runs, ({ cellsCovered }) => cellsCovered),
        plotOf(
          { title: "Gini of hotspots over occupied cells", unit: "" },
          runs,
          (day) => day.cellGini,
        ),
        plotOf({ title: "Gini of income", unit: "" }, runs, ({ incomeGini }) => incomeGini),
        plotOf({ title: "Hotspots", unit: "" }, runs, ({ hotspots }) => hotspots),
      ],
    };
  },
};
