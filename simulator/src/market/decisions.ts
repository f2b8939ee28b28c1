/** What owners do in a day: hear of the network, order, put up, move and take down. */
import type { Point } from "../air/geometry.ts";
import { Hotspot } from "./hotspot.ts";
import type { Market } from "./market.ts";
import { within } from "./metros.ts";
import { type Owner, shippingDays } from "./owner.ts";
import type { MappedSite } from "./reward-model.ts";

/** An owner thinks about more or other hotspots every so many days. */
const REVIEW_DAYS = 14;
/** A location may be asserted free of charge that often (freeAssertSeconds). */
const MOVE_DAYS = 30;
/** A new hotspot is given this long. */
const TRIAL_DAYS = 30;
/** add-hotspot costs 1 USD. */
const FEE_USD = 1;
/** The bond's opportunity: 8 % a year of 40 USD. */
const BOND_USD_PER_DAY = (0.08 * 40) / 365;
/** Below this part of the average an owner looks for a better place. */
const DISSATISFIED = 0.6;
/** Another place has to promise so many times as much. */
const BETTER = 1.5;
/** An afternoon and the petrol. */
const MOVE_USD = 25;
/** In this many days a move has to pay. */
const MOVE_PAYBACK_DAYS = 90;
/** Not worth it if growth is measured over less. */
const GROWTH_DAYS = 30;

export interface Changes {
  readonly arrived: number;
  readonly left: number;
  readonly moved: number;
}

export class Decisions {
  readonly #market: Market;
  #ids = 0;
  /** Orders on the way, by the day on which they arrive. */
  readonly #arrivals = new Map<number, Owner[]>();
  /** Owners who have heard of the network, in the order of hearing. */
  readonly #aware: Owner[] = [];
  /** By area: those who have not, the keenest last; and the news that has reached the area. */
  readonly #unaware: { readonly owners: Owner[]; news: number }[];

