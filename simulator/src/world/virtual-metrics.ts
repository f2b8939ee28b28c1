/** Metrics in memory, cheap enough for thousands of participants. */
import {
  type Counter,
  type Gauge,
  type Histogram,
  type Labels,
  labelKey,
  type MetricOptions,
  type Metrics,
} from "@katydid/platform";

/** Prometheus's default buckets, seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export class VirtualMetrics implements Metrics {
  readonly #metrics = new Map<string, Values | Buckets>();

  counter(options: MetricOptions): Counter {
    return this.#values(options, "counter");
  }
  gauge(options: MetricOptions): Gauge {
    return this.#values(options, "gauge");
  }
  histogram(options: MetricOptions & { readonly buckets?: readonly number[] }): Histogram {
    const found = this.#metrics.get(options.name);
    if (found instanceof Buckets) return found;
    const made = new Buckets(options);
    this.#metrics.set(options.name, made);
    return made;
  }
  async text(): Promise<string> {
    return `${[...this.#metrics.values()].flatMap((metric) => metric.lines()).join("\n")}\n`;
  }

  /** Every counter and gauge with its labels, for reports: `name{a="1"}` to value. */
  samples(): ReadonlyMap<string, number> {
    const samples = new Map<string, number>();
    for (const metric of this.#metrics.values()) {
      if (!(metric instanceof Values)) continue;
      for (const [key, value] of metric.values) samples.set(sampleName(metric.name, key), value);
    }
    return samples;
  }

  #values(options: MetricOptions, type: "counter" | "gauge"): Values {
    const found = this.#metrics.get(options.name);
    if (found instanceof Values) return found;
    const made = new Values(options, type);
    this.#metrics.set(options.name, made);
    return made;
  }
}

class Values implements Counter, Gauge {
  readonly name: string;
  readonly values = new Map<string, number>();
  readonly #head: readonly string[];
  constructor({ name, help }: MetricOptions, type: "counter" | "gauge") {
    this.name = name;
    this.#head = [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
  }
  add(amount = 1, labels?: Labels): void {
    const key = keyOf(labels);
    this.values.set(key, (this.values.get(key) ?? 0) + amount);
  }
  set(value: number, labels?: Labels): void {
    this.values.set(keyOf(labels), value);
  }
  value(labels?: Labels): number {
    return this.values.get(keyOf(labels)) ?? 0;
  }
  lines(): readonly string[] {
    const samples = [...this.values].map(
      ([key, value]) => `${sampleName(this.name, key)} ${value}`,
    );
    return [...this.#head, ...samples];
  }
}

class Buckets implements Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, { counts: number[]; sum: number; count: number }>();
  constructor(options: MetricOptions & { readonly buckets?: readonly number[] }) {
    this.#name = options.name;
    this.#help = options.help;
    this.#bounds = options.buckets ?? BUCKETS;
  }
  observe(value: number, labels?: Labels): void {
    const key = keyOf(labels);
    const series = this.#series.get(key) ?? {
      counts: this.#bounds.map(() => 0),
      sum: 0,
      count: 0,
    };
    this.#series.set(key, series);
    series.sum += value;
    series.count += 1;
    for (const [at, bound] of this.#bounds.entries()) {
      if (value <= bound) series.counts[at] = (series.counts[at] ?? 0) + 1;
    }
  }
  lines(): readonly string[] {
    const name = this.#name;
    const lines = [`# HELP ${name} ${this.#help}`, `# TYPE ${name} histogram`];
    for (const [key, { counts, sum, count }] of this.#series) {
      const bucket = (bound: string) => {
        const labels = key === "" ? `le="${bound}"` : `le="${bound}",${key}`;
        return sampleName(`${name}_bucket`, labels);
      };
      for (const [at, each] of counts.entries()) {
        lines.push(`${bucket(String(this.#bounds[at]))} ${each}`);
      }
      lines.push(`${bucket("+Inf")} ${count}`);
      lines.push(`${sampleName(`${name}_sum`, key)} ${sum}`);
      lines.push(`${sampleName(`${name}_count`, key)} ${count}`);
    }
    return lines;
  }
}

/** The common case, no labels or one, without sorting. */
function keyOf(labels: Labels | undefined): string {
  return labels === undefined ? "" : labelKey(labels);
}

function sampleName(name: string, key: string): string {
  return key === "" ? name : `${name}{${key}}`;
}
