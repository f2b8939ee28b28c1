/** What became of each frame that the radio handed over, by name: `katydid_frames_total`. */
import type { Counter, Labels, Metrics } from "@katydid/platform";

export const frameOutcomes = [
  "forwarded",
  "offered",
  "queued",
  "no-route",
  "proprietary",
  "malformed",
  "not-uplink",
  "crc-error",
  "no-crc",
  "not-lora",
] as const;
export type FrameOutcome = (typeof frameOutcomes)[number];

/** What became of frames later on: `katydid_uplinks_total`. */
export const uplinkOutcomes = [
  "bought",
  "declined",
  "resent",
  "unanswered",
  "expired",
  "queue-full",
  "offer-declined",
  "offer-expired",
  "bus-refused",
] as const;
export type UplinkOutcome = (typeof uplinkOutcomes)[number];

/** Counts under a fixed set of names: plain numbers for the status page, and a metric. */
export class NamedCounts<Name extends string> {
  readonly #counts: Record<Name, number>;
  readonly #labels: Record<Name, Labels>;
  readonly #counter: Counter;

  constructor(options: {
    metrics: Metrics;
    name: string;
    help: string;
    label: string;
    values: readonly Name[];
  }) {
    const { metrics, name, help, label, values } = options;
    this.#counter = metrics.counter({ name, help, labels: [label] });
    const zero = values.map((value) => [value, 0]);
    this.#counts = Object.fromEntries(zero) as Record<Name, number>;
    const labels = values.map((value) => [value, { [label]: value }]);
    this.#labels = Object.fromEntries(labels) as Record<Name, Labels>;
    // A series that is there from the start shows as 0 and not as missing.
    for (const value of values) this.#counter.add(0, this.#labels[value]);
  }

  add(name: Name): void {
    this.#counts[name]++;
    this.#counter.add(1, this.#labels[name]);
  }

  get(name: Name): number {
    return this.#counts[name];
  }

  snapshot(): Readonly<Record<Name, number>> {
    return { ...this.#counts };
  }
}
