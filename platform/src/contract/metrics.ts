/** What every Metrics does. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Metrics } from "../metrics.ts";

export function metricsContract(name: string, make: () => Metrics): void {
  describe(`metrics contract: ${name}`, () => {
    test("counts by labels, whatever their order", () => {
      const counter = make().counter({ name: "x_total", help: "x", labels: ["a", "b"] });
      assert.equal(counter.value({ a: "1", b: "2" }), 0);
      counter.add(2, { a: "1", b: "2" });
      counter.add(1, { b: "2", a: "1" });
      counter.add(1, { a: "2", b: "2" });
      assert.equal(counter.value({ b: "2", a: "1" }), 3);
    });

    test("one name is one metric", () => {
      const metrics = make();
      metrics.counter({ name: "x_total", help: "x" }).add();
      metrics.counter({ name: "x_total", help: "x" }).add();
      assert.equal(metrics.counter({ name: "x_total", help: "x" }).value(), 2);
    });

    test("a gauge keeps what was set last", () => {
      const gauge = make().gauge({ name: "free_bytes", help: "free" });
      gauge.set(5);
      gauge.set(-3);
      assert.equal(gauge.value(), -3);
    });

    test("the text has every counter, gauge and histogram", async () => {
      const metrics = make();
      metrics.counter({ name: "x_total", help: "all x", labels: ["a"] }).add(3, { a: "1" });
      metrics.gauge({ name: "free_bytes", help: "free" }).set(7);
      metrics.histogram({ name: "took_seconds", help: "t", buckets: [1, 2] }).observe(1.5);
      const text = await metrics.text();
      assert.match(text, /^# HELP x_total all x$/m);
      assert.match(text, /^# TYPE x_total counter$/m);
      assert.match(text, /^x_total\{a="1"\} 3$/m);
      assert.match(text, /^free_bytes 7$/m);
      assert.match(text, /^took_seconds_bucket\{le="1"\} 0$/m);
      assert.match(text, /^took_seconds_bucket\{le="2"\} 1$/m);
      assert.match(text, /^took_seconds_bucket\{le="\+Inf"\} 1$/m);
      assert.match(text, /^took_seconds_sum 1\.5$/m);
      assert.match(text, /^took_seconds_count 1$/m);
    });
  });
}
