/**
 * A group that witnesses almost only itself amid neighbours that should hear it: radios in a cage, or
 * no radios at all.
 *
 * For each hotspot: its hearers (by their word) and its silent neighbours. In an honest town the
 * hearers are heard by the silent ones as usual, whatever the hotspot itself lacks: so who stands in a
 * cellar, or is all but mute, is safe. Around a member of a closed group nothing passes from hearers
 * to silent ones, and that is what is counted: beacons of the hearers at the silent ones, by the word
 * of the silent, against the curve.
 *
 * Silent neighbours speak only
 * - if they are no farther away than the hearers, or a little and on all sides: a village behind a
 *   ridge is no closed cluster;
 * - if they were there before the hotspot, or came at most a window after: newcomers cannot convict
 *   those who were there;
 * - if they are more than the hearers, and heard by each other: the local majority is believed.
 */
import { EVIDENCE_MAX, type Finding } from "./classification.ts";
import { binOf, type Curve, expectedOn } from "./curve.ts";
import { arrowBetween } from "./ground.ts";
import {
  addressesOf,
  heardOn,
  type Link,
  linkOf,
  type Network,
  partnerOf,
  receivedOn,
  sentOn,
} from "./network.ts";
import {
  AROUND_CURVE_MIN,
  AROUND_MIN,
  AROUND_PARTS_MAX,
  AROUND_TIMES,
  CLOSED_ROUNDS,
  CROSS_EXPECTED_EACH_MIN,
  CROSS_EXPECTED_MIN,
  CROSS_PARTS_MAX,
  GROUP_MAX,
  GROUP_MIN,
  HEARER_PARTS_MIN,
  SPEAKERS_MIN,
} from "./thresholds.ts";

interface Judged {
  readonly network: Network;
  readonly curve: Curve;
  /** Protocol milliseconds. */
  readonly windowMs: number;
}

interface Round extends Judged {
  /** Suspects of the round before: their silence says nothing. */
  readonly disbelieved: ReadonlyMap<number, number>;
}

/** A hotspot beside the one that is judged, and how much it belongs to its side, thousandths. */
interface Beside {
  readonly number: number;
  readonly weight: number;
  readonly squareMeters: number;
  /** It is one of the nearest. */
  readonly near: boolean;
}

/** What passes from one side to another: hears and what the curve expects, weighted, millionths. */
interface Passed {
  heard: number;
  expected: number;
}

export function closedClusters(judged: Judged): { number: number; finding: Finding }[] {
  const { network } = judged;
  let suspects: ReadonlyMap<number, number> = new Map();
  // Of two groups that do not hear each other the smaller is suspected first, and then not believed.
  for (let round = 0; round < CLOSED_ROUNDS; round++) {
    const before = suspects;
    const next = new Map<number, number>();
    network.hotspots.forEach((_, number) => {
      const parts = crossParts({ ...judged, disbelieved: before }, number);
      if (parts !== undefined) next.set(number, parts);
    });
    suspects = next;
  }
  return [...suspects].flatMap(([number, parts]) => {
    const hotspot = network.hotspots[number];
    if (hotspot === undefined || suspectsHeard(network, { number, suspects }) < GROUP_MIN)
      return [];
    const finding: Finding = {
      kind: "hotspot",
      hotspot: hotspot.address,
      classifier: "closed-cluster",
      score: Math.max(1, 1000 - parts),
      // Who is not where he says hears nobody from there: all his edges are evidence.
      evidence: addressesOf(network, { numbers: partnersOf(network, number), max: EVIDENCE_MAX }),
    };
    return [{ number, finding }];
  });
}

/**
 * How many other suspects it says itself that it heard: of the group is only who says so of several,
 * and a cage that says that it hears an honest cellar does not drag it in.
 */
function suspectsHeard(
  network: Network,
  { number, suspects }: { number: number; suspects: ReadonlyMap<number, number> },
): number {
  return (network.links[number] ?? []).filter(
    (link) => suspects.has(partnerOf(link, number)) && (receivedOn(link, number)?.heard ?? 0) > 0,
  ).length;
}

/** Whom it heard or who heard it. */
function partnersOf(network: Network, number: number): number[] {
  const links = (network.links[number] ?? []).filter((link) => heardOn(link) > 0);
  return links.map((link) => partnerOf(link, number));
}

/** What passes from hearers to silent neighbours, thousandths; undefined: no reason to suspect. */
function crossParts(judged: Round, number: number): number | undefined {
  const hearers = hearersOf(judged.network, number);
  if (hearers.length < GROUP_MIN) return undefined;
  const reach = Math.max(...hearers.map(({ squareMeters }) => squareMeters));
  const amid = silentOf(judged, { number, reach });
  if (amid.length >= SPEAKERS_MIN) {
    const parts = partsPassed(judged, { hearers, silent: amid });
    if (parts !== undefined && parts <= CROSS_PARTS_MAX) return parts;
  }
  const around = silentAround(judged, { number, hearers });
  if (around.length < AROUND_MIN || !surrounds(judged.network, { number, others: around })) {
    return undefined;
  }
  const parts = partsPassed(judged, { hearers, silent: around });
  return parts !== undefined && parts <= AROUND_PARTS_MAX ? parts : undefined;
}

