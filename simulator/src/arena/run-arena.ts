/** Runs the worlds that a table needs, and makes the table: what `katydid arena` does. */
import { gangDay, meanIncome } from "./accounts.ts";
import { allStrategies } from "./all-strategies.ts";
import { HONEST, jobsFor, type WorldJob } from "./jobs.ts";
import { complaints } from "./judgement.ts";
import { type Failure, runJobs } from "./pool.ts";
import { Results } from "./results.ts";
import type { WorldResult } from "./run-world.ts";
import { type Estimate, estimate } from "./statistics.ts";
import type { Strategy } from "./strategy.ts";
import { falsePositiveShare, type TableRow, tableRow } from "./table.ts";
import type { ArenaSize, Defence } from "./world-options.ts";

export interface ArenaOptions {
  readonly strategies: readonly Strategy[];
  /** Seeds by defence. */
  readonly seeds: Readonly<Record<Defence, readonly string[]>>;
  readonly size: ArenaSize;
  /** Folder of results, for a run that is resumed. */
  readonly results?: string;
}

/** What honest hotspots earn among themselves, by defence. */
export interface HonestFigures {
  readonly defence: Defence;
  /** Released pay of an honest hotspot, USD a scaled day. */
  readonly income: Estimate;
  /** Profit after costs of an honest gang of hotspots alone, USD a scaled day. */
  readonly gang: Estimate | undefined;
  readonly falsePositives: number;
}

export interface ArenaRun {
  readonly size: ArenaSize;
  readonly seeds: Readonly<Record<Defence, readonly string[]>>;
  readonly honest: readonly HonestFigures[];
  readonly rows: readonly TableRow[];
  readonly complaints: readonly string[];
  /** Of the machine; no part of the result. */
  readonly worlds: number;
  readonly cpuSeconds: number;
}

export async function runArena(
  options: ArenaOptions,
  onProgress: (says: string) => void = () => undefined,
): Promise<ArenaRun> {
  const { strategies, seeds, size } = options;
  const results = new Results(options.results);
  const jobs = jobsFor({ strategies, seeds, size: size.name });
  const missing = jobs.filter((job) => results.get(job) === undefined);
  const failures: Failure[] = [];
  let done = jobs.length - missing.length;
  const tell = () => onProgress(`${done} of ${jobs.length} worlds`);
  tell();
  await runJobs(missing, {
    onResult: (job, of) => {
      results.keep(job, of);
      done += 1;
      tell();
    },
    onFailure: (failure) => {
      failures.push(failure);
      done += 1;
      tell();
    },
  });
  const lookup = (job: WorldJob) => results.get(job);
  const rows = strategies.map((strategy) => tableRow({ strategy, seeds, size: size.name, lookup }));
  const honestWorlds = jobs
    .filter(({ strategy }) => strategy === HONEST)
    .flatMap((job) => lookup(job) ?? []);
  const honest = (["on", "off"] as const).flatMap((defence) =>
    honestFigures(honestWorlds, defence),
  );
  const honestFalsePositives = honest.find(({ defence }) => defence === "on")?.falsePositives ?? 0;
  return {
    ...{ size, seeds, honest, rows },
    complaints: complaints({ rows, failures, honestFalsePositives }),
    worlds: results.worlds,
    cpuSeconds: results.cpuSeconds,
  };
}

function honestFigures(all: readonly WorldResult[], defence: Defence): readonly HonestFigures[] {
  const worlds = all.filter((world) => world.defence === defence);
  const income = estimate(worlds.map((world) => meanIncome(world) / world.days));
  if (income === undefined) return [];
  const alone = worlds.filter(({ gang }) => gang === "hotspots");
  const gang = estimate(alone.map((world) => gangDay(world).profit));
  return [{ defence, income, gang, falsePositives: falsePositiveShare(worlds) }];
}

/** `1` to `count`. */
export function seedsUpTo(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${index + 1}`);
}

/** The strategies of these names, or the first name that is none's. */
export function strategiesNamed(
  names: readonly string[],
): readonly Strategy[] | { readonly unknown: string } {
  const found: Strategy[] = [];
  for (const name of names) {
    const strategy = allStrategies.find((each) => each.name === name);
    if (strategy === undefined) return { unknown: name };
    found.push(strategy);
  }
  return found;
}
