/**
 * Radios that hear the same strangers, or are heard by them, with the same signal, though they claim
 * places apart: several on one antenna, or side by side in one room. Their signals differ by a
 * constant (gain, attenuator, declared or not); at two places they differ by the distances to each
 * stranger and by what stands between. Convicted are pairs whose differences scatter far less than
 * free space alone demands of the places that they claim.
 *
 * The strangers' own word (`sent`) cannot be forged by the stack; its word about strangers
 * (`received`) can, but is free evidence where it is not. Members of the same stack are no strangers.
 *
 * At least three must be alike, each to each: whom a cheat's radio relays sound alike where it is heard,
 * and so do pairs by chance.
 *
 * Of two, the one whose claim explains the common signal clearly better is spared: an honest hotspot
 * is not convicted because a cheat moved in next door.
 */
import { EVIDENCE_MAX, type Finding } from "./classification.ts";
import { spreadingCentiDb, squareMeters } from "./ground.ts";
import { addressesOf, heardOn, type Network, partnerOf } from "./network.ts";
import {
  type Direction,
  directions,
  fitFalling,
  type Sample,
  samplesOf,
  scatterOf,
} from "./signals.ts";
import {
  STACK_ALIKE,
  STACK_FAR_METERS,
  STACK_FAR_SCATTER,
  STACK_KIN,
  STACK_NOISE_SQUARE,
  STACK_OTHERS_MIN,
  STACK_PLACE_SQUARE,
  STACK_SCREEN_MIN,
  STACK_SPARED_PARTS,
  STACK_STRANGERS_MAX,
  STACK_STRANGERS_MIN,
  STACK_STRANGERS_SURE,
  stackPartsMax,
} from "./thresholds.ts";

/** By hotspot: its samples of one direction, and by partner. */
interface Heard {
  readonly samples: readonly (readonly Sample[])[];
  readonly signals: readonly ReadonlyMap<number, number>[];
  readonly counts: readonly ReadonlyMap<number, number>[];
}

interface Convicted {
  score: number;
  readonly stack: Set<number>;
}

/** Places of `disbelieved` (numbers) count for nothing. */
export function attachedStacks(
  network: Network,
  input: { biases: readonly number[]; disbelieved: ReadonlySet<number> },
): { number: number; finding: Finding }[] {
  const convicted = new Map<number, Convicted>();
  const views = directions.map((direction) => {
    const heard = heardIn(network, { ...input, direction });
    return { heard, ...alikeOf(network, heard) };
  });
  // In one place by whatever direction: forging the one does not hide the other.
  const kin = network.hotspots.map(
    (_, number) => new Set(views.flatMap((view) => [...(view.kin[number] ?? [])])),
  );
  for (const { heard, alike } of views) {
    alike.forEach((others, one) => {
      for (const other of others) {
        judgePair({ network, heard, kin, strange: input.disbelieved, one, other, convicted });
      }
    });
  }
  return [...convicted]
    .filter(([, { stack }]) => stack.size >= STACK_OTHERS_MIN && hasTriangle(convicted, stack))
    .sort(([x], [y]) => x - y)
    .flatMap(([number, found]) =>
      findingOf(network, { number, found }).map((finding) => ({ number, finding })),
    );
}

/** Whether two of the others are one stack too. */
function hasTriangle(
  convicted: ReadonlyMap<number, Convicted>,
  stack: ReadonlySet<number>,
): boolean {
  return [...stack].some((one) => {
    const theirs = convicted.get(one)?.stack;
    return theirs !== undefined && [...stack].some((other) => theirs.has(other));
  });
}

function heardIn(
  network: Network,
  input: { direction: Direction; biases: readonly number[] },
): Heard {
  const samples = network.hotspots.map((_, number) => samplesOf(network, { ...input, number }));
  const signals = samples.map(
    (own) => new Map(own.map(({ partner, signal }) => [partner, signal])),
  );
  const counts = samples.map((own) => new Map(own.map(({ partner, heard }) => [partner, heard])));
  return { samples, signals, counts };
}

/**
 * By hotspot: those whose signals from, or at, most common partners differ by about a constant. A
 * coarse screen over bounded numbers of partners and of those partners' own.
 */
function alikeOf(
  network: Network,
  heard: Heard,
): { alike: readonly ReadonlySet<number>[]; kin: readonly ReadonlySet<number>[] } {
  const alike = network.hotspots.map(() => new Set<number>());
  const kin = network.hotspots.map(() => new Set<number>());
  const atPartner = byPartner(heard);
  // One list for each other hotspot, used again for each `one`: the screen is where the time goes.
  const lists: number[][] = network.hotspots.map(() => []);
  network.hotspots.forEach((_, one) => {
    const touched: number[] = [];
    for (const { partner, signal } of bestOf(heard.samples[one] ?? [])) {
      for (const theirs of atPartner[partner] ?? []) {
        const list = lists[theirs.other];
        if (theirs.other <= one || list === undefined) continue;
        if (list.length === 0) touched.push(theirs.other);
        list.push(signal - theirs.signal);
      }
    }
    for (const other of touched) {
      const list = lists[other] ?? [];
      if (list.length >= STACK_SCREEN_MIN && mostlyEqual(list, STACK_ALIKE)) {
        alike[one]?.add(other);
        if (mostlyEqual(list, STACK_KIN)) {
          kin[one]?.add(other);
          kin[other]?.add(one);
        }
      }
      list.length = 0;
    }
  });
  return { alike, kin };
}

