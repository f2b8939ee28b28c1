/**
 * Pairs that physics forbids: reports stronger than free space allows over the claimed distance, or
 * times of flight of another distance. One end lies about its place or its signal, and the pair alone
 * does not say which. So whoever has such pairs with many is found first, his pairs are put aside,
 * and so on; what is left between two clean ends is held against the pair alone. A liar therefore
 * cannot frame a neighbour: all that he touches is explained by himself.
 */
import { type EdgeCounts, EVIDENCE_MAX, type Finding } from "./classification.ts";
import { addressesOf, type Link, type Network, partnerOf } from "./network.ts";
import { IMPOSSIBLE_EVENTS_MIN, IMPOSSIBLE_PARTNERS_MIN } from "./thresholds.ts";

interface Tally {
  readonly impossible: Set<number>;
  readonly plausible: Set<number>;
}

export function impossiblePairs(network: Network): Finding[] {
  const tallies: Tally[] = network.hotspots.map(() => ({
    impossible: new Set(),
    plausible: new Set(),
  }));
  const pairs: Link[] = [];
  network.links.forEach((links, number) => {
    for (const link of links) {
      const verdict = verdictOn(link);
      if (verdict === undefined) continue;
      tallies[number]?.[verdict].add(partnerOf(link, number));
      if (verdict === "impossible" && link.a === number) pairs.push(link);
    }
  });
  const findings = peel(network, tallies);
  const found = new Set(findings.map(({ number }) => number));
  const edges = pairs.filter(({ a, b }) => !found.has(a) && !found.has(b));
  return [
    ...findings.map(({ finding }) => finding),
    ...edges.flatMap((link) => edgeFinding(network, link)),
  ];
}

/** Removes the worst, one after the other. Each removal touches its own pairs only. */
function peel(network: Network, tallies: readonly Tally[]): { number: number; finding: Finding }[] {
  const findings: { number: number; finding: Finding }[] = [];
  const open = new Set(
    tallies.flatMap(({ impossible }, number) =>
      impossible.size >= IMPOSSIBLE_PARTNERS_MIN ? [number] : [],
    ),
  );
  for (;;) {
    let worst: number | undefined;
    for (const number of open) {
      const tally = tallies[number];
      if (tally === undefined || !convicts(tally)) continue;
      const best = worst === undefined ? undefined : tallies[worst];
      if (best === undefined || isWorse(tally, best)) worst = number;
    }
    const tally = worst === undefined ? undefined : tallies[worst];
    const hotspot = worst === undefined ? undefined : network.hotspots[worst];
    if (worst === undefined || tally === undefined || hotspot === undefined) return findings;
    open.delete(worst);
    const evidence = addressesOf(network, { numbers: tally.impossible, max: EVIDENCE_MAX });
    findings.push({
      number: worst,
      finding: {
        kind: "hotspot",
        hotspot: hotspot.address,
        classifier: "impossible-pair",
        score: shareOf(tally),
        evidence,
      },
    });
    for (const partner of tally.impossible) tallies[partner]?.impossible.delete(worst);
  }
}

function convicts({ impossible, plausible }: Tally): boolean {
  return impossible.size >= IMPOSSIBLE_PARTNERS_MIN && impossible.size > plausible.size;
}

/** Larger share first; among equals more partners; else the lower number, which came first. */
function isWorse(a: Tally, b: Tally): boolean {
  const left = a.impossible.size * (b.impossible.size + b.plausible.size);
  const right = b.impossible.size * (a.impossible.size + a.plausible.size);
  return left > right || (left === right && a.impossible.size > b.impossible.size);
}

/** Thousandths, 1 to 1000, floored. */
function shareOf({ impossible, plausible }: Tally): number {
  const all = impossible.size + plausible.size;
  return Math.max(1, Math.floor((1000 * impossible.size) / Math.max(1, all)));
}

/** Repeatedly impossible, heard plausibly, or neither (nothing to say). */
function verdictOn(link: Link): "impossible" | "plausible" | undefined {
  const forbidden = forbiddenIn(link.ab) + forbiddenIn(link.ba);
  const fine = fineIn(link.ab) + fineIn(link.ba);
  if (forbidden >= IMPOSSIBLE_EVENTS_MIN && forbidden > fine) return "impossible";
  return fine > 0 ? "plausible" : undefined;
}

function forbiddenIn(edge: EdgeCounts | undefined): number {
  return edge === undefined ? 0 : edge.above + edge.flightBad;
}

/** A flight that was bad was heard too: it counts as forbidden and not as fine. */
function fineIn(edge: EdgeCounts | undefined): number {
  return edge === undefined ? 0 : Math.max(0, edge.heard - edge.flightBad);
}

function edgeFinding(network: Network, link: Link): Finding[] {
  const a = network.hotspots[link.a];
  const b = network.hotspots[link.b];
  if (a === undefined || b === undefined) return [];
  const pair = [a.address, b.address] as const;
  return [{ kind: "edge", pair, classifier: "impossible-pair", score: 1000 }];
}
