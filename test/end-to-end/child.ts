/** A part of the network in a process of its own, so that it can be killed like one. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

export class Child<Ready> implements AsyncDisposable {
  readonly ready: Ready;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, ready: Ready) {
    this.#process = process;
    this.ready = ready;
  }

  /**
   * Runs a module of this folder, which takes its options as its first message and answers with
   * what it has to say when it is ready. Rejects where it ends before.
   */
  static async start<Options, Ready>(module: string, options: Options): Promise<Child<Ready>> {
    const process = fork(new URL(module, import.meta.url), {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      serialization: "advanced",
    });
    const ended = once(process, "exit").then(([code]) => {
      throw new Error(`${module} ended with ${code} before it was ready`);
    });
    process.send({ options });
    const [ready] = await Promise.race([once(process, "message"), ended]);
    ended.catch(() => undefined);
    return new Child(process, ready as Ready);
  }

  /** As the kernel does it for want of memory: nothing is said or closed. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** In the child: the options. It lives until it is killed or its parent is gone. */
export async function childOptions<Options>(): Promise<Options> {
  process.once("disconnect", () => process.exit(1));
  const [message] = await once(process, "message");
  return (message as { readonly options: Options }).options;
}

/** In the child: says that it is ready. */
export function childReady<Ready>(ready: Ready): void {
  process.send?.(ready);
}
