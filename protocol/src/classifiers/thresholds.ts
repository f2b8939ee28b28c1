/**
 * Every threshold of the classifiers, with its reason. "Calibrated" means: by the generator of
 * protocol/src/testing/radio-town.ts, whose tests pin the false positives and the detections.
 * Parts are thousandths unless the name says otherwise.
 */

/** Neighbours that a beacon is expected to be heard by: enough for a quarter of liars among them. */
export const NEAR_MAX = 16;
/** Rings of resolution-8 cells in which neighbours are looked for: some 11 km. */
export const NEAR_RINGS_MAX = 12;

/** Counts of one edge stay below this (one byte); then the edge's counts are halved. */
export const EDGE_COUNT_MAX = 255;

/**
 * impossible-pair: reports above the bound, or bad flights, of one pair. One may be a wrong entry;
 * and more than plausible ones, since an honest signal in noise never passes free space by chance.
 */
export const IMPOSSIBLE_EVENTS_MIN = 2;
/** Distinct partners that speak against one hotspot: a gang of three cannot. */
export const IMPOSSIBLE_PARTNERS_MIN = 4;

/** The curve: near beacons of one distance below which nothing is expected at it. */
export const CURVE_TRIALS_MIN = 40;
/**
 * closed-cluster. Hears between a hotspot's hearers and its silent neighbours, against the curve: at
 * most this share. Honest ones have about 1000 with a deviation of 200 (calibrated); a third of a
 * closed group may be real radios that vouch for the others.
 */
export const CROSS_PARTS_MAX = 300;
/** Such hears to be expected, in all, and those of one hearer for it to count among GROUP_MIN. */
export const CROSS_EXPECTED_MIN = 10;
export const CROSS_EXPECTED_EACH_MIN = 3;
/** Who heard at least this share of its beacons is a hearer; others are silent. */
export const HEARER_PARTS_MIN = 80;
/** Hearers that must be so: two honest cellars that hear each other are no group. */
export const GROUP_MIN = 2;
/** Hearers that are looked at, the best first: bounds the cost. */
export const GROUP_MAX = 8;
/** Rounds in which suspects lose their voice: two settle nearly all (calibrated). */
export const CLOSED_ROUNDS = 3;
/** Distinct silent neighbours, at least. */
export const SPEAKERS_MIN = 4;

/**
 * Where too few silent ones are within reach of the hearers: those around, up to so many times as far
 * as the group is wide, and no farther than a third of hotspots hear each other. So many, on all sides,
 * and next to nothing passes: a village in a valley has somebody on a slope.
 */
export const AROUND_TIMES = 4;
export const AROUND_CURVE_MIN = 350;
export const AROUND_MIN = 6;
export const AROUND_PARTS_MAX = 100;

/** unbacked-hearing: neighbours on each side that are asked. */
export const BACKERS_MAX = 6;
/** Neighbours on each side, at half the distance or less, without whom there is no judgement. */
export const BACKERS_MIN = 3;
/** Unbacked hears, and beaconers that they are of, before they say anything. */
export const UNBACKED_HEARS_MIN = 10;
export const UNBACKED_BEACONERS_MIN = 4;
/** Beacons of a witness without neighbours before others' silence about them says anything. */
export const LONE_BEACONS_MIN = 4;
/** Share of a hotspot's judged hears that is unbacked, at least; and against the network's own. */
export const UNBACKED_PARTS_MIN = 400;
export const UNBACKED_TIMES_USUAL = 4;

/**
 * attached-stack, the screen: partners of one hotspot that are looked at (each has at most some
 * EDGES_MAX of its own), and common ones at least.
 */
export const STACK_STRANGERS_MAX = 24;
export const STACK_SCREEN_MIN = 6;
/** Two are looked at closely if this share of their differences is so near the middle one. */
export const STACK_ALIKE = { tenths: 50, parts: 650 };
/**
 * And stand in one place, as strangers of others, if these are: they count once there. More than a
 * closet's share of anybody's partners, or a closet would make honest pairs look like one.
 */
export const STACK_KIN = { tenths: 30, parts: 750 };
/** Strangers that a conviction needs. */
export const STACK_STRANGERS_MIN = 6;
/** Below so many only half as much deviation is one place. */
export const STACK_STRANGERS_SURE = 8;
/**
 * Scatter of the differences against that of free space over the claimed distances, thousandths at
 * most. Without anything in the way two places have at least 3 times free space's (exponent 3.5), and
 * what stands in the way, 8 dB each, makes them pass the next bound once in 100,000 pairs (chi-square
 * of n - 1); three must be alike, each to each.
 */
export function stackPartsMax(strangers: number): number {
  if (strangers < STACK_STRANGERS_SURE) return 125;
  if (strangers < 10) return 200;
  if (strangers < 12) return 250;
  if (strangers < 16) return 300;
  return strangers < 20 ? 333 : 400;
}
/**
 * And as scatter of one place looks like: 1 dB between antennas side by side, and 1.7 dB of noise for
 * each single beacon; squared tenths of a dB.
 */
