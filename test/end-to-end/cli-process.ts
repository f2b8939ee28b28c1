/** The `katydid` command as a user runs it: its launcher in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { realClock } from "@katydid/platform";
import { Recorder } from "./awaiting.ts";

const LAUNCHER = fileURLToPath(new URL("../../cli/bin/katydid.js", import.meta.url));
/** Answers that are asked for again at most, a quarter of a second apart: a minute. */
const ASK_COUNT_MAX = 240;
const ASK_INTERVAL_MS = 250;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** For its standard input. */
  readonly input?: string;
}

/** Runs a command to its end. */
export async function katydid(
  words: readonly string[],
  { env = {}, input = "" }: RunOptions = {},
): Promise<Ended> {
  const child = launch(words, env);
  const exit = once(child, "exit");
  child.stdin?.end(input);
  const [stdout, stderr] = await Promise.all([read(child.stdout), read(child.stderr)]);
  const [code] = await exit;
  return { code, stdout, stderr };
}

/** A command that goes on until it is told to end. */
export class Running implements AsyncDisposable {
  readonly lines = new Recorder<string>();
  readonly errors = new Recorder<string>();
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;

  constructor(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = launch(words, env);
    this.#ended = once(this.#child, "close").then(([code]) => code);
    for (const [stream, lines] of [
      [this.#child.stdout, this.lines],
      [this.#child.stderr, this.errors],
    ] as const) {
      if (stream !== null) createInterface({ input: stream }).on("line", lines.add);
    }
  }

  /** What the first group of the first line that matches says; rejects where it ends before. */
  async said(pattern: RegExp): Promise<string> {
    const ended = this.#ended.then((code) => {
      throw new Error(`ended with ${code} before ${pattern}: ${this.errors.items.join("\n")}`);
    });
    ended.catch(() => undefined);
    const line = await Promise.race([this.lines.first((each) => pattern.test(each)), ended]);
    return pattern.exec(line)?.[1] ?? "";
  }

  /** As Ctrl-C or a supervisor does it. Resolves with the exit code. */
  end(signal: "SIGINT" | "SIGTERM" = "SIGINT"): Promise<number | null> {
    this.#child.kill(signal);
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGTERM");
  }
}

function launch(words: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("KATYDID_"));
  return spawn(process.execPath, [LAUNCHER, ...words], {
    stdio: "pipe",
    env: { ...Object.fromEntries(kept), ...env },
  });
}

const read = (stream: ChildProcess["stdout"]) => (stream === null ? "" : text(stream));

/** A port that nobody has at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Asks until there is an answer, ASK_COUNT_MAX times at most. */
export async function untilAnswered<T>(
  what: string,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  for (let asked = 0; asked < ASK_COUNT_MAX; asked += 1) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await realClock.sleep(ASK_INTERVAL_MS);
  }
  throw new Error(`no ${what} after asking ${ASK_COUNT_MAX} times`);
}
