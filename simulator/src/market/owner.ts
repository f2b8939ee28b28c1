/**
 * An owner: someone who may buy hotspots, and how they differ. All of these are assumptions but where
 * a source is named; MARKET.md says how far the result is from what happened.
 */
import type { Random } from "@katydid/platform";
import type { Point } from "../air/geometry.ts";
import { exponential, normal } from "../world/seeded-random.ts";
import type { Hotspot } from "./hotspot.ts";
import type { Metro } from "./metros.ts";

/** Share of owners who never want more than one, two, three: 84 % have at most 3 (IMC'21). */
const WANTED = [
  { share: 0.55, hotspots: 1 },
  { share: 0.18, hotspots: 2 },
  { share: 0.11, hotspots: 3 },
] as const;
/** The rest: some want a handful, patrons place dozens. */
const HANDFUL = { share: 0.12, min: 4, max: 10 };
const PATRON = { min: 12, max: 60 };
/** 300 to 500 USD (simulator.md section 7, calibration). */
const HARDWARE_USD = { median: 400, sigma: 0.12 };
/** Power of 5 W is 0.02 USD a day; the rest is attention, a host's share, a place on the sill. */
const RUNNING_USD = { median: 0.12, sigma: 0.8 };
/** Payback that is still good enough. */
const PATIENCE_DAYS = { median: 240, sigma: 0.5 };
/** Loss that is borne before the plug is pulled. */
const TOLERANCE_DAYS = { median: 45, sigma: 0.5 };
/** From order to delivery: weeks. */
const SHIPPING_DAYS = { median: 35, sigma: 0.4 };
/** What one believes to earn of what the map says. */
const OPTIMISM = { median: 1, sigma: 0.3 };
/** Ordinary owners have friends and family this near. */
const ROAM_METERS = { min: 500, max: 6000 };
/** Places that one thinks of before putting a hotspot up. */
const CANDIDATES = { ordinaryMax: 5, patron: 8 };
/** A patron buys so many at a time at most. */
const PATRON_ORDER_MAX = 6;

export interface Owner {
  readonly index: number;
  readonly metro: Metro;
  readonly home: Point;
  readonly isPatron: boolean;
  readonly hardwareUsd: number;
  readonly runningUsd: number;
  readonly patienceDays: number;
  readonly toleranceDays: number;
  readonly optimism: number;
  /** Part of the network's recent growth that one expects to share one's income with. */
  readonly foresight: number;
  /** Part of the average income that one expects where nobody is yet. */
  readonly faith: number;
  /** News that it takes until one hears of the network (exponential, mean 1). */
  readonly deafness: number;
  readonly roamMeters: number;
  readonly candidates: number;
  readonly orderMax: number;
  readonly random: Random;
  /** Most hotspots that one wants; falls to what is left when one gives up. */
  wanted: number;
  /** On the way. */
  ordered: number;
  readonly hotspots: Set<Hotspot>;
}

export function makeOwner(from: { index: number; metro: Metro; random: Random }): Owner {
  const { index, metro, random } = from;
  const wanted = drawWanted(random);
  const isPatron = wanted >= PATRON.min;
  return {
    index,
    metro,
    home: metro.home(random),
    isPatron,
    hardwareUsd: logNormal(HARDWARE_USD, random),
    runningUsd: logNormal(RUNNING_USD, random),
    patienceDays: logNormal(PATIENCE_DAYS, random),
    toleranceDays: logNormal(TOLERANCE_DAYS, random),
    optimism: logNormal(OPTIMISM, random),
    foresight: random.unit(),
    faith: random.unit(),
    deafness: exponential(random),
    roamMeters: ROAM_METERS.min + (ROAM_METERS.max - ROAM_METERS.min) * random.unit(),
    candidates: isPatron ? CANDIDATES.patron : 1 + random.below(CANDIDATES.ordinaryMax),
    orderMax: isPatron ? PATRON_ORDER_MAX : 1,
    random,
    wanted,
    ordered: 0,
    hotspots: new Set(),
  };
}

/** Days until an order arrives. */
export function shippingDays(random: Random): number {
  return Math.max(1, Math.round(logNormal(SHIPPING_DAYS, random)));
}

function drawWanted(random: Random): number {
  let pick = random.unit();
  for (const { share, hotspots } of WANTED) {
    if (pick < share) return hotspots;
    pick -= share;
  }
  if (pick < HANDFUL.share) return HANDFUL.min + random.below(HANDFUL.max - HANDFUL.min + 1);
  return Math.round(PATRON.min * (PATRON.max / PATRON.min) ** random.unit());
}

function logNormal(of: { median: number; sigma: number }, random: Random): number {
  return of.median * Math.exp(of.sigma * normal(random));
}
