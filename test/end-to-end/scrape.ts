/** Reads metrics as Prometheus does. */

export type Metrics = ReadonlyMap<string, number>;

/** Values by name and labels as the text has them: `frames_total{outcome="queued"}`. */
export function parseMetrics(text: string): Metrics {
  const values = new Map<string, number>();
  for (const line of text.split("\n")) {
    const at = line.lastIndexOf(" ");
    if (line.startsWith("#") || at < 0) continue;
    values.set(line.slice(0, at), Number(line.slice(at + 1)));
  }
  return values;
}

/** The values of one metric that are not zero, by its only label. */
export function byLabel(metrics: Metrics, name: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [key, value] of metrics) {
    const match = /^([a-z_]+)\{[a-z_]+="([^"]*)"\}$/.exec(key);
    if (match?.[1] === name && value !== 0) found[match[2] ?? ""] = value;
  }
  return found;
}
