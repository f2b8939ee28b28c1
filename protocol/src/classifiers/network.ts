/**
 * What all classifiers look at: the located hotspots in the order of their key bytes, as numbers,
 * and each unordered pair that has counters, with both directions of it.
 */
import { addressBytes, compareAddresses } from "../identity/address.ts";
import type { Address } from "../units.ts";
import type { ClassifiedHotspot, EdgeCounts, Hearing } from "./classification.ts";
import { hearingAt } from "./count-beacon.ts";
import { type Ground, groundOf, spreadingCentiDb, squareMeters } from "./ground.ts";

/** A pair of hotspots, by their numbers, `a` below `b`. */
export interface Link {
  readonly a: number;
  readonly b: number;
  /** a's beacons at b. */
  ab: EdgeCounts | undefined;
  /** b's beacons at a. */
  ba: EdgeCounts | undefined;
  readonly squareMeters: number;
  /** 20 log10 of the claimed distance in metres, hundredths of a dB. */
  readonly spreadingCentiDb: number;
}

export interface Network {
  /** Sorted by key bytes: a hotspot's number is its place here. */
  readonly hotspots: readonly ClassifiedHotspot[];
  readonly grounds: readonly Ground[];
  /** By number: its links, in the order of the partners' numbers. */
  readonly links: readonly (readonly Link[])[];
  /** By the lower number: its links to higher ones, by their number. */
  readonly pairs: readonly ReadonlyMap<number, Link>[];
}

/** Builds it from the rows, whatever order they come in. Rows and edges of others are left out. */
export function networkOf(input: {
  hotspots: readonly ClassifiedHotspot[];
  hearings: ReadonlyMap<Address, Hearing>;
  window: number;
}): Network {
  const hotspots = sortedByKey(input.hotspots);
  const grounds = hotspots.map(({ cell }) => groundOf(cell));
  const numbers = new Map(hotspots.map(({ address }, number) => [address, number]));
  const pairs = hotspots.map(() => new Map<number, Link>());
  hotspots.forEach(({ address }, from) => {
    const row = input.hearings.get(address);
    if (row === undefined) return;
    for (const edge of hearingAt(row, input.window).edges) {
      const to = numbers.get(edge.witness);
      if (to === undefined || to === from) continue;
      const link = linkBetween({ pairs, grounds, one: from, other: to });
      if (from < to) link.ab = edge;
      else link.ba = edge;
    }
  });
  const links: Link[][] = hotspots.map(() => []);
  pairs.forEach((partners, a) => {
    for (const b of [...partners.keys()].sort((x, y) => x - y)) {
      const link = partners.get(b);
      if (link === undefined) continue;
      links[a]?.push(link);
      links[b]?.push(link);
    }
  });
  links.forEach((own, number) => {
    own.sort((x, y) => partnerOf(x, number) - partnerOf(y, number));
  });
  return { hotspots, grounds, links, pairs };
}

export function partnerOf(link: Link, number: number): number {
  return link.a === number ? link.b : link.a;
}

/** The link of two different hotspots, if there is any. */
export function linkOf(network: Network, one: number, other: number): Link | undefined {
  return network.pairs[Math.min(one, other)]?.get(Math.max(one, other));
}

/** Counters of this hotspot's beacons at the link's other end. */
export function sentOn(link: Link, number: number): EdgeCounts | undefined {
  return link.a === number ? link.ab : link.ba;
}

/** Counters of the other end's beacons at this hotspot. */
export function receivedOn(link: Link, number: number): EdgeCounts | undefined {
  return link.a === number ? link.ba : link.ab;
}

/** Heard beacons of both directions. */
export function heardOn(link: Link): number {
  return (link.ab?.heard ?? 0) + (link.ba?.heard ?? 0);
}

/** Addresses of hotspots, by number, in key order (numbers are). At most `max`. */
export function addressesOf(
  network: Network,
  input: { numbers: Iterable<number>; max: number },
): Address[] {
  return [...new Set(input.numbers)]
    .sort((x, y) => x - y)
    .slice(0, input.max)
    .flatMap((number) => network.hotspots[number]?.address ?? []);
}

function linkBetween(input: {
  pairs: Map<number, Link>[];
  grounds: readonly Ground[];
  one: number;
  other: number;
}): Link {
  const a = Math.min(input.one, input.other);
  const b = Math.max(input.one, input.other);
  const partners = input.pairs[a];
  const groundA = input.grounds[a];
  const groundB = input.grounds[b];
  if (partners === undefined || groundA === undefined || groundB === undefined) {
    throw new RangeError(`no hotspots ${a} and ${b}`);
  }
  let link = partners.get(b);
  if (link === undefined) {
    const square = squareMeters(groundA, groundB);
    link = {
      a,
      b,
      ab: undefined,
      ba: undefined,
      squareMeters: square,
      spreadingCentiDb: spreadingCentiDb(square),
    };
    partners.set(b, link);
  }
  return link;
}

function sortedByKey(hotspots: readonly ClassifiedHotspot[]): ClassifiedHotspot[] {
  for (const { address } of hotspots) addressBytes(address);
  return [...hotspots].sort((x, y) => compareAddresses(x.address, y.address));
}
