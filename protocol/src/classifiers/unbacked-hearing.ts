/**
 * Reports that nobody backs: made up from a payload that somebody shared, or carried by a tunnel. An
 * edge is backed if others near the witness heard the beaconer too, or if others near the beaconer
 * heard the witness: so a hilltop that hears a whole valley that hears it is safe, and so is whoever
 * is farther out than his neighbours. The word of the two ends themselves backs nothing, but where the
 * witness has no neighbours: then the beaconer must at least have heard it in turn.
 *
 * So are those whose links mostly pass one way only (one-sided.ts).
 *
 * Silence of neighbours alone convicts nobody: convicted is who has many unbacked hears, from several
 * beaconers, many times the network's own rate. With too few neighbours to tell, an edge counts
 * neither way.
 */
import { EVIDENCE_MAX, type Finding } from "./classification.ts";
import {
  addressesOf,
  heardOn,
  type Link,
  type Network,
  partnerOf,
  receivedOn,
  sentOn,
} from "./network.ts";
import { type OneSided, oneSidedHearings } from "./one-sided.ts";
import {
  BACKERS_MAX,
  BACKERS_MIN,
  LONE_BEACONS_MIN,
  UNBACKED_BEACONERS_MIN,
  UNBACKED_HEARS_MIN,
  UNBACKED_PARTS_MIN,
  UNBACKED_TIMES_USUAL,
} from "./thresholds.ts";

interface Judged {
  readonly network: Network;
  /** Numbers of those whose word does not count: closed clusters. */
  readonly disbelieved: ReadonlySet<number>;
}

interface Neighbour {
  readonly number: number;
  readonly squareMeters: number;
}

interface Sides {
  /** By number: its nearest credible neighbours. */
  readonly near: readonly (readonly Neighbour[])[];
  /** By number: its counted beacons, as far as any one edge has them. */
  readonly beacons: readonly number[];
  /** By number: who heard its beacons. */
  readonly hearers: readonly ReadonlySet<number>[];
}

interface Tally {
  readonly backed: number;
  readonly unbacked: number;
  readonly beaconers: readonly number[];
}

export function unbackedHearings(judged: Judged): Finding[] {
  const { network } = judged;
  const sides: Sides = {
    near: network.hotspots.map((_, number) => nearestBelieved(judged, number)),
    beacons: network.links.map(beaconsOf),
    hearers: network.links.map((links, number) => hearersOf(links, number)),
  };
  const tallies = network.hotspots.map((_, number) => tallyOf({ network, sides, number }));
  const usual = usualParts(tallies);
  const oneSided = oneSidedHearings(network, judged.disbelieved);
  return tallies.flatMap((tally, number) => {
    const found = oneSided.get(number);
    return (
      findingOf(network, { tally, number, usual }) ??
      (found === undefined ? [] : oneSidedFinding(network, { number, found }))
    );
  });
}

/** Nothing that it says to have heard is evidence of its place. */
function oneSidedFinding(
  network: Network,
  { number, found }: { number: number; found: OneSided },
): Finding[] {
  const hotspot = network.hotspots[number];
  if (hotspot === undefined) return [];
  const heard = (network.links[number] ?? []).filter((link) => heardOn(link) > 0);
  const numbers = [...found.partners, ...heard.map((link) => partnerOf(link, number))];
  const evidence = addressesOf(network, { numbers, max: EVIDENCE_MAX });
  const score = Math.max(1, found.parts);
  return [
    { kind: "hotspot", hotspot: hotspot.address, classifier: "unbacked-hearing", score, evidence },
  ];
}

