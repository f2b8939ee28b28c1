import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CommandError,
  columns,
  EXIT,
  type Invocation,
  jsonText,
  optionInteger,
  optionNumber,
} from "./command.ts";
import { commands } from "./commands/index.ts";

const given = (options: Invocation["options"]): Invocation => ({ arguments: [], options });
const isUsage = (error: unknown) =>
  error instanceof CommandError &&
  error.exitCode === EXIT.usage &&
  /--max-copies/.test(error.message);

test("exit codes are those that scripts rely on", () => {
  assert.deepEqual(EXIT, { ok: 0, failed: 1, usage: 2, notFound: 3, refused: 4 });
});

test("whole numbers in their range, and nothing else", () => {
  const range = { min: 1, max: 20 };
  const parse = (text: string) => optionInteger(given({ maxCopies: text }), "maxCopies", range);
  assert.equal(optionInteger(given({}), "maxCopies", range), undefined);
  assert.deepEqual([parse("1"), parse("020"), parse("20")], [1, 20, 20]);
  for (const text of ["0", "21", "-1", "1.5", "1e1", "0x2", " 2", "", "two"]) {
    assert.throws(() => parse(text), isUsage, text);
  }
});

test("numbers in their range, and nothing else", () => {
  const range = { min: -90, max: 90 };
  const parse = (text: string) => optionNumber(given({ maxCopies: text }), "maxCopies", range);
  assert.equal(optionNumber(given({}), "maxCopies", range), undefined);
  assert.deepEqual([parse("-90"), parse("1.25"), parse("9e1")], [-90, 1.25, 90]);
  for (const text of ["90.1", "-91", "", " ", "NaN", "Infinity", "north"]) {
    assert.throws(() => parse(text), isUsage, text);
  }
});

test("columns are aligned and lines end where their text does", () => {
  assert.deepEqual(columns([["a", "bb", ""], ["ccc", "d"], ["e"]]), ["a    bb", "ccc  d", "e"]);
  assert.deepEqual(columns([]), []);
});

test("JSON holds amounts as decimal strings and bytes in hex", () => {
  const value = { motes: 2n ** 64n, hash: Uint8Array.of(0, 255), none: undefined };
  assert.deepEqual(JSON.parse(jsonText(value)), { motes: "18446744073709551616", hash: "00ff" });
});

test("no command takes a secret as an argument or option", () => {
  for (const { name, arguments: words = [], options = [] } of commands) {
    const all = [...words.map((word) => word.name), ...options.map(({ flags }) => flags)];
    const secrets = all.filter((text) => /token|secret|seed|password|key(?!s FILE)/i.test(text));
    // An amount of tokens, and seeds of simulations.
    assert.deepEqual(
      secrets.filter((text) => !["TOKENS", "--seed TEXT", "--seeds COUNT"].includes(text)),
      [],
      name,
    );
  }
});

test("what spends the caller's tokens has --commit", () => {
  const spending = commands
    .filter(({ options = [] }) => options.some(({ flags }) => flags === "--commit"))
    .map(({ name }) => name);
  assert.deepEqual(spending, ["wallet send", "hotspot add", "hotspot locate"]);
});
