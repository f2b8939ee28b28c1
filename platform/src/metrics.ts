/** Counters, gauges and histograms; names end in `_seconds`, `_bytes` or `_total`. */
export interface Metrics {
  counter(options: MetricOptions): Counter;
  gauge(options: MetricOptions): Gauge;
  histogram(options: MetricOptions & { readonly buckets?: readonly number[] }): Histogram;
  /** Prometheus text exposition format. */
  text(): Promise<string>;
}

export interface MetricOptions {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}
export type Labels = Readonly<Record<string, string>>;
export interface Counter {
  add(amount?: number, labels?: Labels): void;
  /** Present value, for status pages and tests. */
  value(labels?: Labels): number;
}
export interface Gauge {
  set(value: number, labels?: Labels): void;
  value(labels?: Labels): number;
}
export interface Histogram {
  observe(value: number, labels?: Labels): void;
}
