/**
 * Whether a scaled day stands for a day of main: the same worlds, the same number of challenge
 * intervals, once by the arena's parameters and once by main's. With so few hotspots main draws one
 * challenge a slot too, so an interval lasts as long; timeouts, epochs, windows and holdback differ.
 */
import { arenaParams, mainParams } from "@katydid/protocol";
import { PRICE_MICRO_USD } from "./arena-people.ts";
import { HONEST, type WorldJob } from "./jobs.ts";
import { runJobs } from "./pool.ts";
import { Results } from "./results.ts";
import type { ArenaOptions } from "./run-arena.ts";
import type { WorldResult } from "./run-world.ts";
import { INTERVALS_PER_DAY } from "./world-options.ts";

const PRESETS = ["arena", "main"] as const;
/** Found by different classifiers, with and without radios. */
const STRATEGIES = ["closet", "spoof-city"];
const SEED = "1";

/** Lines of a table: booked pay per hotspot and interval, and intervals until it was found. */
export async function scalingLines(
  options: Pick<ArenaOptions, "size" | "results">,
  onProgress: (says: string) => void = () => undefined,
): Promise<readonly string[]> {
  const { size } = options;
  const jobs = PRESETS.flatMap((preset) =>
    [HONEST, ...STRATEGIES].map(
      (strategy): WorldJob => ({
        ...{ strategy, gang: "hotspots", seed: SEED, defence: "on", size: size.name, preset },
      }),
    ),
  );
  const results = new Results(options.results);
  let done = 0;
  const failures: string[] = [];
  await runJobs(
    jobs.filter((job) => results.get(job) === undefined),
    {
      onResult: (job, of) => {
        results.keep(job, of);
        done += 1;
        onProgress(`${done} of ${jobs.length} worlds`);
      },
      onFailure: ({ job, error }) => failures.push(`${job.strategy}: ${error}`),
    },
  );
  const lines = jobs.flatMap((job) => {
    const world = results.get(job);
    return world === undefined ? [] : [scalingLine(job, world)];
  });
  const head = ["preset", "world", "tokens per honest hotspot and interval", "found after"];
  return [line(head), ...lines, ...failures];
}

function scalingLine({ preset, strategy }: WorldJob, world: WorldResult): string {
  const after = world.detection;
  const found =
    after === undefined
      ? "never"
      : `${(after.afterDays * INTERVALS_PER_DAY).toFixed(1)} intervals, ${after.by}`;
  return line([preset ?? "", strategy, bookedPerInterval(world).toFixed(2), found]);
}

/** Booked, held or not, scaled to one network's emission a day. */
function bookedPerInterval(world: WorldResult): number {
  const usdPerToken = PRICE_MICRO_USD / 1e6;
  const { honest, days } = world;
  const booked = honest.reduce((all, { released, held }) => all + released + held, 0);
  const share = world.preset === "main" ? emissionRatio() : 1;
  return (booked * share) / usdPerToken / honest.length / (days * INTERVALS_PER_DAY);
}

/** Arena's emission over main's, for the same time. */
function emissionRatio(): number {
  return Number(arenaParams.emissionPerYear) / Number(mainParams.emissionPerYear);
}

function line(cells: readonly string[]): string {
  const widths = [8, 14, 40, 0];
  return cells
    .map((cell, at) => cell.padEnd(widths[at] ?? 0))
    .join("")
    .trimEnd();
}