function findingOf(
  network: Network,
  { tally, number, usual }: { tally: Tally; number: number; usual: number },
): Finding | undefined {
  const hotspot = network.hotspots[number];
  if (hotspot === undefined || tally.unbacked < UNBACKED_HEARS_MIN) return undefined;
  if (tally.beaconers.length < UNBACKED_BEACONERS_MIN) return undefined;
  const parts = partsOf(tally);
  if (parts < UNBACKED_PARTS_MIN || parts < usual * UNBACKED_TIMES_USUAL) return undefined;
  return {
    kind: "hotspot",
    hotspot: hotspot.address,
    classifier: "unbacked-hearing",
    score: Math.max(1, parts),
    evidence: addressesOf(network, { numbers: tally.beaconers, max: EVIDENCE_MAX }),
  };
}

function tallyOf(input: { network: Network; sides: Sides; number: number }): Tally {
  const { network, sides, number } = input;
  let backed = 0;
  let unbacked = 0;
  const beaconers: number[] = [];
  for (const link of network.links[number] ?? []) {
    const count = receivedOn(link, number)?.heard ?? 0;
    if (count === 0) continue;
    const backing = backingOf(sides, { link, witness: number });
    if (backing === "backed") backed += count;
    if (backing !== "unbacked") continue;
    unbacked += count;
    beaconers.push(partnerOf(link, number));
  }
  return { backed, unbacked, beaconers };
}

/** undefined: there are too few on either side to tell. */
function backingOf(
  sides: Sides,
  { link, witness }: { link: Link; witness: number },
): "backed" | "unbacked" | undefined {
  const beaconer = partnerOf(link, witness);
  const beside = (of: number, other: number) =>
    (sides.near[of] ?? []).filter(
      (near) => near.number !== other && 4 * near.squareMeters <= link.squareMeters,
    );
  const besideWitness = beside(witness, beaconer);
  const besideBeaconer = beside(beaconer, witness);
  const heardBeaconer = sides.hearers[beaconer];
  const heardWitness = sides.hearers[witness];
  if (besideWitness.some(({ number }) => heardBeaconer?.has(number))) return "backed";
  if (besideBeaconer.some(({ number }) => heardWitness?.has(number))) return "backed";
  if (besideBeaconer.length < BACKERS_MIN) return undefined;
  if (besideWitness.length >= BACKERS_MIN) return "unbacked";
  // A witness without neighbours: what is heard one way is heard the other way, if it is heard at all.
  if (heardWitness?.has(beaconer)) return "backed";
  return (sides.beacons[witness] ?? 0) >= LONE_BEACONS_MIN ? "unbacked" : undefined;
}

/** The nearest of its neighbours whose word counts. */
function nearestBelieved({ network, disbelieved }: Judged, number: number): Neighbour[] {
  return (network.links[number] ?? [])
    .filter((link) => link.ab?.near === true || link.ba?.near === true)
    .map((link) => ({ number: partnerOf(link, number), squareMeters: link.squareMeters }))
    .filter((near) => !disbelieved.has(near.number))
    .sort((x, y) => x.squareMeters - y.squareMeters || x.number - y.number)
    .slice(0, BACKERS_MAX);
}

function beaconsOf(links: readonly Link[], number: number): number {
  return links.reduce((most, link) => Math.max(most, sentOn(link, number)?.tried ?? 0), 0);
}

/** Who heard its beacons, by their own word. */
function hearersOf(links: readonly Link[], number: number): ReadonlySet<number> {
  return new Set(
    links
      .filter((link) => (sentOn(link, number)?.heard ?? 0) > 0)
      .map((link) => partnerOf(link, number)),
  );
}

/** Thousandths of judged hears that nobody backs. */
function partsOf({ backed, unbacked }: Tally): number {
  return unbacked === 0 ? 0 : Math.floor((1000 * unbacked) / (backed + unbacked));
}

/** The middle hotspot's share, of those that have judged hears: gangs below half cannot move it. */
function usualParts(tallies: readonly Tally[]): number {
  const parts = tallies
    .filter(({ backed, unbacked }) => backed + unbacked > 0)
    .map(partsOf)
    .sort((x, y) => x - y);
  return parts[Math.floor(parts.length / 2)] ?? 0;
}
