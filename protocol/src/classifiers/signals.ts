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

/**
 * Mean signals on the hotspot's links, one direction, in the order of the partners' numbers, each
 * less what its partner's links differ from the network's line (`biasesOf`): a partner in a cellar is
 * faint to all.
 */
export function samplesOf(
  network: Network,
  input: { number: number; direction: Direction; biases: readonly number[] },
): Sample[] {
  const { number, direction, biases } = input;
  const samples = (network.links[number] ?? []).flatMap((link) => {
    const edge = direction === "sent" ? sentOn(link, number) : receivedOn(link, number);
    if (edge === undefined || edge.heard === 0) return [];
    const partner = partnerOf(link, number);
    const signal = meanOf(edge) - (biases[partner] ?? 0);
    return [{ partner, link, signal, heard: edge.heard }];
  });
  if (samples.length <= SAMPLES_MAX) return samples;
  return samples
    .sort((x, y) => y.heard - x.heard || x.partner - y.partner)
    .slice(0, SAMPLES_MAX)
    .sort((x, y) => x.partner - y.partner);
}

/**
 * By hotspot: how much louder (or fainter, below 0) its links are than the line that fits the links
 * of neighbours, tenths of a dB. The middle one of its links, so that a minority of liars among its
 * partners hardly moves it.
 */
export function biasesOf(network: Network): number[] {
  const points: Point[] = [];
  const near: Point[] = [];
  const own: number[][] = network.hotspots.map(() => []);
  const add = (link: Link, edge: EdgeCounts | undefined) => {
    if (edge === undefined || edge.heard === 0) return;
    own[link.a]?.push(points.length);
    own[link.b]?.push(points.length);
    const point = pointOf(link, edge);
    points.push(point);
    // Claims of far away places would flatten the line: neighbours alone draw it.
    if (edge.near) near.push(point);
  };
  for (const partners of network.pairs) {
    for (const link of partners.values()) {
      add(link, link.ab);
      add(link, link.ba);
    }
  }
  const line = lineThrough(near);
  const misses = points.map((point) => signedMissOf(line, point));
  return own.map((indices) => middleOf(indices.map((index) => misses[index] ?? 0)));
}

function middleOf(values: number[]): number {
  values.sort((x, y) => x - y);
  return values[Math.floor(values.length / 2)] ?? 0;
}

export function meanOf(edge: EdgeCounts): number {
  return Math.trunc((10 * edge.rssiDbmSum) / edge.heard);
}

/** One point: how far by the claim, and how loud. Both in tenths of a dB. */
export interface Point {
  readonly spreading: number;
  readonly signal: number;
}

export interface Line {
  /** Thousandths. */
  readonly slope: number;
  readonly spreadingMean: number;
  readonly signalMean: number;
}

export interface Fit extends Line {
  /** What is left when the line is taken off; squared tenths of a dB. */
  readonly rest: number;
}

/** Sums of squares about the means. */
function momentsOf(points: readonly Point[]) {
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
  return { spreadingMean, signalMean, xx, xy, yy };
}

/** What neighbours' signals are by their claimed distance: the network's own line. */
export function usualLine(network: Network): Line {
  const points: Point[] = [];
  for (const partners of network.pairs) {
    for (const link of partners.values()) {
      for (const edge of [link.ab, link.ba]) {
        if (edge?.near === true && edge.heard > 0) points.push(pointOf(link, edge));
      }
    }
  }
  return lineThrough(points);
}

export function pointOf(link: Link, edge: EdgeCounts): Point {
  return { spreading: Math.floor(link.spreadingCentiDb / 10), signal: meanOf(edge) };
}

/** The line of least squares that falls or is flat: no place makes signals rise with distance. */
function lineThrough(points: readonly Point[]): Line {
  const { spreadingMean, signalMean, xx, xy } = momentsOf(points);
  const slope = xy >= 0 || xx === 0 ? 0 : Math.trunc((1000 * xy) / xx);
  return { slope, spreadingMean, signalMean };
}

/** The same line, and what it leaves. At most some 100 points: products stay below 2^53. */
export function fitFalling(points: readonly Point[]): Fit {
  const { spreadingMean, signalMean, xx, xy, yy } = momentsOf(points);
  if (xy >= 0 || xx === 0) return { slope: 0, spreadingMean, signalMean, rest: yy };
  const rest = Math.max(0, yy - Math.floor((xy * xy) / xx));
  return { slope: Math.trunc((1000 * xy) / xx), spreadingMean, signalMean, rest };
}

/** How far a point lies from the line, tenths of a dB, without sign. */
export function missOf(line: Line, point: Point): number {
  return Math.abs(signedMissOf(line, point));
}

export function signedMissOf(line: Line, { spreading, signal }: Point): number {
  const due = Math.trunc((line.slope * (spreading - line.spreadingMean)) / 1000);
  return signal - line.signalMean - due;
}

/** Sum of squares about the mean, of tenths of a dB. */
export function scatterOf(values: readonly number[]): number {
  const mean = Math.trunc(
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length),
  );
  return values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
}
