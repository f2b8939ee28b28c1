import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { utf8 } from "@katydid/protocol";
import fc from "fast-check";
import { EVENT_LENGTH_MAX, EventReader, type ReceivedEvent } from "./event-reader.ts";

function read(chunks: readonly Uint8Array[]): readonly ReceivedEvent[] {
  const events: ReceivedEvent[] = [];
  const reader = new EventReader((event) => events.push(event));
  for (const chunk of chunks) reader.push(chunk);
  return events;
}

const stream = [
  "retry: 2000\n\n",
  ": alive\n\n",
  'id: 4-1\nevent: block\ndata: {"a":\ndata: 1}\n\n',
  "data: später\r\n\r\n",
  "id: 5-0\n\n",
  "data:no space\n\n",
  "event: cut off\ndata: half",
].join("");

const expected: readonly ReceivedEvent[] = [
  { id: "4-1", event: "block", data: '{"a":\n1}' },
  { id: "4-1", event: "message", data: "später" },
  { id: "5-0", event: "message", data: "no space" },
];

describe("event reader", () => {
  test("reads what the standard says", () => {
    assert.deepEqual(read([utf8(stream)]), expected);
  });

  test("wherever the bytes are cut", () => {
    const bytes = utf8(stream);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
        const ends = [...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end));
        assert.deepEqual(read(chunks), expected);
      }),
    );
  });

  test("an event without end is refused, not gathered", () => {
    const chunk = utf8("x".repeat(EVENT_LENGTH_MAX / 2));
    assert.throws(() => read([utf8("data: "), chunk, chunk, chunk]), /too long/);
    const lines = Array.from({ length: 3 }, () =>
      utf8(`data: ${"y".repeat(EVENT_LENGTH_MAX / 2)}\n`),
    );
    assert.throws(() => read(lines), /too long/);
  });
});
