/**
 * Links that pass one way only. A path has the same loss both ways, so a pair's signals differ by what
 * the two transmit and receive alone, which their other links show. Who hears many whom its own beacons
 * do not reach, though as faint ones of it are heard elsewhere, and though those who are silent hear
 * others that are as faint, has not heard them: he was told (a tunnel, a shared payload), or nothing
 * of his is on the air where he says.
 */
import { EDGES_MAX, type EdgeCounts } from "./classification.ts";
import { type Link, type Network, partnerOf, receivedOn, sentOn } from "./network.ts";
import { type Line, meanOf, pointOf, signedMissOf, usualLine } from "./signals.ts";
import {
  ONE_SIDED,
  ONE_SIDED_CHANCE_PARTS,
  ONE_SIDED_CLEAR_TENTHS,
  ONE_SIDED_CROWD,
  ONE_SIDED_FAINT_RANK,
  ONE_SIDED_FELLOWS_MIN,
  ONE_SIDED_LOUD_TENTHS,
  ONE_SIDED_ROUNDS,
  ONE_SIDED_SLACK_TENTHS,
  ONE_SIDED_SUSPECT,
  ONE_SIDED_TOGETHER_PARTS,
} from "./thresholds.ts";

/** What all links of a hotspot say of it. Tenths of a dB or dBm. */
interface Station {
  /** How much louder its beacons are at its partners than theirs at it: the middle one. */
  readonly offset: number;
  /** It hears several that are as faint as this. */
  readonly hearsFrom: number;
  /** Hotspots that hear it; 0 where more do than a challenge has room for. */
  readonly hearers: number;
  /** Beacons that its row counts, if all who heard one are in the row. */
  readonly beacons: number;
}

interface Compared {
  readonly partner: number;
  /** How loud the partner should hear it. */
  readonly due: number;
  readonly oneSided: boolean;
}

export interface OneSided {
  /** Thousandths of the compared links. */
  readonly parts: number;
  readonly partners: readonly number[];
}

/** By number: those most of whose faint links pass one way only. */
export function oneSidedHearings(
  network: Network,
  disbelieved: ReadonlySet<number>,
): ReadonlyMap<number, OneSided> {
  const stations = network.links.map(stationOf);
  const line = usualLine(network);
  const compared = network.hotspots.map((_, number) =>
    comparedOf(network, { stations, number, line }),
  );
  let suspects: ReadonlyMap<number, OneSided> = new Map();
  // Those who are suspected no longer vouch for each other.
  for (let round = 0; round < ONE_SIDED_ROUNDS; round++) {
    const before = suspects;
    const next = new Map<number, OneSided>();
    compared.forEach((links, number) => {
      const believed = links.filter(
        ({ partner }) => !before.has(partner) && !disbelieved.has(partner),
      );
      const worst = worstOf(believed, ONE_SIDED_SUSPECT);
      if (worst !== undefined) next.set(number, worst);
    });
    suspects = next;
  }
  return new Map([...suspects].filter(([number]) => convicts(network, { suspects, number })));
}

/**
 * Either it has enough of them by itself; or nearly all its links are so, and with its fellows there
 * are enough in all.
 */
function convicts(
  network: Network,
  { suspects, number }: { suspects: ReadonlyMap<number, OneSided>; number: number },
): boolean {
  const own = suspects.get(number);
  if (own === undefined || own.parts < ONE_SIDED.parts) return false;
  const fellows = fellowsOf(network, { suspects, number });
  // Who is mute is no cheat, though cheats say that they hear it: real radios, which others hear.
  if (!isHeard(network, { suspects, number })) {
    const unheard = fellows.filter((fellow) => !isHeard(network, { suspects, number: fellow }));
    if (unheard.length < ONE_SIDED_FELLOWS_MIN) return false;
  }
  if (own.partners.length >= ONE_SIDED.partners) return true;
  if (own.parts < ONE_SIDED_TOGETHER_PARTS) return false;
  const all = new Set(own.partners);
  for (const fellow of fellows) {
    const other = suspects.get(fellow);
    if (other === undefined || other.parts < ONE_SIDED_TOGETHER_PARTS) continue;
    for (const partner of other.partners) all.add(partner);
  }
  return all.size >= ONE_SIDED.partners;
}

/** Other suspects that it hears and that hear it. */
function fellowsOf(
  network: Network,
  { suspects, number }: { suspects: ReadonlyMap<number, OneSided>; number: number },
): number[] {
  return (network.links[number] ?? [])
    .filter((link) => (link.ab?.heard ?? 0) > 0 && (link.ba?.heard ?? 0) > 0)
    .map((link) => partnerOf(link, number))
    .filter((partner) => suspects.has(partner));
}

