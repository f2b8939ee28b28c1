/** Which worlds a table needs: each strategy by seed and defence, and the honest twins they share. */
import type { Params } from "@katydid/protocol";
import type { Strategy } from "./strategy.ts";
import { type ArenaSize, arenaSizes, type Defence } from "./world-options.ts";

export const HONEST = "honest";

/** One world, in plain data: what a worker is told. */
export interface WorldJob {
  /** `honest`, or a strategy's name. */
  readonly strategy: string;
  readonly gang: Strategy["gang"];
  /** As the strategy says; absent: as the size says. */
  readonly members?: number;
  readonly seed: string;
  readonly defence: Defence;
  readonly size: ArenaSize["name"];
  readonly preset?: Params["name"];
}

/** The same for equal jobs, other for others. */
export function jobKey(job: WorldJob): string {
  const { strategy, gang, members = "-", seed, defence, size, preset = "-" } = job;
  return [strategy, gang, members, seed, defence, size, preset].join(" ");
}

/** The honest world that a cheat's is compared with. */
export function twinOf(job: WorldJob): WorldJob {
  return { ...job, strategy: HONEST };
}

export function jobOf(
  strategy: Strategy,
  at: Pick<WorldJob, "seed" | "defence" | "size" | "preset">,
): WorldJob {
  const { name, gang, members } = strategy;
  return { strategy: name, gang, ...(members === undefined ? {} : { members }), ...at };
}

/**
 * Twins first, seed by seed, so that a run that is stopped has whole pairs; both defences of the
 * first seeds early, since the table wants both.
 */
export function jobsFor(options: {
  readonly strategies: readonly Strategy[];
  /** Seeds by defence. */
  readonly seeds: Readonly<Record<Defence, readonly string[]>>;
  readonly size: ArenaSize["name"];
}): readonly WorldJob[] {
  const { strategies, seeds, size } = options;
  const jobs = new Map<string, WorldJob>();
  const rounds = Math.max(seeds.on.length, seeds.off.length);
  for (let round = 0; round < rounds; round += 1) {
    for (const defence of ["on", "off"] as const) {
      const seed = seeds[defence][round];
      if (seed === undefined) continue;
      const own = strategies.map((strategy) => jobOf(strategy, { seed, defence, size }));
      for (const job of [...own.map(twinOf), ...own]) jobs.set(jobKey(job), job);
    }
  }
  return [...jobs.values()];
}

export function sizeNamed(name: ArenaSize["name"]): ArenaSize {
  return arenaSizes[name];
}
