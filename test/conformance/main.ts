/**
 * `npm run conformance -- FILE-OR-FOLDER ...`: runs conformance vectors against the shipped code. Exit
 * code 0: all passed; 1: some failed; 2: nothing to run.
 */
import { resolve } from "node:path";
import { type Difference, loadVectors, runFile, VectorsUnusable } from "./runner.ts";

process.exitCode = main(process.argv.slice(2));

function main(paths: readonly string[]): number {
  if (paths.length === 0) return unusable("npm run conformance -- FILE-OR-FOLDER ...");
  // npm runs scripts in the project's folder; paths are meant from where the caller is.
  const isScript = process.env.npm_lifecycle_event === "conformance";
  const from = (isScript ? process.env.INIT_CWD : undefined) ?? process.cwd();
  let files: ReturnType<typeof loadVectors>;
  try {
    files = loadVectors(paths.map((path) => resolve(from, path)));
  } catch (error) {
    if (error instanceof VectorsUnusable) return unusable(error.message);
    throw error;
  }
  let passed = 0;
  let failed = 0;
  for (const file of files) {
    const result = runFile(file);
    for (const difference of result.failed) console.log(describe(difference));
    passed += result.passed;
    failed += result.failed.length;
  }
  if (passed + failed === 0) return unusable(`${paths.join(" ")}: no case to run`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function unusable(line: string): number {
  console.error(`conformance: ${line}`);
  return 2;
}

function describe({ subject, name, expected, got }: Difference): string {
  return [
    `${subject}: ${name}`,
    `  expected ${textOf(expected)}`,
    `  got      ${textOf(got)}`,
  ].join("\n");
}

function textOf(value: unknown): string {
  const text = (_: string, item: unknown) => (typeof item === "bigint" ? String(item) : item);
  return JSON.stringify(value, text) ?? "nothing";
}
