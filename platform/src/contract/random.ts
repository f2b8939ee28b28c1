/**
 * What every Random does. Statistical bounds are so wide that chance fails them less than once in
 * 10^9.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Random } from "../random.ts";

const DRAWS = 20_000;

export function randomContract(name: string, make: () => Random): void {
  describe(`random contract: ${name}`, () => {
    test("bytes has the length asked for and does not repeat", () => {
      const random = make();
      assert.equal(random.bytes(0).length, 0);
      const first = random.bytes(32);
      assert.equal(first.length, 32);
      assert.equal(Object.getPrototypeOf(first), Uint8Array.prototype);
      assert.notDeepEqual(random.bytes(32), first);
    });

    test("each bit of bytes is set about half of the time", () => {
      const bytes = make().bytes(DRAWS);
      for (let bit = 0; bit < 8; bit += 1) {
        const set = bytes.reduce((sum, byte) => sum + ((byte >> bit) & 1), 0);
        assert.ok(Math.abs(set - DRAWS / 2) < 6 * Math.sqrt(DRAWS / 4), `bit ${bit}: ${set}`);
      }
    });

    test("below is uniform and stays below, up to 2^32", () => {
      const random = make();
      assert.equal(random.below(1), 0);
      const counts = [0, 0, 0, 0, 0];
      for (let draw = 0; draw < DRAWS; draw += 1) {
        const value = random.below(5);
        assert.ok(Number.isInteger(value) && value >= 0 && value < 5);
        counts[value] = (counts[value] ?? 0) + 1;
      }
      for (const count of counts) {
        assert.ok(Math.abs(count - DRAWS / 5) < 6 * Math.sqrt((DRAWS / 5) * 0.8), `${counts}`);
      }
      let highest = 0;
      for (let draw = 0; draw < 200; draw += 1) {
        const value = random.below(2 ** 32);
        assert.ok(Number.isInteger(value) && value >= 0 && value < 2 ** 32);
        highest = Math.max(highest, value);
      }
      assert.ok(highest > 2 ** 31);
    });

    test("unit is in [0, 1) and averages a half", () => {
      const random = make();
      let sum = 0;
      for (let draw = 0; draw < DRAWS; draw += 1) {
        const value = random.unit();
        assert.ok(value >= 0 && value < 1);
        sum += value;
      }
      assert.ok(Math.abs(sum / DRAWS - 0.5) < 6 * Math.sqrt(1 / 12 / DRAWS));
    });

    test("streams of different names differ", () => {
      const random = make();
      assert.notDeepEqual(random.stream("a").bytes(16), random.stream("b").bytes(16));
    });
  });
}
