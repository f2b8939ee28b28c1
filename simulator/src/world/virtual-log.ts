/**
 * A log that keeps what matters to a test: the last lines at `warn` and above, and how many there
 * were.
 */
import type { Log } from "@katydid/platform";

export interface LogLine {
  readonly level: "warn" | "error";
  readonly message: string;
  readonly data: object;
}

/** Lines kept; the oldest go. */
const LINES_MAX = 1000;

export class VirtualLog implements Log {
  readonly #shared: { readonly lines: LogLine[]; warnings: number; errors: number };
  readonly #bindings: Record<string, unknown>;

  constructor(from?: { readonly of: VirtualLog; readonly bindings: Record<string, unknown> }) {
    this.#shared = from === undefined ? { lines: [], warnings: 0, errors: 0 } : from.of.#shared;
    this.#bindings = from === undefined ? {} : { ...from.of.#bindings, ...from.bindings };
  }

  get lines(): readonly LogLine[] {
    return this.#shared.lines;
  }
  get warnings(): number {
    return this.#shared.warnings;
  }
  get errors(): number {
    return this.#shared.errors;
  }

  debug(): void {}
  info(): void {}
  warn(data: object, message: string): void {
    this.#shared.warnings += 1;
    this.#keep("warn", { data, message });
  }
  error(data: object, message: string): void {
    this.#shared.errors += 1;
    this.#keep("error", { data, message });
  }
  child(bindings: Record<string, unknown>): VirtualLog {
    return new VirtualLog({ of: this, bindings });
  }

  #keep(level: LogLine["level"], { data, message }: { data: object; message: string }): void {
    const { lines } = this.#shared;
    lines.push({ level, message, data: { ...this.#bindings, ...data } });
    if (lines.length > LINES_MAX) lines.shift();
  }
}
