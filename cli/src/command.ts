/** What a command is, apart from the library that parses its words. */

/** Exit codes: what went wrong, for scripts. */
export const EXIT = { ok: 0, failed: 1, usage: 2, notFound: 3, refused: 4 } as const;

export interface Command {
  /** Words after `katydid`: `wallet send`. */
  readonly name: string;
  readonly summary: string;
  readonly arguments?: readonly {
    readonly name: string;
    readonly summary: string;
    readonly optional?: true;
  }[];
  readonly options?: readonly CommandOption[];
  run(invocation: Invocation): Promise<Answer>;
}

export interface CommandOption {
  /** `--to ADDRESS` takes a value, `--commit` does not. */
  readonly flags: string;
  readonly summary: string;
  readonly default?: string;
  readonly required?: true;
}

export interface Invocation {
  readonly arguments: readonly string[];
  /** By long name in camel case; a flag without value is `true`. */
  readonly options: Readonly<Record<string, string | true | undefined>>;
}

/** What a command prints: the one JSON document of `--json`, or lines for people. */
export interface Answer {
  /** undefined: it was printed already. */
  readonly json: unknown;
  readonly lines: readonly string[];
  readonly exitCode?: (typeof EXIT)[keyof typeof EXIT];
}

/** A command that cannot do what it was told; `code` is the exit code. */
export class CommandError extends Error {
  readonly exitCode: (typeof EXIT)[keyof typeof EXIT];
  readonly detail: Readonly<Record<string, unknown>>;
  constructor(
    exitCode: (typeof EXIT)[keyof typeof EXIT],
    message: string,
    detail: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = "CommandError";
    this.exitCode = exitCode;
    this.detail = detail;
  }
}

export const usage = (message: string): CommandError => new CommandError(EXIT.usage, message);
export const notFound = (message: string): CommandError => new CommandError(EXIT.notFound, message);

/** A value given as an option, or undefined. */
export function optionText({ options }: Invocation, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

/** A whole number given as an option. */
export function optionInteger(
  invocation: Invocation,
  name: string,
  range: Range,
): number | undefined {
  return numeric(invocation, name, { ...range, what: "a whole number", form: /^\d+$/ });
}

/** A number given as an option. */
export function optionNumber(
  invocation: Invocation,
  name: string,
  range: Range,
): number | undefined {
  return numeric(invocation, name, { ...range, what: "a number", form: /\S/ });
}

function numeric(
  invocation: Invocation,
  name: string,
  { min, max, what, form }: Range & { readonly what: string; readonly form: RegExp },
): number | undefined {
  const text = optionText(invocation, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (form.test(text) && value >= min && value <= max) return value;
  throw usage(`--${kebab(name)} takes ${what} from ${min} to ${max}, not "${text}".`);
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** One JSON document: amounts as decimal strings, bytes in hex. */
export function jsonText(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, item: unknown) =>
      typeof item === "bigint"
        ? String(item)
        : item instanceof Uint8Array
          ? Buffer.from(item).toString("hex")
          : item,
    2,
  );
}

/** Columns aligned, two spaces between. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, cell.length);
    }
  }
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
