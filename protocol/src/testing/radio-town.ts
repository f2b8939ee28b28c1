/**
 * A small statistical world to calibrate classifiers with: places, links with shadowing, and beacons
 * counted as the ledger counts them. No clocks, no messages, no agents: the arena has those. Floats
 * and seeded dice are fine here, since nothing of it reaches a replica.
 */
import type { ClassifiedHotspot, Finding, Hearing } from "../classifiers/classification.ts";
import { classify } from "../classifiers/classify.ts";
import { type CountedReport, countBeacon, wholeDbm } from "../classifiers/count-beacon.ts";
import { NearbyIndex } from "../classifiers/nearby-index.ts";
import { NEAR_MAX } from "../classifiers/thresholds.ts";
import { cellAt, cellGridDistance, parentOf } from "../coverage/cells.ts";
import { addressOf } from "../identity/address.ts";
import { arenaParams } from "../params.ts";
import { type Address, type Cell, milliseconds } from "../units.ts";

/** Metres east and north of the town's middle. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** What a member of a gang reports of a beacon, or undefined: nothing. */
export type Liar = (event: {
  readonly town: RadioTown;
  readonly beaconer: Radio;
  readonly witness: Radio;
  /** What its radio measured, if it heard anything. */
  readonly trueDbm: number | undefined;
  readonly challenger: Radio;
  readonly heardByGang: () => boolean;
}) => number | undefined;

export interface Radio {
  readonly address: Address;
  /** Where it claims to be. */
  readonly claim: Spot;
  readonly cell: Cell;
  /** Where it is; undefined: there is no radio. */
  readonly place: Spot | undefined;
  /** Radios of one site share their links' shadowing. */
  readonly site: number;
  readonly sendDb: number;
  readonly receiveDb: number;
  readonly gang: boolean;
  readonly lie: Liar | undefined;
  readonly locatedAt: number;
}

export type NewRadio = Partial<Radio> & { readonly claim: Spot };

/** Loss = atOneMeter + 10 exponent log10 d + shadowing. */
export interface Propagation {
  readonly exponent: number;
  readonly atOneMeterDb: number;
  /** Of a link, the same both ways. */
  readonly linkShadowDb: number;
  /** Of a place, for all its links. */
  readonly placeShadowDb: number;
  readonly noiseDb: number;
}

/** Free space to 1 m at 868 MHz, then 3.5; a link's shadowing is its own. Reach some 4.5 km. */
export const cityPropagation: Propagation = {
  exponent: 3.5,
  atOneMeterDb: 31.2,
  linkShadowDb: 8,
  placeShadowDb: 0,
  noiseDb: 2,
};
/** The simulator's (ns-3 lorawan): shadowing belongs to the places. Reach some 10 km. */
export const openPropagation: Propagation = {
  exponent: 3.76,
  atOneMeterDb: 7.7,
  linkShadowDb: 0,
  placeShadowDb: 2.8,
  noiseDb: 1,
};

export const SENSITIVITY_DBM = -132;
const EIRP_DBM = 27;
const MIDDLE = { latDegrees: 48.2, lngDegrees: 11.5 };
const METERS_PER_DEGREE = 111_195;
const REPORTS_MAX = 32;
const BEACONS_PER_WINDOW = 8;
const WINDOW_MS = arenaParams.classifierWindowSeconds * 1000;
const CELLS_MIN = arenaParams.witnessCellsMin;

export class RadioTown {
  readonly radios: Radio[] = [];
  readonly hearings = new Map<Address, Hearing>();
  readonly propagation: Propagation;
  /** Beacons that each hotspot has sent. */
  rounds = 0;
  readonly #seed: number;
  readonly #dice: () => number;
  readonly #index = new NearbyIndex();
  readonly #byAddress = new Map<Address, Radio>();
  readonly #nearest = new Map<Address, Address[]>();
  /** Loss of ordered pairs by place in `radios`, without noise; NaN: not yet computed. */
  #loss: Float64Array = new Float64Array(0);
  #close: Int8Array = new Int8Array(0);

