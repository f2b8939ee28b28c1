/**
 * A network that has come to rest: at this price the next hotspot takes too long to pay back for most
 * of those who know of it, so that supply is as large as its pay.
 */
export const SETTLED = {
  days: 180,
  owners: 4000,
  /** Everyone has heard within some months. */
  news: { innovation: 0.005, imitation: 0.06 },
  priceUsd: (): number => SETTLED_PRICE_USD,
} as const;

export const SETTLED_PRICE_USD = 0.015;