/** By others than suspects: as many as convict, and not far fewer than those who are silent. */
function isHeard(
  network: Network,
  { suspects, number }: { suspects: ReadonlyMap<number, OneSided>; number: number },
): boolean {
  const hearers = (network.links[number] ?? []).filter(
    (link) => (sentOn(link, number)?.heard ?? 0) > 0 && !suspects.has(partnerOf(link, number)),
  );
  const silent = suspects.get(number)?.partners.length ?? 0;
  return hearers.length >= Math.max(ONE_SIDED.partners, Math.floor((3 * silent) / 4));
}

/** Of the faintest so many links that have the most one-sided ones; undefined: none have enough. */
function worstOf(
  links: readonly Compared[],
  least: { partners: number; parts: number },
): OneSided | undefined {
  let worst: OneSided | undefined;
  const partners: number[] = [];
  links.forEach(({ partner, oneSided }, index) => {
    if (!oneSided) return;
    partners.push(partner);
    const parts = Math.floor((1000 * partners.length) / (index + 1));
    if (partners.length < least.partners || parts < least.parts) return;
    if (worst === undefined || parts >= ONE_SIDED.parts) worst = { parts, partners: [...partners] };
  });
  return worst;
}

/** What it hears against who hears it, faintest first. */
function comparedOf(
  network: Network,
  { stations, number, line }: { stations: readonly Station[]; number: number; line: Line },
): Compared[] {
  const own = stations[number];
  const compared = (network.links[number] ?? []).flatMap((link) => {
    const partner = partnerOf(link, number);
    const received = receivedOn(link, number);
    const their = stations[partner];
    if (own === undefined || their === undefined || received === undefined) return [];
    if (received.heard === 0 || own.hearers < ONE_SIDED_FELLOWS_MIN) return [];
    if (signedMissOf(line, pointOf(link, received)) > ONE_SIDED_LOUD_TENTHS) return [];
    const due = meanOf(received) + own.offset - their.offset;
    const least = their.hearsFrom;
    if (due < least - ONE_SIDED_SLACK_TENTHS) return [];
    const sent = sentOn(link, number);
    if ((sent?.heard ?? 0) + (sent?.above ?? 0) > 0) return [{ partner, due, oneSided: false }];
    const tried = sent?.tried ?? own.beacons;
    const isClear = tried > 1 && due >= least + ONE_SIDED_CLEAR_TENTHS;
    if (!isClear && chanceParts(received, tried) > ONE_SIDED_CHANCE_PARTS) return [];
    return [{ partner, due, oneSided: true }];
  });
  return compared.sort((x, y) => x.due - y.due || x.partner - y.partner);
}

/**
 * Chance, thousandths, that none of `tried` beacons is heard where `heard` of the other way's were,
 * if nothing else is known of the common probability (Laplace's rule of succession, step by step).
 */
function chanceParts({ heard, tried: received }: EdgeCounts, tried: number): number {
  const missed = Math.max(0, received - heard);
  let parts = 1000;
  for (let step = 0; step < tried && parts > 0; step++) {
    parts = Math.floor((parts * (missed + 1 + step)) / (received + 2 + step));
  }
  return parts;
}

function stationOf(links: readonly Link[], number: number): Station {
  const offsets: number[] = [];
  const received: number[] = [];
  const sent: number[] = [];
  let edges = 0;
  let heard = 0;
  let beacons = 0;
  for (const link of links) {
    const out = sentOn(link, number);
    const back = receivedOn(link, number);
    if (out !== undefined) edges += 1;
    heard += out?.heard ?? 0;
    beacons = Math.max(beacons, out?.tried ?? 0);
    if (isGood(out)) sent.push(meanOf(out));
    if (isGood(back)) received.push(meanOf(back));
    if (isGood(out) && isGood(back)) offsets.push(meanOf(out) - meanOf(back));
  }
  return {
    offset: middleOf(offsets),
    hearsFrom: faintOf(received),
    // A challenge has room for so many reports: where it is crowded, silence says nothing.
    hearers: heard < ONE_SIDED_CROWD * beacons ? sent.length : 0,
    beacons: edges < EDGES_MAX ? beacons : 0,
  };
}

/** Most of its beacons were heard. */
function isGood(edge: EdgeCounts | undefined): edge is EdgeCounts {
  return edge !== undefined && edge.heard > 0 && 2 * edge.heard >= edge.tried;
}

function middleOf(values: number[]): number {
  values.sort((x, y) => x - y);
  return values[Math.floor(values.length / 2)] ?? 0;
}

/** The faintest but one or so; where there are so few, nothing is faint enough. */
function faintOf(values: number[]): number {
  values.sort((x, y) => x - y);
  return values[ONE_SIDED_FAINT_RANK - 1] ?? 0;
}