  constructor(seed: number, propagation: Propagation = cityPropagation) {
    this.#seed = seed;
    this.#dice = dice(seed);
    this.propagation = propagation;
  }

  add(radio: NewRadio): Radio {
    const number = this.radios.length;
    const key = new Uint8Array(32);
    const random = dice(this.#seed * 7919 + number * 104_729 + 1);
    for (let i = 0; i < key.length; i++) key[i] = Math.floor(random() * 256);
    const { claim } = radio;
    const full: Radio = {
      address: addressOf(key),
      place: claim,
      site: number,
      sendDb: 0,
      receiveDb: 0,
      gang: false,
      lie: undefined,
      locatedAt: 0,
      ...radio,
      cell: cellOf(claim),
    };
    this.radios.push(full);
    this.#byAddress.set(full.address, full);
    this.#index.add(full.address, full.cell);
    this.#nearest.clear();
    return full;
  }

  random(): number {
    return this.#dice();
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#dice())) * Math.cos(2 * Math.PI * this.#dice());
  }

  /** Every hotspot beacons once, in an order of its own. */
  round(): void {
    const count = this.radios.length;
    if (this.#loss.length !== count * count) {
      this.#loss = new Float64Array(count * count).fill(Number.NaN);
      this.#close = new Int8Array(count * count).fill(-1);
    }
    const order = this.radios.map((_, i) => i).sort(() => this.#dice() - 0.5);
    for (const beaconer of order) this.#beacon(beaconer);
    this.rounds += 1;
  }

  hotspots(): ClassifiedHotspot[] {
    return this.radios.map(({ address, cell, locatedAt }) => ({
      address,
      cell,
      locatedAt: milliseconds(locatedAt),
    }));
  }

  classify(): Finding[] {
    return classify({
      params: arenaParams,
      now: milliseconds(this.#now()),
      hotspots: this.hotspots(),
      hearings: this.hearings,
      traffics: new Map(),
    });
  }

  radioOf(address: Address): Radio {
    const radio = this.#byAddress.get(address);
    if (radio === undefined) throw new Error(`no radio ${address}`);
    return radio;
  }

  /** What the median link of the propagation measures over a distance, with dice of its own. */
  plausibleDbm(meters: number): number {
    const { exponent, atOneMeterDb } = this.propagation;
    const loss = atOneMeterDb + 10 * exponent * Math.log10(Math.max(1, meters));
    const dbm = EIRP_DBM - loss + this.normal() * 6;
    return Math.min(Math.max(dbm, SENSITIVITY_DBM + 1), boundDbm(meters) - 1);
  }

  #now(): number {
    return Math.floor((Math.max(0, this.rounds - 0.5) / BEACONS_PER_WINDOW) * WINDOW_MS);
  }

  #beacon(from: number): void {
    const { radios } = this;
    const beaconer = radios[from] as Radio;
    const challenger = radios[Math.floor(this.#dice() * radios.length)] as Radio;
    const measured = radios.map((_, to) => this.#measure(from, to));
    const heardByGang = () => radios.some((radio, i) => radio.gang && measured[i] !== undefined);
    const reports: CountedReport[] = [];
    radios.forEach((witness, to) => {
      if (to === from || witness === challenger) return;
      const trueDbm = measured[to];
      if (trueDbm === undefined && witness.lie === undefined) return;
      const event = { town: this, beaconer, witness, trueDbm, challenger, heardByGang };
      const dbm = witness.lie === undefined ? trueDbm : witness.lie(event);
      if (dbm === undefined || this.#tooClose(from, to)) return;
      const bound = boundDbm(Math.max(1, distance(beaconer.claim, witness.claim)));
      const rssiDbm = wholeDbm(dbm);
      const outcome = rssiDbm <= bound ? "heard" : "above";
      reports.push({ witness: witness.address, outcome, rssiDbm });
    });
    reports.sort(() => this.#dice() - 0.5).splice(REPORTS_MAX);
    if (!reports.some(({ outcome }) => outcome === "heard")) return;
    const window = Math.floor(this.rounds / BEACONS_PER_WINDOW);
    const before = this.hearings.get(beaconer.address);
    const nearest = this.#nearestOf(beaconer);
    const isActive = () => true;
    this.hearings.set(
      beaconer.address,
      countBeacon({ before, window, nearest, isActive, reports }),
    );
  }

  #nearestOf({ address, cell }: Radio): Address[] {
    let nearest = this.#nearest.get(address);
    if (nearest === undefined) {
      nearest = this.#index.nearest({
        cell,
        max: NEAR_MAX,
        minCells: CELLS_MIN,
        exclude: [address],
      });
      this.#nearest.set(address, nearest);
    }
    return nearest;
  }

  #tooClose(from: number, to: number): boolean {
    const at = from * this.radios.length + to;
    if (this.#close[at] === -1) {
      const a = parentOf((this.radios[from] as Radio).cell, 11);
      const b = parentOf((this.radios[to] as Radio).cell, 11);
      this.#close[at] = (cellGridDistance(a, b) ?? CELLS_MIN) < CELLS_MIN ? 1 : 0;
    }
    return this.#close[at] === 1;
  }

  #measure(from: number, to: number): number | undefined {
    const at = from * this.radios.length + to;
    let loss = this.#loss[at] as number;
    if (Number.isNaN(loss)) {
      loss = this.#lossBetween(this.radios[from] as Radio, this.radios[to] as Radio);
      this.#loss[at] = loss;
    }
    const mean = EIRP_DBM - loss;
    if (mean < SENSITIVITY_DBM - 4 * this.propagation.noiseDb) return undefined;
    const dbm = mean + this.normal() * this.propagation.noiseDb;
    return dbm >= SENSITIVITY_DBM ? dbm : undefined;
  }

  #lossBetween(from: Radio, to: Radio): number {
    if (from.place === undefined || to.place === undefined || from === to) return 1000;
    const { exponent, atOneMeterDb, linkShadowDb, placeShadowDb } = this.propagation;
    const meters = Math.max(2, distance(from.place, to.place));
    const low = Math.min(from.site, to.site);
    const high = Math.max(from.site, to.site);
    const link = normalOf(this.#seed, low, high) * linkShadowDb;
    const places = (normalOf(this.#seed, low, -1) + normalOf(this.#seed, high, -1)) * placeShadowDb;
    const loss = atOneMeterDb + 10 * exponent * Math.log10(meters) + link + places;
    // Undeclared gain or not, nothing is louder than free space here: cheats of gain are the arena's.
    return Math.max(loss - from.sendDb - to.receiveDb, freeSpaceDb(meters));
  }
}

export function distance(a: Spot, b: Spot): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function freeSpaceDb(meters: number): number {
  return 31.2 + 20 * Math.log10(meters);
}

function boundDbm(meters: number): number {
  return EIRP_DBM - freeSpaceDb(meters);
}

function cellOf({ x, y }: Spot): Cell {
  const latDegrees = MIDDLE.latDegrees + y / METERS_PER_DEGREE;
  const squeeze = Math.cos((latDegrees * Math.PI) / 180);
  return cellAt(
    { latDegrees, lngDegrees: MIDDLE.lngDegrees + x / METERS_PER_DEGREE / squeeze },
    12,
  );
}

/** mulberry32 (T. Ettinger, public domain). */
export function dice(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A normal deviate that belongs to a pair. */
function normalOf(seed: number, low: number, high: number): number {
  const random = dice(
    Math.imul(seed, 0x9e3779b1) ^ Math.imul(low + 7, 0x85ebca77) ^ (high * 2 + 5),
  );
  random();
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
