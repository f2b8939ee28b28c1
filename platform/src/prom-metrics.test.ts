import assert from "node:assert/strict";
import { test } from "node:test";
import { metricsContract } from "./contract/index.ts";
import { createMetrics } from "./prom-metrics.ts";

metricsContract("prom-client", () => createMetrics());

test("labels of the registry are in every sample, process metrics only if asked for", async () => {
  const metrics = createMetrics({ labels: { hotspot: "a" }, process: "included" });
  metrics.counter({ name: "x_total", help: "x" }).add();
  const text = await metrics.text();
  assert.match(text, /^x_total\{hotspot="a"\} 1$/m);
  assert.match(text, /^process_resident_memory_bytes\{/m);
  assert.doesNotMatch(await createMetrics().text(), /process_/);
});
