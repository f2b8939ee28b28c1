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