export const STACK_PLACE_SQUARE = 100;
export const STACK_NOISE_SQUARE = 300;
/** So far apart no two places see the same signals of so many, whatever the directions: 6 dB. */
export const STACK_FAR_METERS = 20_000;
/** Squared tenths of a dB. */
export const STACK_FAR_SCATTER = 3600;
/**
 * Others that a convicted hotspot makes one stack with: of a single pair nobody can tell who is where
 * he says (and chance makes a pair now and then).
 */
export const STACK_OTHERS_MIN = 2;
/** Whose claim leaves less than this of what the other's leaves unexplained is spared. */
export const STACK_SPARED_PARTS = 667;

/** flat-signal: rounds in which the convicted are left out as partners. */
export const FLAT_ROUNDS = 2;
/** Partners at least; of these a quarter is left out. */
export const FLAT_SAMPLES_MIN = 10;
/** Looked at closely: who leaves this much more unexplained than the middle hotspot, thousandths. */
export const FLAT_SUSPECT_PARTS = 1300;
/** Places of the loudest partners that are tried. */
export const FLAT_PLACES_MAX = 8;
/** A place nearer than this to the claimed one is no other place. */
export const FLAT_METERS_MIN = 1000;
/** No place is believed to explain better than to 2 dB: squared tenths of a dB. */
export const FLAT_REST_MIN = 400;
/**
 * How many times less the other place must leave unexplained, thousandths, by the number of samples:
 * exp(T / n), so that the odds are e^(T/2) to 1 whatever n, with T = 25 against some ten places
 * tried (calibrated).
 */
export function flatTimesMin(samples: number): number {
  const row = FLAT_TIMES.find(([least]) => samples >= least);
  return row === undefined ? Number.MAX_SAFE_INTEGER : row[1];
}
const FLAT_TIMES: readonly (readonly [number, number])[] = [
  [48, 1690],
  [40, 1870],
  [32, 2190],
  [28, 2450],
  [24, 2840],
  [22, 3120],
  [20, 3500],
  [18, 4020],
  [16, 4780],
  [15, 5300],
  [14, 5970],
  [13, 6850],
  [12, 8040],
  [11, 9710],
  [10, 12190],
  [9, 16090],
  [8, 22760],
];

/** The middle of so many of the loudest is tried too. */
export const FLAT_MIDDLE_OF = 3;
/** Three quarters of its partners so far away: rare enough to need less, T = 20, and fewer samples. */
export const FLAT_REMOTE_METERS = 20_000;
export const FLAT_REMOTE_SAMPLES_MIN = 9;
export function flatRemoteTimesMin(samples: number): number {
  const row = FLAT_REMOTE_TIMES.find(([least]) => samples >= least);
  return row === undefined ? Number.MAX_SAFE_INTEGER : row[1];
}
const FLAT_REMOTE_TIMES: readonly (readonly [number, number])[] = [
  [24, 2300],
  [20, 2720],
  [16, 3490],
  [14, 4170],
  [12, 5290],
  [11, 6160],
  [10, 7390],
  [9, 9230],
  [8, 12180],
  [7, 17410],
];

/** self-dealing: DC of one router in a window below which nothing is marked: 1 USD. */
export const DEALING_DC_MIN = 100_000n;
/** So few hotspots get so much of it, thousandths. */
export const DEALING_HOTSPOTS_MAX = 3;
export const DEALING_PARTS_MIN = 950n;
/** Neighbours that hear the hotspot well, and were bought from hardly at all. */
export const DEALING_NEIGHBOURS_MIN = 3;

/**
 * unbacked-hearing, links that pass one way only (calibrated on dumps of the arena, where honest links
 * have none). A signal is expected to be heard where so many are as faint, but for so much.
 */
export const ONE_SIDED_FAINT_RANK = 2;
export const ONE_SIDED_SLACK_TENTHS = 10;
/** Silence counts if its chance is at most this, thousandths; or twice, if the signal is so much louder. */
export const ONE_SIDED_CHANCE_PARTS = 40;
export const ONE_SIDED_CLEAR_TENTHS = 60;
/** Hears of each beacon from which on a challenge (32 reports) may have had no room for others'. */
export const ONE_SIDED_CROWD = 24;
/** Whoever is so much louder than usual at that distance was relayed: the witness may be honest. */
export const ONE_SIDED_LOUD_TENTHS = 80;
/** Rounds in which suspects lose their voice. */
export const ONE_SIDED_ROUNDS = 3;
/** Partners and share of the faintest links: to be suspected, and to be convicted. */
export const ONE_SIDED_SUSPECT = { partners: 4, parts: 500 };
/** More partners than a local gang of six has, so that it cannot frame anybody by silence. */
export const ONE_SIDED = { partners: 7, parts: 650 };
/** From so large a share on, partners of fellows count too. */
export const ONE_SIDED_TOGETHER_PARTS = 800;
/** Hearers without whom nothing is compared; and fellows that are unheard too. */
export const ONE_SIDED_FELLOWS_MIN = 2;
