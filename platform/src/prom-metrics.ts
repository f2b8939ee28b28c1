/** The real metrics: prom-client, Prometheus text exposition format. */
import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from "prom-client";
import type { Counter, Gauge, Histogram, Labels, MetricOptions, Metrics } from "./metrics.ts";

export interface MetricsOptions {
  /** Memory, CPU and event loop of this process too. */
  readonly process?: "included" | "omitted";
  /** Labels of every sample, as `{ hotspot: "three-word-name" }`. */
  readonly labels?: Labels;
}

/** A registry of its own. Asking twice for one name gives the same metric. */
export function createMetrics({ process = "omitted", labels }: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  if (labels !== undefined) registry.setDefaultLabels(labels);
  if (process === "included") collectDefaultMetrics({ register: registry });
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  return {
    counter: (options) => once(counters, options, () => counter(registry, options)),
    gauge: (options) => once(gauges, options, () => gauge(registry, options)),
    histogram: (options) => once(histograms, options, () => histogram(registry, options)),
    text: () => registry.metrics(),
  };
}

function once<T>(made: Map<string, T>, { name }: MetricOptions, make: () => T): T {
  const known = made.get(name);
  if (known !== undefined) return known;
  const metric = make();
  made.set(name, metric);
  return metric;
}

function counter(registry: Registry, options: MetricOptions): Counter {
  const prom = new PromCounter(configuration(registry, options));
  const values = new Map<string, number>();
  return {
    add: (amount = 1, labels = {}) => {
      prom.inc(labels, amount);
      const key = labelKey(labels);
      values.set(key, (values.get(key) ?? 0) + amount);
    },
    value: (labels = {}) => values.get(labelKey(labels)) ?? 0,
  };
}

function gauge(registry: Registry, options: MetricOptions): Gauge {
  const prom = new PromGauge(configuration(registry, options));
  const values = new Map<string, number>();
  return {
    set: (value, labels = {}) => {
      prom.set(labels, value);
      values.set(labelKey(labels), value);
    },
    value: (labels = {}) => values.get(labelKey(labels)) ?? 0,
  };
}

function histogram(
  registry: Registry,
  options: MetricOptions & { readonly buckets?: readonly number[] },
): Histogram {
  const buckets = options.buckets === undefined ? {} : { buckets: [...options.buckets] };
  const prom = new PromHistogram({ ...configuration(registry, options), ...buckets });
  return { observe: (value, labels = {}) => prom.observe(labels, value) };
}

function configuration(registry: Registry, { name, help, labels = [] }: MetricOptions) {
  return { name, help, labelNames: [...labels], registers: [registry] };
}

/** One string for one set of labels, whatever their order. */
export function labelKey(labels: Labels): string {
  const names = Object.keys(labels);
  const [name] = names;
  if (name === undefined) return "";
  if (names.length === 1) return `${name}=${JSON.stringify(labels[name])}`;
  return names
    .sort()
    .map((each) => `${each}=${JSON.stringify(labels[each])}`)
    .join(",");
}
