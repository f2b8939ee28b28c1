/**
 * Signal that does not fall with the claimed distance, but does with the distance from another place:
 * the hotspot is not where it says. Each hotspot's signals are fitted by a falling line against the
 * claimed distances, and against the distances from the places of those that hear it loudest. Only
 * where another place explains them decisively better is it convicted: shadowing alone (hills, a
 * directional antenna) makes every place explain them badly.
 *
 * Who is heard from afar alone, though hardly anybody is, needs less evidence: few hear him.
 *
 * Of each fit the worst quarter is left out, so that a quarter of liars among the partners can
 * neither frame an honest one nor cover a cheat.
 */
import { EVIDENCE_MAX, type Finding } from "./classification.ts";
import { type Ground, spreadingCentiDb, squareMeters } from "./ground.ts";
import { addressesOf, heardOn, type Network, partnerOf } from "./network.ts";
import {
  type Direction,
  directions,
  fitFalling,
  missOf,
  type Point,
  type Sample,
  samplesOf,
} from "./signals.ts";
import {
  FLAT_METERS_MIN,
  FLAT_MIDDLE_OF,
  FLAT_PLACES_MAX,
  FLAT_REMOTE_METERS,
  FLAT_REMOTE_SAMPLES_MIN,
  FLAT_REST_MIN,
  FLAT_ROUNDS,
  FLAT_SAMPLES_MIN,
  FLAT_SUSPECT_PARTS,
  flatRemoteTimesMin,
  flatTimesMin,
} from "./thresholds.ts";

interface Judged {
  readonly network: Network;
  readonly biases: readonly number[];
  /** Numbers of those whose places count for nothing. */
  readonly disbelieved: ReadonlySet<number>;
}

export function flatSignals(judged: Judged): Finding[] {
  let times: ReadonlyMap<number, number> = new Map();
  const remotes = new Map<number, number>();
  // Partners whose own places are false blur the picture of the others: they are left out in turn.
  for (let round = 0; round < FLAT_ROUNDS; round++) {
    const disbelieved = new Set([...judged.disbelieved, ...times.keys()]);
    const next = new Map<number, number>();
    for (const direction of directions) {
      for (const [number, { best, remote }] of timesBetter({ ...judged, disbelieved }, direction)) {
        next.set(number, Math.max(best, next.get(number) ?? 0));
        if (remote) remotes.set(number, Math.max(best, remotes.get(number) ?? 0));
      }
    }
    // Remote ones have each other for partners, and few besides: they stay found.
    times = new Map([...next, ...remotes]);
  }
  return [...times].flatMap(([number, best]) => findingOf(judged.network, { number, best }));
}

function findingOf(
  network: Network,
  { number, best }: { number: number; best: number },
): Finding[] {
  const hotspot = network.hotspots[number];
  if (hotspot === undefined) return [];
  const links = (network.links[number] ?? []).filter((link) => heardOn(link) > 0);
  const evidence = addressesOf(network, {
    numbers: links.map((link) => partnerOf(link, number)),
    max: EVIDENCE_MAX,
  });
  const score = Math.max(1, 1000 - Math.floor(1_000_000 / best));
  return [
    { kind: "hotspot", hotspot: hotspot.address, classifier: "flat-signal", score, evidence },
  ];
}

/**
 * By hotspot: how many times (thousandths) better the best other place explains its signals, where
 * that is decisive. Only those whose claims explain clearly less than is usual are looked at closely.
 */
