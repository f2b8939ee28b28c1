/** Processes that run worlds: one for each core, fed from one list. */
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { jobKey, type WorldJob } from "./jobs.ts";
import type { WorldResult } from "./run-world.ts";
import type { WorkerAnswer } from "./worker.ts";

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));
/** Young objects of a world live for seconds: a larger nursery saves copying them. */
const FLAGS = ["--max-semi-space-size=32", "--disable-warning=ExperimentalWarning"];
/** Worlds of one process; then a fresh one takes over, so that nothing piles up. */
const WORLDS_PER_WORKER_MAX = 50;

export interface Failure {
  readonly job: WorldJob;
  readonly error: string;
}

export interface PoolHandlers {
  onResult(job: WorldJob, of: { readonly result: WorldResult; readonly cpuSeconds: number }): void;
  onFailure(failure: Failure): void;
}

/** Resolves when every job has its result or its failure. */
export async function runJobs(
  jobs: readonly WorldJob[],
  handlers: PoolHandlers,
  { workers = availableParallelism() }: { readonly workers?: number } = {},
): Promise<void> {
  const waiting = [...jobs].reverse();
  const lines = Math.min(workers, jobs.length);
  await Promise.all(Array.from({ length: lines }, () => workThrough(waiting, handlers)));
}

async function workThrough(waiting: WorldJob[], handlers: PoolHandlers): Promise<void> {
  let worker: ChildProcess | undefined;
  let worlds = 0;
  for (let job = waiting.pop(); job !== undefined; job = waiting.pop()) {
    if (worlds >= WORLDS_PER_WORKER_MAX) {
      worker?.disconnect();
      worker = undefined;
      worlds = 0;
    }
    worker ??= fork(WORKER, { execArgv: FLAGS });
    worlds += 1;
    const answer = await ask(worker, job);
    const { result, cpuSeconds } = answer;
    if (result !== undefined) handlers.onResult(job, { result, cpuSeconds });
    else {
      handlers.onFailure({ job, error: answer.error ?? "the process ended" });
      // A world that broke may have left anything behind.
      worker.kill();
      worker = undefined;
    }
  }
  worker?.disconnect();
}

function ask(worker: ChildProcess, job: WorldJob): Promise<WorkerAnswer> {
  return new Promise((resolve) => {
    const done = (answer: WorkerAnswer) => {
      worker.off("message", done);
      worker.off("exit", ended);
      resolve(answer);
    };
    const ended = (code: number | null, signal: string | null) =>
      done({ error: `${jobKey(job)}: the process ended (${signal ?? code})`, cpuSeconds: 0 });
    worker.on("message", done);
    worker.on("exit", ended);
    worker.send(job);
  });
}
