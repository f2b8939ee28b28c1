/** A hotspot of the market: where it stands, whose it is, and what the ledger shows of its pay. */
import type { Cell } from "@katydid/protocol";
import type { MappedSite } from "./reward-model.ts";

/** Days over which pay is averaged: what an owner looks at. */
const RECENT_DAYS = 7;

export class Hotspot implements MappedSite {
  readonly metro: number;
  readonly x: number;
  readonly y: number;
  readonly field: number;
  readonly cell: Cell;
  /** Number of its arrival; a move keeps it. */
  readonly id: number;
  /** Index of its owner. */
  readonly owner: number;
  /** Of its arrival. */
  readonly sinceDay: number;
  /** Of its last move, or its arrival. */
  readonly placedDay: number;
  /** Booked a day, motes, averaged over the last RECENT_DAYS. */
  coverageMotes = 0;
  dataMotes = 0;
  /** Days on end of income below running cost. */
  lossDays = 0;
  #days = 0;

  constructor(
    site: MappedSite,
    of: { id: number; owner: number; sinceDay: number; placedDay: number },
  ) {
    this.metro = site.metro;
    this.x = site.x;
    this.y = site.y;
    this.field = site.field;
    this.cell = site.cell;
    this.id = of.id;
    this.owner = of.owner;
    this.sinceDay = of.sinceDay;
    this.placedDay = of.placedDay;
  }

  /** Takes in a day's pay. */
  book(pay: { readonly coverageMotes: number; readonly dataMotes: number }): void {
    this.#days += 1;
    const weight = 1 / Math.min(this.#days, RECENT_DAYS);
    this.coverageMotes += weight * (pay.coverageMotes - this.coverageMotes);
    this.dataMotes += weight * (pay.dataMotes - this.dataMotes);
  }

  /** A day's recent pay at a price, USD. */
  incomeUsd(priceUsd: number): number {
    return ((this.coverageMotes + this.dataMotes) / MOTES) * priceUsd;
  }
}

/** Motes of a token, as a number: for what people reckon, never for what is paid. */
export const MOTES = 1e8;
