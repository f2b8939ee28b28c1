/** What a run of the market is made of. Everything else follows from the seed. */
import type { DensityTable } from "@katydid/protocol";

export interface MarketOptions {
  readonly seed: string;
  readonly days: number;
  /** The largest metropolitan areas of the list. */
  readonly metros: number;
  /**
   * Owners and emission are this part of main's, 0 to 1, as in the arena's preset: what a hotspot
   * earns is the same in a smaller network.
   */
  readonly scale: number;
  /** People who would ever want a hotspot, in all metropolitan areas, at scale 1. */
  readonly owners: number;
  readonly news: News;
  readonly density: DensityTable;
  /** Price of a token on a day, USD. */
  readonly priceUsd: (day: number) => number;
  /** Data that devices of a metropolitan area want to send in a day, USD. At scale 1. */
  readonly demandUsd: (day: number, metro: number) => number;
}

/** How the network becomes known (Bass 1969): chance a day to hear of it. */
export interface News {
  /** From the press. */
  readonly innovation: number;
  /** From owners, if everyone were one; half of it from those of the same area. */
  readonly imitation: number;
}

/** What the ledger and the map show at the end of a day. */
export interface DayFigures {
  readonly day: number;
  readonly priceUsd: number;
  readonly hotspots: number;
  /** Owners of at least one. */
  readonly owners: number;
  readonly arrived: number;
  readonly left: number;
  readonly moved: number;
  readonly wantedUsd: number;
  readonly servedUsd: number;
  readonly emissionTokens: number;
  readonly coverageTokens: number;
  readonly dataTokens: number;
  readonly unmintedTokens: number;
  readonly heldTokens: number;
  /** Coverage pay as a part of all that hotspots get, 0 to 1. */
  readonly subsidy: number;
  readonly incomeMeanUsd: number;
  readonly incomeMedianUsd: number;
  readonly incomeGini: number;
  /** Cells of resolution 8 with a hotspot whose beacon is heard: the ledger's covered leaves. */
  readonly cellsCovered: number;
  /** Of hotspots over the cells of resolution 8 that have any. */
  readonly cellGini: number;
  /** Part of the people, by metropolitan area, whose devices are heard. */
  readonly peopleCovered: readonly number[];
  readonly byMetro: readonly number[];
  /** USD of data pay a day and hotspot, by metropolitan area. */
  readonly dataUsdByMetro: readonly number[];
}
