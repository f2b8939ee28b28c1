/** A process that runs one world after the other as it is told, and says what became of each. */
import { strategyNamed } from "./all-strategies.ts";
import { HONEST, sizeNamed, type WorldJob } from "./jobs.ts";
import { runArenaWorld, type WorldResult } from "./run-world.ts";

export interface WorkerAnswer {
  readonly result?: WorldResult;
  /** Why there is none. */
  readonly error?: string;
  readonly cpuSeconds: number;
}

process.on("message", async (job: WorldJob) => {
  const startedAt = process.cpuUsage();
  const answer = await runJob(job);
  const { user, system } = process.cpuUsage(startedAt);
  process.send?.({ ...answer, cpuSeconds: (user + system) / 1e6 } satisfies WorkerAnswer);
});
process.on("disconnect", () => process.exit());
// What breaks in the background is a bug too, told as such; the pool ends this process then.
process.on("unhandledRejection", (cause) => {
  process.send?.({ error: traceOf(cause), cpuSeconds: 0 } satisfies WorkerAnswer);
});

async function runJob(job: WorldJob): Promise<Omit<WorkerAnswer, "cpuSeconds">> {
  const { strategy: name, gang, members, seed, defence, size, preset } = job;
  const strategy = name === HONEST ? undefined : strategyNamed(name);
  if (strategy === undefined && name !== HONEST) return { error: `no strategy ${name}` };
  try {
    const result = await runArenaWorld({
      ...(strategy === undefined ? { gang } : { strategy }),
      ...(members === undefined ? {} : { members }),
      ...(preset === undefined ? {} : { preset }),
      ...{ seed, defence, size: sizeNamed(size) },
    });
    return { result };
  } catch (cause) {
    return { error: traceOf(cause) };
  }
}

function traceOf(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
