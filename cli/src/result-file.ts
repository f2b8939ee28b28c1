/** Files that a command writes its result to. */
import { closeSync, existsSync, openSync, unlinkSync, writeFileSync } from "node:fs";
import { Fault } from "@katydid/platform";
import { type Invocation, optionText } from "./command.ts";

/** A file and the option that named it: `--json`. */
export interface ResultFile {
  readonly file: string;
  readonly option: string;
}

/**
 * The file that an option names, undefined without one. A run takes minutes: that its result has no
 * place is said before it. Leaves no file behind. @throws Fault file-unwritable
 */
export function resultFile(invocation: Invocation, name: string): ResultFile | undefined {
  const file = optionText(invocation, name);
  if (file === undefined) return undefined;
  const result = { file, option: `--${name}` };
  assertWritable(result);
  return result;
}

function assertWritable(result: ResultFile): void {
  const { file } = result;
  try {
    const isThere = existsSync(file);
    closeSync(openSync(file, "a"));
    if (!isThere) unlinkSync(file);
  } catch (cause) {
    throw unwritable(result, cause);
  }
}

/** @throws Fault file-unwritable */
export function writeResult(result: ResultFile, text: string): void {
  try {
    writeFileSync(result.file, text);
  } catch (cause) {
    throw unwritable(result, cause);
  }
}

function unwritable({ file, option }: ResultFile, cause: unknown): Fault {
  const advice = `Cannot write ${file}: choose another file with ${option}.`;
  return new Fault({ code: "file-unwritable", file, advice }, { cause });
}
