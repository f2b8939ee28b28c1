/**
 * Signals against claimed distances, in integers: tenths of a dB, so that sums of squares over one
 * hotspot's edges stay below 2^53 (values below 2^11, 128 samples: products of two sums below 2^53).
 */
import type { EdgeCounts } from "./classification.ts";
import { type Link, type Network, partnerOf, receivedOn, sentOn } from "./network.ts";

/** Whose word a signal is: `sent` is that of the others, who heard the hotspot's beacons. */
export type Direction = "sent" | "received";

export const directions: readonly Direction[] = ["sent", "received"];

/** Samples of one hotspot that are looked at; the best counted first. */
export const SAMPLES_MAX = 96;

export interface Sample {
  readonly partner: number;
  readonly link: Link;
  /** Mean signal, tenths of a dBm, rounded toward zero. */
  readonly signal: number;
  readonly heard: number;
}

/** Mean signals on the hotspot's links, one direction, in the order of the partners' numbers. */
export function samplesOf(
  network: Network,
  { number, direction }: { number: number; direction: Direction },
): Sample[] {
  const samples = (network.links[number] ?? []).flatMap((link) => {
    const edge = direction === "sent" ? sentOn(link, number) : receivedOn(link, number);
    if (edge === undefined || edge.heard === 0) return [];
    return [{ partner: partnerOf(link, number), link, signal: meanOf(edge), heard: edge.heard }];
  });
  if (samples.length <= SAMPLES_MAX) return samples;
  return samples
    .sort((x, y) => y.heard - x.heard || x.partner - y.partner)
    .slice(0, SAMPLES_MAX)
    .sort((x, y) => x.partner - y.partner);
}

function meanOf(edge: EdgeCounts): number {
  return Math.trunc((10 * edge.rssiDbmSum) / edge.heard);
}

/** One point: how far by the claim, and how loud. Both in tenths of a dB. */
export interface Point {
  readonly spreading: number;
  readonly signal: number;
}

/** Sums of squares about the means, and the slope that fits best, thousandths. */
export interface Fit {
  readonly slope: number;
  readonly spreadingMean: number;
  readonly signalMean: number;
  /** What is left when the best falling line is taken off; squared tenths of a dB. */
  readonly rest: number;
}

/** Least squares, with a line that falls or is flat: no place makes signals rise with distance. */
export function fitFalling(points: readonly Point[]): Fit {
  const count = Math.max(1, points.length);
  let spreadings = 0;
  let signals = 0;
  for (const { spreading, signal } of points) {
    spreadings += spreading;
    signals += signal;
  }
  const spreadingMean = Math.trunc(spreadings / count);
  const signalMean = Math.trunc(signals / count);
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const { spreading, signal } of points) {
    const x = spreading - spreadingMean;
    const y = signal - signalMean;
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  if (xy >= 0 || xx === 0) return { slope: 0, spreadingMean, signalMean, rest: yy };
  // Half of a product could pass 2^53 only beyond 128 samples of 200 dB.
  const rest = Math.max(0, yy - Math.floor((xy * xy) / xx));
  return { slope: Math.trunc((1000 * xy) / xx), spreadingMean, signalMean, rest };
}

/** How far a point lies from the line, tenths of a dB, without sign. */
export function missOf(fit: Fit, { spreading, signal }: Point): number {
  const line = Math.trunc((fit.slope * (spreading - fit.spreadingMean)) / 1000);
  return Math.abs(signal - fit.signalMean - line);
}

/** Sum of squares about the mean, of tenths of a dB. */
export function scatterOf(values: readonly number[]): number {
  const mean = Math.trunc(
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length),
  );
  return values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
}
