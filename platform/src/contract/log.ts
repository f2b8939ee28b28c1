/** What every Log does: it takes anything and never throws. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Log } from "../log.ts";

export function logContract(name: string, make: () => Log): void {
  describe(`log contract: ${name}`, () => {
    test("takes numbers too large for JSON, bytes, cycles and errors", () => {
      const log = make();
      const cycle: Record<string, unknown> = { motes: 10n ** 20n, bytes: new Uint8Array(3) };
      cycle.self = cycle;
      for (const level of ["debug", "info", "warn", "error"] as const) {
        assert.doesNotThrow(() => log[level](cycle, "anything goes"));
        assert.doesNotThrow(() => log[level]({ error: new Error("x") }, "an error"));
      }
    });

    test("a child is a log", () => {
      assert.doesNotThrow(() => make().child({ hotspot: "a" }).child({ b: 1 }).info({}, "here"));
    });
  });
}
