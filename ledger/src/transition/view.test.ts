import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MemoryView } from "./testing.ts";
import { emptyView, Overlay, type Table } from "./view.ts";

const numbers: Table<number> = {
  name: "numbers",
  id: 250,
  encode: (row) => Uint8Array.of(row),
  decode: (bytes) => bytes[0] as number,
};
const others: Table<number> = { ...numbers, id: 251, name: "others" };

const key = fc.uint8Array({ minLength: 1, maxLength: 2, max: 3 });
const change = fc.record({ key, row: fc.option(fc.nat(255), { nil: undefined }) });

test("an overlay on an overlay reads and ranges as one written store does", () => {
  fc.assert(
    fc.property(
      fc.array(change),
      fc.array(change),
      fc.array(change),
      fc.record({
        prefix: fc.option(key, { nil: undefined }),
        start: fc.option(key, { nil: undefined }),
        limit: fc.option(fc.nat(5), { nil: undefined }),
      }),
      (committed, first, second, { prefix, start, limit }) => {
        const store = new MemoryView();
        const expected = new MemoryView();
        const base = new Overlay(emptyView);
        for (const { key, row } of committed) base.put(numbers, key, row);
        store.commit(base.writes());
        expected.commit(base.writes());
        const lower = new Overlay(store);
        for (const { key, row } of first) lower.put(numbers, key, row);
        const upper = new Overlay(lower);
        for (const { key, row } of second) upper.put(numbers, key, row);
        expected.commit(lower.writes());
        expected.commit(upper.writes());
        const options = {
          ...(prefix && { prefix }),
          ...(start && { start }),
          ...(limit !== undefined && { limit }),
        };
        assert.deepEqual([...upper.range(numbers, options)], [...expected.range(numbers, options)]);
        for (const { key } of [...committed, ...first, ...second]) {
          assert.equal(upper.get(numbers, key), expected.get(numbers, key));
        }
        lower.absorb(upper);
        assert.deepEqual([...lower.range(numbers)], [...expected.range(numbers)]);
      },
    ),
  );
});

test("writes are sorted by full key and say what a store needs", () => {
  const overlay = new Overlay(emptyView);
  overlay.put(others, Uint8Array.of(1), 7);
  overlay.put(numbers, Uint8Array.of(9), 8);
  overlay.put(numbers, Uint8Array.of(2), undefined);
  assert.deepEqual(
    overlay.writes().map(({ fullKey, value }) => [[...fullKey], value && [...value]]),
    [
      [[250, 2], undefined],
      [[250, 9], [8]],
      [[251, 1], [7]],
    ],
  );
});