/** Silent neighbours a little farther out than the group is wide, where most hear each other. */
function silentAround(
  judged: Round,
  { number, hearers }: { number: number; hearers: readonly Beside[] },
): Beside[] {
  const { network, curve } = judged;
  let wide = 0;
  for (const one of hearers.slice(0, GROUP_MAX)) {
    wide = Math.max(wide, one.squareMeters);
    for (const other of hearers.slice(0, GROUP_MAX)) {
      const link = linkOf(network, one.number, other.number);
      if (one.number < other.number && link !== undefined) wide = Math.max(wide, link.squareMeters);
    }
  }
  return silentOf(judged, { number, reach: wide * AROUND_TIMES * AROUND_TIMES }).filter(
    ({ squareMeters }) => (curve[binOf(squareMeters)] ?? 0) >= AROUND_CURVE_MIN,
  );
}

/** Whether there is no half of the horizon without one of them: so none if a ridge is between. */
function surrounds(
  network: Network,
  { number, others }: { number: number; others: readonly Beside[] },
): boolean {
  const here = network.grounds[number];
  if (here === undefined) return false;
  const arrows = others.flatMap((other) => {
    const there = network.grounds[other.number];
    return there === undefined ? [] : [arrowBetween(here, there)];
  });
  // All within one half of the horizon: then one of them has all others on its left or ahead.
  return !arrows.some((first) =>
    arrows.every(({ east, north }) => first.east * north - first.north * east >= 0),
  );
}

/** Thousandths of what is expected; undefined: too little is, or too few would be to tell. */
function partsPassed(
  judged: Round,
  { hearers, silent }: { hearers: readonly Beside[]; silent: readonly Beside[] },
): number | undefined {
  if (!outnumber(judged.network, { silent, hearers })) return undefined;
  const all: Passed = { heard: 0, expected: 0 };
  let closed = 0;
  for (const hearer of hearers.slice(0, GROUP_MAX)) {
    const passed = passedTo(judged, { hearer, silent });
    all.heard += passed.heard;
    all.expected += passed.expected;
    if (passed.expected >= CROSS_EXPECTED_EACH_MIN * MILLION && isClosed(passed)) closed += 1;
  }
  const enough = closed >= GROUP_MIN && all.expected >= CROSS_EXPECTED_MIN * MILLION;
  return enough ? Math.floor((1000 * all.heard) / all.expected) : undefined;
}

const MILLION = 1_000_000;

function isClosed({ heard, expected }: Passed): boolean {
  return heard * 1000 <= expected * CROSS_PARTS_MAX;
}

/** Who hears its beacons; those that hear most of them first. */
function hearersOf(network: Network, number: number): Beside[] {
  const hearers = (network.links[number] ?? []).flatMap((link) => {
    const share = heardShare(link, number);
    if (share < HEARER_PARTS_MIN) return [];
    const near = sentOn(link, number)?.near === true;
    const { squareMeters } = link;
    return [{ number: partnerOf(link, number), weight: share, squareMeters, near }];
  });
  return hearers.sort((x, y) => y.weight - x.weight || x.number - y.number);
}

/** Neighbours that do not hear it, or seldom, and may speak. */
function silentOf(judged: Round, input: { number: number; reach: number }): Beside[] {
  const { number, reach } = input;
  const accused = judged.network.hotspots[number];
  return (judged.network.links[number] ?? []).flatMap((link) => {
    const partner = partnerOf(link, number);
    const speaker = judged.network.hotspots[partner];
    if (sentOn(link, number)?.near !== true || link.squareMeters > reach) return [];
    if (speaker === undefined || accused === undefined) return [];
    if (judged.disbelieved.has(partner)) return [];
    if (speaker.locatedAt > accused.locatedAt + judged.windowMs) return [];
    const share = heardShare(link, number);
    if (share >= HEARER_PARTS_MIN) return [];
    return [{ number: partner, weight: 1000 - share, squareMeters: link.squareMeters, near: true }];
  });
}

function passedTo(
  { network, curve }: Judged,
  { hearer, silent }: { hearer: Beside; silent: readonly Beside[] },
): Passed {
  const passed: Passed = { heard: 0, expected: 0 };
  for (const speaker of silent) {
    if (speaker.number === hearer.number) continue;
    const link = linkOf(network, hearer.number, speaker.number);
    const edge = link === undefined ? undefined : sentOn(link, hearer.number);
    if (link === undefined || edge === undefined) continue;
    const weight = hearer.weight * speaker.weight;
    const due = expectedOn(curve, { edge, squareMeters: link.squareMeters });
    if (due === 0) continue;
    passed.heard += weight * edge.heard;
    passed.expected += Math.floor((weight * due) / 1000);
  }
  return passed;
}

/** Whether those of the silent that others of the silent hear are more than the near hearers. */
function outnumber(
  network: Network,
  { silent, hearers }: { silent: readonly Beside[]; hearers: readonly Beside[] },
): boolean {
  const alive = silent.filter(({ number }) =>
    silent.some((other) => {
      if (other.number === number) return false;
      const link = linkOf(network, number, other.number);
      return link !== undefined && (sentOn(link, number)?.heard ?? 0) > 0;
    }),
  );
  return alive.length > hearers.filter(({ near }) => near).length;
}

/** Thousandths of its beacons that the other end heard, floored. */
function heardShare(link: Link, number: number): number {
  const sent = sentOn(link, number);
  if (sent === undefined || sent.tried === 0) return 0;
  return Math.min(1000, Math.floor((1000 * sent.heard) / sent.tried));
}
