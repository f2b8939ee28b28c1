/** What one world of the arena is made of. Everything else follows from the seed. */
import type { Params } from "@katydid/protocol";
import type { Strategy } from "./strategy.ts";

/** Whether the rules against cheats are in force: params `arena`, or `undefended`. */
export type Defence = "on" | "off";

export interface ArenaSize {
  readonly name: "full" | "quick" | "test";
  /** Honest hotspots. */
  readonly honest: number;
  /** Of a gang with hotspots, unless the strategy says otherwise. */
  readonly members: number;
  /** Of the honest router. */
  readonly devices: number;
  /** Of the gang's router, where it has one. */
  readonly gangDevices: number;
  /** Challenge intervals from the honest hotspots' start to the gang's onboarding. */
  readonly before: number;
  /** Challenge intervals from onboarding to the end. */
  readonly intervals: number;
}

/** Pay is held for 12 intervals: of what an honest gang earns in 28 it sees 16. */
export const fullSize: ArenaSize = {
  ...{ name: "full", honest: 24, members: 6, devices: 10, gangDevices: 6 },
  ...{ before: 2, intervals: 28 },
};
/**
 * What continuous integration runs: fewer of all, so rougher figures. Of fewer than four members no
 * classifier can say that they are a cluster.
 */
export const quickSize: ArenaSize = {
  ...{ name: "quick", honest: 14, members: 4, devices: 2, gangDevices: 2 },
  ...{ before: 0.5, intervals: 13.5 },
};
/** Unit tests: everything happens, nothing is measured. */
export const testSize: ArenaSize = {
  ...{ name: "test", honest: 6, members: 2, devices: 2, gangDevices: 2 },
  ...{ before: 1, intervals: 3 },
};

export const arenaSizes = { full: fullSize, quick: quickSize, test: testSize } as const;

/** A day of the scaled world: each hotspot is challenged so often a day, as in main. */
export const INTERVALS_PER_DAY = 4;
/** Preset `main` on this few hotspots draws one challenge a slot, so its interval is as short. */
export const INTERVAL_MS = 30 * 60_000;

export interface ArenaWorldOptions {
  /** Left out: the gang is honest, and `gang` says what it is made of. */
  readonly strategy?: Strategy;
  readonly gang?: Strategy["gang"];
  /** Of an honest gang; default as the size says. */
  readonly members?: number;
  readonly seed: string;
  readonly defence: Defence;
  readonly size?: ArenaSize;
  /** Instead of the defence's: to check the scaling. */
  readonly preset?: Params["name"];
}

export interface WorldPlan {
  readonly strategy: Strategy | undefined;
  readonly gang: Strategy["gang"];
  readonly members: number;
  readonly seed: string;
  readonly defence: Defence;
  readonly size: ArenaSize;
  readonly preset: Params["name"];
}

/** The options with what follows from them. */
export function planWorld(options: ArenaWorldOptions): WorldPlan {
  const { strategy, seed, defence, size = fullSize } = options;
  const gang = strategy?.gang ?? options.gang ?? "hotspots";
  const wanted = strategy?.members ?? options.members;
  const members = gang === "router" ? 0 : scaledMembers(wanted, size);
  const preset = options.preset ?? (defence === "on" ? "arena" : "undefended");
  return { strategy, gang, members, seed, defence, size, preset };
}

/** A strategy's number of members is of the full world; smaller worlds have their share of it. */
function scaledMembers(wanted: number | undefined, size: ArenaSize): number {
  if (wanted === undefined) return size.members;
  return Math.max(2, Math.round((wanted * size.members) / fullSize.members));
}
