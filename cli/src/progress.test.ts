import assert from "node:assert/strict";
import { test } from "node:test";
import { Progress } from "./progress.ts";

function stream(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text) };
}

test("on a terminal: one line, written over and cleared once", () => {
  const terminal = stream(true);
  const progress = new Progress(terminal);
  progress.clear();
  progress.show("one");
  progress.show("two");
  progress.clear();
  progress.clear();
  assert.deepEqual(terminal.written, ["\r\u001b[Kone", "\r\u001b[Ktwo", "\r\u001b[K"]);
});

test("where nobody watches nothing is written", () => {
  const file = stream(false);
  const progress = new Progress(file);
  progress.show("one");
  progress.clear();
  assert.deepEqual(file.written, []);
});