function timesBetter(
  judged: Judged,
  direction: Direction,
): Map<number, { best: number; remote: boolean }> {
  const { network, biases, disbelieved } = judged;
  const claims = network.hotspots.flatMap((_, number) => {
    const samples = samplesOf(network, { number, direction, biases }).filter(
      ({ partner }) => !disbelieved.has(partner),
    );
    const origin = network.grounds[number];
    const least = isRemote(samples) ? FLAT_REMOTE_SAMPLES_MIN : FLAT_SAMPLES_MIN;
    if (origin === undefined || samples.length <= least) return [];
    const { rest, count } = trimmedRest(pointsFrom(network, { origin, samples }));
    return [{ number, samples, usual: Math.floor(rest / count) }];
  });
  const sorted = claims.map(({ usual }) => usual).sort((x, y) => x - y);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const times = new Map<number, { best: number; remote: boolean }>();
  for (const { number, samples, usual } of claims) {
    const remote = isRemote(samples);
    if (usual * 1000 < middle * FLAT_SUSPECT_PARTS && !remote) continue;
    const best = bestElsewhere(network, { number, samples });
    if (best > 0) times.set(number, { best, remote });
  }
  return times;
}

function bestElsewhere(
  network: Network,
  { number, samples }: { number: number; samples: readonly Sample[] },
): number {
  const here = network.grounds[number];
  if (here === undefined) return 0;
  const remote = isRemote(samples);
  let best = 0;
  for (const { there, partner } of placesOf(network, samples)) {
    if (squareMeters(here, there) < FLAT_METERS_MIN * FLAT_METERS_MIN) continue;
    const others = samples.filter((sample) => sample.partner !== partner);
    const claimed = trimmedRest(pointsFrom(network, { origin: here, samples: others }));
    const moved = trimmedRest(pointsFrom(network, { origin: there, samples: others }));
    const floor = Math.max(moved.rest, FLAT_REST_MIN * moved.count);
    const times = Math.floor((1000 * claimed.rest) / floor);
    const least = remote ? flatRemoteTimesMin(moved.count) : flatTimesMin(moved.count);
    if (times >= least) best = Math.max(best, times);
  }
  return best;
}

/** Places of the loudest partners, and the middle of the loudest few. */
function placesOf(
  network: Network,
  samples: readonly Sample[],
): { there: Ground; partner: number | undefined }[] {
  const loudest = [...samples]
    .sort((x, y) => y.signal - x.signal || x.partner - y.partner)
    .slice(0, FLAT_PLACES_MAX)
    .flatMap(({ partner }) => {
      const there = network.grounds[partner];
      return there === undefined ? [] : [{ there, partner }];
    });
  const few = loudest.slice(0, FLAT_MIDDLE_OF).map(({ there }) => there);
  if (few.length < FLAT_MIDDLE_OF) return loudest;
  const middle = {
    lat: Math.trunc(few.reduce((sum, { lat }) => sum + lat, 0) / few.length),
    lng: Math.trunc(few.reduce((sum, { lng }) => sum + lng, 0) / few.length),
  };
  return [...loudest, { there: middle, partner: undefined }];
}

/** Most that it hears or that hear it are farther than hotspots usually are. */
function isRemote(samples: readonly Sample[]): boolean {
  const far = samples.filter(
    ({ link }) => link.squareMeters >= FLAT_REMOTE_METERS * FLAT_REMOTE_METERS,
  );
  return 4 * far.length >= 3 * samples.length;
}

function pointsFrom(
  network: Network,
  { origin, samples }: { origin: Ground; samples: readonly Sample[] },
): Point[] {
  return samples.flatMap(({ partner, signal }) => {
    const ground = network.grounds[partner];
    if (ground === undefined) return [];
    return [{ spreading: Math.floor(spreadingCentiDb(squareMeters(origin, ground)) / 10), signal }];
  });
}

/** What the best falling line leaves of the three quarters that fit it best. */
function trimmedRest(points: readonly Point[]): { rest: number; count: number } {
  const count = points.length - Math.floor(points.length / 4);
  let kept = points;
  for (let step = 0; step < 3; step++) {
    const fit = fitFalling(kept);
    kept = points
      .map((point, index) => ({ point, index, miss: missOf(fit, point) }))
      .sort((x, y) => x.miss - y.miss || x.index - y.index)
      .slice(0, count)
      .map(({ point }) => point);
  }
  return { rest: fitFalling(kept).rest, count };
}
