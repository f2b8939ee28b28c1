/** Reads the input of a case. Whatever is not what the subject takes is refused, as at any border. */
import { type Cell, isCell, resolutionOf } from "@katydid/protocol";

/** The subject's answer is a refusal: what `{"error": true}` expects. Anything else thrown is a crash. */
export class Refused extends Error {
  override readonly name = "Refused";
}

export type Fields = { readonly [key: string]: unknown };

export function refuse(why: string): never {
  throw new Refused(why);
}

export function fieldsOf(value: unknown, name = "input"): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse(`${name} is not an object`);
  }
  return value as Fields;
}

export function listOf(value: unknown, name: string): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(`${name} is not a list`);
}

export function textOf(value: unknown, name: string): string {
  return typeof value === "string" ? value : refuse(`${name} is not a text`);
}

export function flagOf(value: unknown, name: string): boolean {
  return typeof value === "boolean" ? value : refuse(`${name} is neither true nor false`);
}

export function numberOf(value: unknown, name: string): number {
  const isNumber = typeof value === "number" && Number.isFinite(value);
  return isNumber ? value : refuse(`${name} is not a number`);
}

/** A whole number within bounds, inclusive. */
export function wholeOf(
  value: unknown,
  name: string,
  { least = 0, most = Number.MAX_SAFE_INTEGER }: { least?: number; most?: number } = {},
): number {
  const number = numberOf(value, name);
  const isWhole = Number.isSafeInteger(number) && number >= least && number <= most;
  return isWhole ? number : refuse(`${name} is not a whole number from ${least} to ${most}`);
}

/** An amount of 0 or more: a whole number or its decimal text. */
export function amountOf(value: unknown, name: string): bigint {
  if (typeof value === "string" && /^\d+$/.test(value)) return BigInt(value);
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return BigInt(value);
  return refuse(`${name} is not an amount`);
}

/** One of the words. */
export function oneOf<Word extends string>(
  value: unknown,
  name: string,
  words: readonly Word[],
): Word {
  return words.find((word) => word === value) ?? refuse(`${name} is none of ${words.join(", ")}`);
}

/** Bytes of hex of either case. */
export function bytesOf(value: unknown, name: string): Uint8Array {
  const text = textOf(value, name);
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) refuse(`${name} is not hex`);
  return Uint8Array.from(Buffer.from(text, "hex"));
}

/** An H3 cell of resolution `least` or finer. */
export function cellOf(value: unknown, name: string, least: number): Cell {
  const text = textOf(value, name);
  if (!isCell(text)) refuse(`${name} is not an H3 cell`);
  return resolutionOf(text) >= least ? text : refuse(`${name} is coarser than ${least}`);
}

/** Every value of an object, by key. */
export function mapOf<Value>(
  value: unknown,
  name: string,
  read: (value: unknown, name: string) => Value,
): Map<string, Value> {
  const entries = Object.entries(fieldsOf(value, name));
  return new Map(entries.map(([key, item]) => [key, read(item, `${name}.${key}`)]));
}
