/** A network that `katydid up` runs, for the tests that use it as its owner does. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ended, freePort, katydid, Running, type RunOptions } from "./cli-process.ts";

/** Few, so that a start takes seconds. */
const SIZE = ["--hotspots", "3", "--collars", "1", "--sensors", "1"];

export class CliNetwork implements AsyncDisposable {
  readonly folder: string;
  readonly data: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  #running: Running | undefined;

  private constructor(folder: string, ports: { readonly http: number; readonly mqtt: number }) {
    this.folder = folder;
    this.data = join(folder, "network");
    this.httpPort = ports.http;
    this.mqttPort = ports.mqtt;
  }

  static async make(): Promise<CliNetwork> {
    const ports = { http: await freePort(), mqtt: await freePort() };
    return new CliNetwork(mkdtempSync(join(tmpdir(), "katydid-cli-")), ports);
  }

  get url(): string {
    return `http://127.0.0.1:${this.httpPort}`;
  }
  get env(): Readonly<Record<string, string>> {
    return { KATYDID_NODE: this.url, KATYDID_DATA: this.data };
  }
  get running(): Running {
    if (this.#running === undefined) throw new Error("the network does not run");
    return this.#running;
  }

  /** Resolves with the owner's token of the link that it prints. */
  async start(): Promise<string> {
    const ports = ["--port", String(this.httpPort), "--mqtt-port", String(this.mqttPort)];
    this.#running = new Running(["up", "--data", this.data, ...ports, ...SIZE]);
    const token = await this.#running.said(/^ {2}console {2}http:\S+\/#token=(\S+)$/);
    await this.#running.said(/^Ctrl-C ends it/);
    return token;
  }

  /** A command of its owner. */
  run(words: string, options: RunOptions = {}): Promise<Ended> {
    return katydid(words.split(" "), { ...options, env: { ...this.env, ...options.env } });
  }

  /** What a command says with `--json`; throws unless it ends with 0. */
  async json<T>(words: string, options: RunOptions = {}): Promise<T> {
    const { code, stdout, stderr } = await this.run(`${words} --json`, options);
    if (code !== 0) throw new Error(`katydid ${words} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout);
  }

  async status(): Promise<{ readonly chainId: string; readonly height: number }> {
    return (await fetch(`${this.url}/v1/status`)).json() as Promise<{
      chainId: string;
      height: number;
    }>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running?.[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
