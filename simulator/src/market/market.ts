/**
 * Supply that organises itself: owners with homes, money and patience see what the ledger pays where,
 * and enter, place, move and leave. A step is a day. Its reward function is the shipped one
 * (reward-model.ts, day-book.ts, which say what they simplify). Deterministic to the byte by seed.
 */
import {
  DC_PER_USD,
  type Dc,
  dc,
  mainParams,
  microUsd,
  type Params,
  regionPlan,
} from "@katydid/protocol";
import { Propagation } from "../air/propagation.ts";
import { SeededRandom } from "../world/seeded-random.ts";
import { DayBook, SECONDS_PER_DAY } from "./day-book.ts";
import { dayFigures } from "./day-figures.ts";
import { Decisions } from "./decisions.ts";
import { Demand } from "./demand.ts";
import { Hearing } from "./hearing.ts";
import type { Hotspot } from "./hotspot.ts";
import { type Metro, metros } from "./metros.ts";
import type { DayFigures, MarketOptions } from "./options.ts";
import { makeOwner, type Owner } from "./owner.ts";
import { Planner } from "./planner.ts";
import { type MappedSite, RewardModel } from "./reward-model.ts";

const REGION = "US915";
/** Places of a metropolitan area at which its devices stand. */
const DEMAND_PLACES = 200;
/** Hotspots that the first owners expect soon, at scale 1. */
const PIONEERS = 100;

export class Market {
  readonly options: MarketOptions;
  readonly metros: readonly Metro[];
  readonly owners: readonly Owner[];
  readonly days: DayFigures[] = [];
  readonly params: Params;
  /** In the order of arriving. */
  readonly hotspots = new Set<Hotspot>();
  readonly planner: Planner;
  readonly #random: SeededRandom;
  readonly #model: RewardModel<Hotspot>;
  readonly #demands: readonly Demand<Hotspot>[];
  readonly #book: DayBook;
  readonly #decisions: Decisions;

  constructor(options: MarketOptions) {
    this.options = options;
    this.#random = new SeededRandom(`market ${options.seed}`);
    this.metros = metros(options.metros);
    this.params = {
      ...mainParams,
      emissionPerYear: ((mainParams.emissionPerYear * partsOf(options.scale)) /
        partsOf(1)) as Params["emissionPerYear"],
    };
    const propagation = new Propagation(this.#random.stream("shadowing"));
    const hearing = new Hearing({ propagation, plan: regionPlan(REGION), params: this.params });
    const { density } = options;
    const random = this.#random.stream("beacons");
    this.#model = new RewardModel({ params: this.params, density, hearing, random });
    const { selectedMax } = this.params;
    this.planner = new Planner(this.#model, { selectedMax, pioneers: PIONEERS * options.scale });
    this.#demands = this.metros.map((metro) => {
      const devices = this.#random.stream(`devices ${metro.name}`);
      const places = Array.from({ length: DEMAND_PLACES }, () => metro.home(devices));
      return new Demand({ metro: metro.index, hearing, places });
    });
    this.#book = new DayBook(this.params);
    this.owners = this.#makeOwners();
    this.#decisions = new Decisions(this);
  }

  /** Lets all days pass. Calls `onDay` after each. */
  run(onDay: (figures: DayFigures) => void = () => undefined): readonly DayFigures[] {
    for (let day = 0; day < this.options.days; day += 1) onDay(this.#step(day));
    return this.days;
  }

  /** The site at a point of a metropolitan area. */
  siteAt(metro: Metro, { x, y }: { readonly x: number; readonly y: number }): MappedSite {
    const cell = metro.cellOf({ x, y });
    const field = this.#model.hearing.propagation.fieldAt({ x, y });
    return { metro: metro.index, x, y, cell, field };
  }

  add(hotspot: Hotspot): void {
    this.hotspots.add(hotspot);
    this.owners[hotspot.owner]?.hotspots.add(hotspot);
    this.#model.add(hotspot);
    this.#demands[hotspot.metro]?.add(hotspot);
  }

  remove(hotspot: Hotspot): void {
    this.hotspots.delete(hotspot);
    this.owners[hotspot.owner]?.hotspots.delete(hotspot);
    this.#model.remove(hotspot);
    this.#demands[hotspot.metro]?.remove(hotspot);
  }

  #step(day: number): DayFigures {
    const priceUsd = this.options.priceUsd(day);
    const changes = this.#decisions.act(day);
    const carried = new Map<Hotspot, Dc>();
    let wanted = 0n;
    let served = 0n;
    for (const demand of this.#demands) {
      const usd = this.options.demandUsd(day, demand.metro) * this.options.scale;
      const dcWanted = dc(BigInt(Math.round(usd * Number(DC_PER_USD))));
      wanted += dcWanted;
      served += demand.carry(dcWanted, carried);
    }
    const units = this.#model.unitsIn(SECONDS_PER_DAY);
    const { pay, rates } = this.#book.close({
      ...{ day, units, carried },
      priceMicroUsd: microUsd(Math.max(1, Math.round(priceUsd * 1e6))),
      beacons: units.challenges / Math.max(1, this.hotspots.size),
    });
    this.planner.update(rates, units.shown);
    const peopleCovered = this.#demands.map(({ covered }) => covered);
    const figures = dayFigures({
      ...{ day, priceUsd, pay, changes, units, peopleCovered, wanted, served },
      hotspots: this.hotspots,
      metros: this.metros.length,
    });
    this.days.push(figures);
    return figures;
  }

  /** Areas have owners in proportion to their people. */
  #makeOwners(): readonly Owner[] {
    const { owners, scale } = this.options;
    const people = this.metros.reduce((sum, metro) => sum + metro.people, 0);
    const made: Owner[] = [];
    for (const metro of this.metros) {
      const count = Math.round((owners * scale * metro.people) / people);
      for (let nth = 0; nth < count; nth += 1) {
        const random = this.#random.stream(`owner ${metro.name} ${nth}`);
        made.push(makeOwner({ index: made.length, metro, random }));
      }
    }
    return made;
  }
}

/** A scale in whole millionths. */
const partsOf = (scale: number): bigint => BigInt(Math.round(scale * 1e6));
