/** Results of worlds as they come, in a folder of their own if one is named: a run can be resumed. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { jobKey, type WorldJob } from "./jobs.ts";
import type { WorldResult } from "./run-world.ts";
import { Sources } from "./sources.ts";

const FILE = "worlds.jsonl";

interface Line {
  readonly key: string;
  readonly digest: string;
  readonly cpuSeconds: number;
  readonly result: WorldResult;
}

export class Results {
  readonly #file: string | undefined;
  readonly #sources = new Sources();
  readonly #kept = new Map<string, Line>();

  /** Reads what the folder has of the present sources. */
  constructor(folder: string | undefined) {
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true });
    this.#file = join(folder, FILE);
    if (!existsSync(this.#file)) return;
    for (const text of readFileSync(this.#file, "utf8").split("\n")) {
      const line = parseLine(text);
      if (line?.digest === this.#digest(line?.result.strategy ?? "")) {
        this.#kept.set(line.key, line);
      }
    }
  }

  get(job: WorldJob): WorldResult | undefined {
    return this.#kept.get(jobKey(job))?.result;
  }

  keep(job: WorldJob, of: { readonly result: WorldResult; readonly cpuSeconds: number }): void {
    const line: Line = { key: jobKey(job), digest: this.#digest(job.strategy), ...of };
    this.#kept.set(line.key, line);
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
  }

  /** CPU seconds of the worlds that are kept, those of earlier runs included. */
  get cpuSeconds(): number {
    return [...this.#kept.values()].reduce((all, { cpuSeconds }) => all + cpuSeconds, 0);
  }
  get worlds(): number {
    return this.#kept.size;
  }

  #digest(strategy: string): string {
    return this.#sources.digest(strategy);
  }
}

/** undefined: a line that was cut off when a run was stopped. */
function parseLine(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
