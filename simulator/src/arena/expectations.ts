/**
 * Which strategies are known to profit in spite of the defence; ARENA.md says why. All others are
 * expected to lose: where one does not, a run fails.
 */
export const knownToProfit: Readonly<Record<string, string>> = {};

/** Honest hotspots found guilty, at most: a share. */
export const FALSE_POSITIVES_MAX = 0.01;
