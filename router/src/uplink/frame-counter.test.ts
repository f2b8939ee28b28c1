import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { counterCandidates } from "./frame-counter.ts";

const rows: readonly (readonly [string, number, number, readonly number[]])[] = [
  ["the first frame has only one", -1, 5, [5]],
  ["the next", 11, 12, [12]],
  ["the same again", 11, 11, [11]],
  ["an old one in the first turn is asked before the next turn's", 11, 2, [2 + 65536, 2]],
  ["roll-over", 65535, 0, [65536, 0]],
  ["far behind after a roll-over", 65536 + 5, 65535, [65535, 65536 + 65535]],
  ["the last turn has no next", 0xffffffff, 3, [0xffff0003]],
];
for (const [name, last, low, expected] of rows) {
  test(name, () => {
    const candidates = counterCandidates(last, low);
    assert.deepEqual([...candidates].sort(), [...expected].sort());
  });
}

test("every candidate shows the low bits, and the next counter is always the first", () => {
  fc.assert(
    fc.property(fc.nat({ max: 0xfffffffe }), fc.nat({ max: 0xffff }), (last, low) => {
      const candidates = counterCandidates(last, low);
      assert.ok(candidates.every((counter) => counter % 65536 === low && counter <= 0xffffffff));
      assert.ok(candidates.some((counter) => counter >= last) || last > 0xffff0000 + low);
      assert.equal(counterCandidates(last, (last + 1) % 65536)[0], last + 1);
    }),
  );
});
