/** Runs vector files: one JSON object per subject, `{subject, cases: [{name, input, expected}]}`. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "@katydid/platform";
import { agrees, type Json } from "./compare.ts";
import { fieldsOf, Refused } from "./input.ts";
import { type Subject, subjects } from "./subjects.ts";

export interface Case {
  readonly name: string;
  readonly input: unknown;
  readonly expected: Json;
  readonly tolerance?: number;
}

export interface VectorFile {
  readonly path: string;
  readonly subject: string;
  readonly cases: readonly Case[];
}

export interface Difference {
  readonly subject: string;
  readonly name: string;
  readonly expected: Json;
  readonly got: unknown;
}

export interface Result {
  readonly passed: number;
  /** One for each case, and one for an unknown subject without cases. */
  readonly failed: readonly Difference[];
}

/** What cannot be run at all; the message is one line. */
export class VectorsUnusable extends Error {
  override readonly name = "VectorsUnusable";
}

/** The files, and of folders every `*.json` below them, in the order of their paths. */
export function loadVectors(paths: readonly string[]): VectorFile[] {
  return paths.flatMap(filesAt).map(readVectorFile);
}

function filesAt(path: string): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new VectorsUnusable(`${path}: no such file or folder`);
  if (!stat.isDirectory()) return [path];
  const files = readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => join(path, file));
  if (files.length === 0) throw new VectorsUnusable(`${path}: no vector file (*.json) in it`);
  return files;
}

function readVectorFile(path: string): VectorFile {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const [why] = String(error).split("\n");
    throw new VectorsUnusable(`${path}: ${why}`);
  }
  const { subject, cases: listed } = Object(value) as { [key: string]: unknown };
  if (typeof subject !== "string") {
    throw new VectorsUnusable(`${path}: not a vector file, it has no subject`);
  }
  if (!Array.isArray(listed)) {
    throw new VectorsUnusable(`${path}: not a vector file, it has no cases`);
  }
  const cases = listed.map((item: unknown, index) => readCase(item, `${path}: case ${index}`));
  return { path, subject, cases };
}

function readCase(value: unknown, at: string): Case {
  if (typeof value !== "object" || value === null || !("expected" in value)) {
    throw new VectorsUnusable(`${at} has nothing expected`);
  }
  const { name, input, expected, tolerance } = value as { [key: string]: unknown };
  return {
    name: typeof name === "string" ? name : "(no name)",
    input,
    expected: expected as Json,
    ...(typeof tolerance === "number" ? { tolerance } : {}),
  };
}

/** Runs every case of a file against shipped code. */
export function runFile(file: VectorFile): Result {
  const subject = subjects.get(file.subject);
  if (subject === undefined) return { passed: 0, failed: unknownSubject(file) };
  const failed: Difference[] = [];
  for (const vector of file.cases) {
    const { name, expected, tolerance } = vector;
    const got = answer(subject, vector);
    if (!agrees({ expected, got, tolerance })) {
      failed.push({ subject: file.subject, name, expected, got });
    }
  }
  return { passed: file.cases.length - failed.length, failed };
}

function unknownSubject(file: VectorFile): Difference[] {
  const got = { unknown: "subject" };
  const none: Case = { name: "no case", input: undefined, expected: null };
  const cases = file.cases.length === 0 ? [none] : file.cases;
  return cases.map(({ name, expected }) => ({ subject: file.subject, name, expected, got }));
}

/** What the subject says: its answer, `{error: true, why}` for a refusal, `{crash}` for a bug. */
function answer(subject: Subject, vector: Case): unknown {
  try {
    return subject(fieldsOf(vector.input));
  } catch (error) {
    if (error instanceof Refused) return { error: true, why: error.message };
    if (error instanceof Fault) return { error: true, why: error.code };
    return { crash: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}