  constructor(market: Market) {
    this.#market = market;
    this.#unaware = market.metros.map((metro) => ({
      owners: market.owners
        .filter((owner) => owner.metro === metro)
        .sort((a, b) => b.deafness - a.deafness || b.index - a.index),
      news: 0,
    }));
  }

  act(day: number): Changes {
    const arrived = this.#putUp(day);
    const left = this.#takeDown(day);
    this.#spreadNews();
    let moved = 0;
    const growth = this.#growth(day);
    for (const owner of this.#aware) {
      if ((day + owner.index) % REVIEW_DAYS === 0) this.#order(owner, { day, growth });
      if ((day + owner.index) % MOVE_DAYS === 0 && this.#move(owner, day)) moved += 1;
    }
    return { arrived, left, moved };
  }

  #putUp(day: number): number {
    const owners = this.#arrivals.get(day) ?? [];
    this.#arrivals.delete(day);
    for (const owner of owners) {
      owner.ordered -= 1;
      const site = this.#bestSite(owner);
      const of = { owner: owner.index, sinceDay: day, placedDay: day };
      this.#market.add(new Hotspot(site, { ...of, id: this.#ids }));
      this.#ids += 1;
    }
    return owners.length;
  }

  /** Hotspots that have run at a loss for longer than their owner bears. */
  #takeDown(day: number): number {
    const { priceUsd } = this.#market.options;
    const price = priceUsd(day);
    const leaving: Hotspot[] = [];
    for (const hotspot of this.#market.hotspots) {
      const owner = this.#market.owners[hotspot.owner];
      if (owner === undefined) continue;
      const isLoss = hotspot.incomeUsd(price) < owner.runningUsd;
      hotspot.lossDays = isLoss && day - hotspot.sinceDay >= TRIAL_DAYS ? hotspot.lossDays + 1 : 0;
      if (hotspot.lossDays > owner.toleranceDays) leaving.push(hotspot);
    }
    for (const hotspot of leaving) {
      this.#market.remove(hotspot);
      const owner = this.#market.owners[hotspot.owner];
      if (owner !== undefined) owner.wanted = owner.hotspots.size + owner.ordered;
    }
    return leaving.length;
  }

  #spreadNews(): void {
    const { owners, metros, options } = this.#market;
    const { innovation, imitation } = options.news;
    const active = metros.map(() => 0);
    const all = metros.map(() => 0);
    for (const { metro, hotspots } of owners) {
      all[metro.index] = (all[metro.index] ?? 0) + 1;
      if (hotspots.size > 0) active[metro.index] = (active[metro.index] ?? 0) + 1;
    }
    const sum = (of: readonly number[]) => of.reduce((total, each) => total + each, 0);
    const everywhere = sum(active) / Math.max(1, sum(all));
    for (const [metro, unaware] of this.#unaware.entries()) {
      const here = (active[metro] ?? 0) / Math.max(1, all[metro] ?? 0);
      unaware.news += innovation + (imitation * (everywhere + here)) / 2;
      for (;;) {
        const next = unaware.owners.at(-1);
        if (next === undefined || next.deafness > unaware.news) break;
        unaware.owners.pop();
        this.#aware.push(next);
      }
    }
  }

  /** Part by which the network grew lately. */
  #growth(day: number): number {
    const now = this.#market.hotspots.size;
    const before = this.#market.days[day - GROWTH_DAYS]?.hotspots ?? 0;
    return now === 0 ? 0 : Math.max(0, now - before) / Math.max(before, now / 2);
  }

  /** Orders if what the ledger shows pays a hotspot back soon enough. */
  #order(owner: Owner, { day, growth }: { day: number; growth: number }): void {
    const open = owner.wanted - owner.hotspots.size - owner.ordered;
    if (open <= 0) return;
    const income = this.#expectedUsd(owner) / (1 + owner.foresight * growth);
    const net = income - owner.runningUsd - BOND_USD_PER_DAY;
    if (net <= 0 || (owner.hardwareUsd + FEE_USD) / net > owner.patienceDays) return;
    const count = Math.min(open, owner.orderMax);
    const arrivesOn = day + shippingDays(owner.random);
    for (let nth = 0; nth < count; nth += 1) {
      owner.ordered += 1;
      const due = this.#arrivals.get(arrivesOn) ?? [];
      due.push(owner);
      this.#arrivals.set(arrivesOn, due);
    }
  }

  /** What one expects of one more: own experience, else the map, else faith in others to come. */
  #expectedUsd(owner: Owner): number {
    const { planner } = this.#market;
    const site = this.#siteNear(owner, owner.hotspots.size === 0 ? "home" : "elsewhere");
    const mapped = owner.optimism * planner.incomeUsd(site, "rough");
    return Math.max(mapped, owner.optimism * owner.faith * planner.averageUsd());
  }

  /** The best of the places that come to mind; the home first. */
  #bestSite(owner: Owner): MappedSite {
    let best = this.#siteNear(owner, owner.hotspots.size === 0 ? "home" : "elsewhere");
    let bestUsd = this.#market.planner.incomeUsd(best, "exact");
    for (let nth = 1; nth < owner.candidates; nth += 1) {
      const site = this.#siteNear(owner, "elsewhere");
      const usd = this.#market.planner.incomeUsd(site, "exact");
      if (usd <= bestUsd) continue;
      best = site;
      bestUsd = usd;
    }
    return best;
  }

  #siteNear(owner: Owner, where: "home" | "elsewhere"): MappedSite {
    const { metro, random, isPatron, home, roamMeters } = owner;
    const point: Point =
      where === "home"
        ? home
        : isPatron
          ? metro.home(random)
          : within(home, { meters: roamMeters, random });
    return this.#market.siteAt(metro, point);
  }

  /** Moves the worst hotspot of an owner, if it earns little and another place promises more. */
  #move(owner: Owner, day: number): boolean {
    const { planner, options } = this.#market;
    const price = options.priceUsd(day);
    let worst: Hotspot | undefined;
    for (const hotspot of owner.hotspots) {
      if (day - hotspot.placedDay < MOVE_DAYS) continue;
      if (worst === undefined || hotspot.incomeUsd(price) < worst.incomeUsd(price)) worst = hotspot;
    }
    if (worst === undefined) return false;
    const now = worst.incomeUsd(price);
    if (now >= DISSATISFIED * planner.averageUsd()) return false;
    const site = this.#bestSite(owner);
    const then = planner.incomeUsd(site, "exact");
    const pays = (then - now) * MOVE_PAYBACK_DAYS > MOVE_USD;
    if (!pays || then < BETTER * now) return false;
    this.#market.remove(worst);
    this.#market.add(new Hotspot(site, { ...worst, placedDay: day }));
    return true;
  }
}