/** By partner: who has a sample of it, and its signal; in the order of their numbers. */
function byPartner(heard: Heard): readonly (readonly { other: number; signal: number }[])[] {
  const lists: { other: number; signal: number }[][] = heard.samples.map(() => []);
  heard.samples.forEach((samples, other) => {
    for (const { partner, signal } of samples) lists[partner]?.push({ other, signal });
  });
  return lists;
}

/** The best counted partners. */
function bestOf(samples: readonly Sample[]): readonly Sample[] {
  if (samples.length <= STACK_STRANGERS_MAX) return samples;
  return [...samples]
    .sort((x, y) => y.heard - x.heard || x.partner - y.partner)
    .slice(0, STACK_STRANGERS_MAX);
}

function mostlyEqual(
  differences: readonly number[],
  { tenths, parts }: { tenths: number; parts: number },
): boolean {
  const sorted = Int32Array.from(differences).sort();
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  let near = 0;
  for (const value of sorted) if (Math.abs(value - middle) <= tenths) near += 1;
  return near * 1000 >= sorted.length * parts;
}

function judgePair(input: {
  network: Network;
  heard: Heard;
  kin: readonly ReadonlySet<number>[];
  strange: ReadonlySet<number>;
  one: number;
  other: number;
  convicted: Map<number, Convicted>;
}): void {
  const { network, heard, kin, strange, one, other, convicted } = input;
  const theirs = heard.signals[other];
  const theirCounts = heard.counts[other];
  const strangers: Sample[] = [];
  for (const sample of heard.samples[one] ?? []) {
    const { partner } = sample;
    if (partner === other || strange.has(partner) || theirs?.has(partner) !== true) continue;
    const same = kin[partner];
    if (same?.has(one) || same?.has(other)) continue;
    // Strangers that are alike stand in one place, whatever they claim: they count once.
    if (strangers.some((stranger) => same?.has(stranger.partner))) continue;
    strangers.push(sample);
  }
  if (strangers.length < STACK_STRANGERS_MIN) return;
  const fromOne = strangers.map(({ partner }) => tenthsTo(network, one, partner));
  const fromOther = strangers.map(({ partner }) => tenthsTo(network, other, partner));
  const signals = strangers.map(({ signal }) => signal);
  const otherSignals = strangers.map(({ partner }) => theirs?.get(partner) ?? 0);
  const scatter = scatterOf(differencesOf(signals, otherSignals));
  const demanded = Math.max(
    scatterOf(differencesOf(fromOne, fromOther)),
    isFarApart(network, one, other) ? STACK_FAR_SCATTER * (strangers.length - 1) : 0,
  );
  if (scatter * 1000 > demanded * stackPartsMax(strangers.length)) return;
  const allowed = strangers.reduce((sum, stranger) => {
    const parts = STACK_NOISE_SQUARE / stranger.heard;
    const theirParts = STACK_NOISE_SQUARE / (theirCounts?.get(stranger.partner) ?? 1);
    return sum + STACK_PLACE_SQUARE + Math.floor(parts) + Math.floor(theirParts);
  }, 0);
  if (scatter * (strangers.length < STACK_STRANGERS_SURE ? 4 : 1) > allowed) return;
  const score = Math.max(1, 1000 - Math.floor((1000 * scatter) / Math.max(1, demanded)));
  const restOne = restOf(fromOne, signals);
  const restOther = restOf(fromOther, otherSignals);
  if (restOne * 1000 >= restOther * STACK_SPARED_PARTS) note(convicted, { one, other, score });
  if (restOther * 1000 >= restOne * STACK_SPARED_PARTS) {
    note(convicted, { one: other, other: one, score });
  }
}

function differencesOf(these: readonly number[], those: readonly number[]): number[] {
  return these.map((value, index) => value - (those[index] ?? 0));
}

/** What the claim leaves unexplained of the signal. */
function restOf(spreadings: readonly number[], signals: readonly number[]): number {
  return fitFalling(
    spreadings.map((spreading, index) => ({ spreading, signal: signals[index] ?? 0 })),
  ).rest;
}

function note(
  convicted: Map<number, Convicted>,
  { one, other, score }: { one: number; other: number; score: number },
): void {
  const found = convicted.get(one) ?? { score: 0, stack: new Set() };
  found.score = Math.max(found.score, score);
  found.stack.add(other);
  convicted.set(one, found);
}

function tenthsTo(network: Network, from: number, to: number): number {
  return Math.floor(spreadingCentiDb(squareBetween(network, from, to)) / 10);
}

function isFarApart(network: Network, one: number, other: number): boolean {
  return squareBetween(network, one, other) >= STACK_FAR_METERS * STACK_FAR_METERS;
}

function squareBetween(network: Network, from: number, to: number): number {
  const a = network.grounds[from];
  const b = network.grounds[to];
  return a === undefined || b === undefined ? 1 : squareMeters(a, b);
}

/** Its place is not where it says: nothing that it heard or that was heard of it is evidence of it. */
function findingOf(
  network: Network,
  { number, found }: { number: number; found: Convicted },
): Finding[] {
  const hotspot = network.hotspots[number];
  if (hotspot === undefined) return [];
  const links = (network.links[number] ?? []).filter((link) => heardOn(link) > 0);
  const evidence = addressesOf(network, {
    numbers: [...found.stack, ...links.map((link) => partnerOf(link, number))],
    max: EVIDENCE_MAX,
  });
  const { score } = found;
  return [
    { kind: "hotspot", hotspot: hotspot.address, classifier: "attached-stack", score, evidence },
  ];
}
