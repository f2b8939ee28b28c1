/**
 * The model beside what happened to Helium, the network that the essay is about. Days count from its
 * first block, 1 August 2019. Hotspots of the whole country and later the world stand against those
 * of ten metropolitan areas: what others had outside them is in the model's numbers too.
 */
import type { Market } from "../market.ts";
import type { DayFigures } from "../options.ts";
import { type Fact, percent, plotOf, runMarket, type Scenario } from "../scenario.ts";

const DAYS = 519;
/** How far the fitted points may be off. */
const TOLERANCE = 0.2;
/** Dates and sources: the reference's calibration points, tagged as they are there. */
const POINTS = [
  { day: 123, hotspots: 500, use: "bound", says: "over 500, 2 Dec 2019 (devblog)" },
  { day: 180, hotspots: 3000, use: "fitted", says: "over 3,000, Feb 2020 (essay)" },
  { day: 418, hotspots: 7000, use: "fitted", says: "over 7,000, 22 Sep 2020 (HIP 13)" },
  { day: 519, hotspots: 14_000, use: "unseen", says: "over 14,000, Jan 2021 (F. Mong)" },
] as const;

export const calibration: Scenario = {
  name: "calibration",
  summary:
    "the first 17 months beside what happened: which points are fitted, and how far off it is",
  run: (options) => {
    const market = runMarket(options, { name: "calibration", days: DAYS });
    const { days } = market;
    const runs = [{ name: "calibration", days }];
    const fitted = POINTS.filter(({ use }) => use === "fitted");
    const worst = Math.max(...fitted.map((point) => Math.abs(offBy(days, point, options.scale))));
    const bound = POINTS.filter(({ use }) => use === "bound");
    const isAbove = bound.every((point) => offBy(days, point, options.scale) >= 0);
    return {
      runs,
      facts: [...calibrationFacts(days, options.scale), fewFact(market)],
      claims: [
        {
          says: `the fitted points are met within ${percent(TOLERANCE, 0)}, the bound is kept`,
          measured: `${percent(worst)} off at worst`,
          holds: worst <= TOLERANCE && isAbove,
        },
      ],
      plots: [
        {
          ...plotOf({ title: "Hotspots", unit: "" }, runs, ({ hotspots }) => hotspots),
          marks: POINTS.map(({ day, hotspots }) => ({ day, says: `${hotspots * options.scale}` })),
        },
      ],
    };
  },
};

/** A row for each point that the run reached. */
export function calibrationFacts(days: readonly DayFigures[], scale: number): Fact[] {
  return POINTS.filter(({ day }) => day <= days.length).map((point) => {
    const model = days[point.day - 1]?.hotspots ?? 0;
    const off = percent(offBy(days, point, scale), 0);
    return {
      name: `day ${point.day} (${point.use})`,
      value: `${model} hotspots; ${point.says}${scale === 1 ? "" : ` x ${scale}`}: ${off} off`,
    };
  });
}

/** How hotspots are spread over owners. */
export function fewFact({ hotspots }: Market): Fact {
  const counts = new Map<number, number>();
  for (const { owner } of hotspots) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  const few = [...counts.values()].filter((count) => count <= 3).length / Math.max(1, counts.size);
  const most = Math.max(0, ...counts.values());
  return {
    name: "owners of at most 3",
    value: `${percent(few, 0)}, the largest has ${most}; May 2021: 84 % (Jagtap et al., IMC'21)`,
  };
}

function offBy(
  days: readonly DayFigures[],
  { day, hotspots }: { readonly day: number; readonly hotspots: number },
  scale: number,
): number {
  return (days[day - 1]?.hotspots ?? 0) / (hotspots * scale) - 1;
}
