/** From worlds to one row a strategy: paired differences, by defence. */
import { gangDay, meanIncome } from "./accounts.ts";
import type { WorldJob } from "./jobs.ts";
import { jobOf, twinOf } from "./jobs.ts";
import type { WorldResult } from "./run-world.ts";
import { type Estimate, estimate, mean, median } from "./statistics.ts";
import type { Strategy } from "./strategy.ts";
import type { Defence } from "./world-options.ts";

/** Amounts in USD a scaled day, of the whole gang. */
export interface DefenceFigures {
  readonly seeds: number;
  /** Own profit after costs. */
  readonly own: Estimate;
  /** The same gang's in the honest world. */
  readonly honest: Estimate;
  /** Attacker minus honest, in pairs. */
  readonly difference: Estimate;
  /** By seed, for plots. */
  readonly differences: readonly number[];
  readonly profits: readonly number[];
}

export interface TableRow {
  readonly strategy: string;
  readonly title: string;
  readonly attack: Strategy["attack"];
  readonly gang: Strategy["gang"];
  readonly members: number;
  readonly on: DefenceFigures | undefined;
  readonly off: DefenceFigures | undefined;
  /** Income of honest hotspots, of that in the honest world; defence on. */
  readonly honestIncome: Estimate | undefined;
  /** What an honest hotspot earns less, USD a scaled day; defence on. */
  readonly harm: number | undefined;
  readonly detection: {
    /** Worlds in which anything was held against the gang. */
    readonly share: number;
    /** Of these: scaled days from onboarding, median. */
    readonly days: number | undefined;
    /** Worlds in which each classifier or penalty struck, most often first. */
    readonly by: readonly (readonly [name: string, worlds: number])[];
  };
  /** Share of honest hotspots that were ever found guilty; defence on. */
  readonly falsePositives: number;
}

type Lookup = (job: WorldJob) => WorldResult | undefined;

interface Pair {
  readonly cheat: WorldResult;
  readonly twin: WorldResult;
}

export function tableRow(from: {
  readonly strategy: Strategy;
  readonly seeds: Readonly<Record<Defence, readonly string[]>>;
  readonly size: WorldJob["size"];
  readonly lookup: Lookup;
}): TableRow {
  const { strategy, seeds, size, lookup } = from;
  const pairsOf = (defence: Defence): readonly Pair[] =>
    seeds[defence].flatMap((seed) => {
      const job = jobOf(strategy, { seed, defence, size });
      const [cheat, twin] = [lookup(job), lookup(twinOf(job))];
      return cheat === undefined || twin === undefined ? [] : [{ cheat, twin }];
    });
  const on = pairsOf("on");
  const { name, title, attack, gang } = strategy;
  return {
    ...{ strategy: name, title, attack, gang, members: on[0]?.cheat.members ?? 0 },
    on: figuresOf(on),
    off: figuresOf(pairsOf("off")),
    honestIncome: estimate(on.map(({ cheat, twin }) => meanIncome(cheat) / meanIncome(twin))),
    harm:
      on.length === 0
        ? undefined
        : mean(on.map(({ cheat, twin }) => (meanIncome(twin) - meanIncome(cheat)) / cheat.days)),
    detection: detectionOf(on.map(({ cheat }) => cheat)),
    falsePositives: falsePositiveShare(on.map(({ cheat }) => cheat)),
  };
}

function figuresOf(pairs: readonly Pair[]): DefenceFigures | undefined {
  const profits = pairs.map(({ cheat }) => gangDay(cheat).profit);
  const honestProfits = pairs.map(({ twin }) => gangDay(twin).profit);
  const differences = profits.map((profit, at) => profit - (honestProfits[at] ?? 0));
  const [own, honest, difference] = [profits, honestProfits, differences].map((each) =>
    estimate(each),
  );
  if (own === undefined || honest === undefined || difference === undefined) return undefined;
  return { seeds: pairs.length, own, honest, difference, differences, profits };
}

function detectionOf(worlds: readonly WorldResult[]): TableRow["detection"] {
  const found = worlds.flatMap(({ detection }) => (detection === undefined ? [] : [detection]));
  const by = new Map<string, number>();
  for (const { findings } of worlds) {
    for (const name of Object.keys(findings)) by.set(name, (by.get(name) ?? 0) + 1);
  }
  return {
    share: worlds.length === 0 ? 0 : found.length / worlds.length,
    days: median(found.map(({ afterDays }) => afterDays)),
    by: [...by].sort(([one, many], [other, more]) => more - many || (one < other ? -1 : 1)),
  };
}

/** Of all honest hotspots of these worlds. */
export function falsePositiveShare(worlds: readonly WorldResult[]): number {
  let guilty = 0;
  let all = 0;
  for (const { falsePositives, honest } of worlds) {
    guilty += falsePositives.length;
    all += honest.length;
  }
  return all === 0 ? 0 : guilty / all;
}
