/** The hotspots of one metropolitan area, kept with who hears whom while they come and go. */
import type { Point } from "../air/geometry.ts";
import { type Hearing, type Site, squareMeters } from "./hearing.ts";

/** Side of a square of the grid, metres. */
const SQUARE_METERS = 2000;

/** What one site is to the others. */
interface Links<T> {
  /** Who hears it and may witness it, with the chance that a beacon is read. */
  readonly heard: Map<T, number>;
  /** Who is too close to be selected beside it (rule 12's distance). */
  readonly close: Set<T>;
}

export class RadioMap<T extends Site> {
  readonly #hearing: Hearing;
  readonly #links = new Map<T, Links<T>>();
  readonly #squares = new Map<number, Set<T>>();

  constructor(hearing: Hearing) {
    this.#hearing = hearing;
  }

  get size(): number {
    return this.#links.size;
  }

  add(site: T): void {
    const links: Links<T> = { heard: new Map(), close: new Set() };
    for (const other of this.around(site, this.#hearing.reachMeters)) {
      const theirs = this.#of(other);
      if (!this.#hearing.mayWitness(site, other)) {
        links.close.add(other);
        theirs.close.add(site);
        continue;
      }
      const chance = this.#hearing.chance(site, other);
      if (chance === 0) continue;
      links.heard.set(other, chance);
      theirs.heard.set(site, chance);
    }
    this.#links.set(site, links);
    const key = squareOf(site);
    const square = this.#squares.get(key) ?? new Set();
    this.#squares.set(key, square.add(site));
  }

  /** `site` must be there. */
  remove(site: T): void {
    const { heard, close } = this.#of(site);
    for (const other of heard.keys()) this.#of(other).heard.delete(site);
    for (const other of close) this.#of(other).close.delete(site);
    this.#links.delete(site);
    this.#squares.get(squareOf(site))?.delete(site);
  }

  heardBy(site: T): ReadonlyMap<T, number> {
    return this.#of(site).heard;
  }

  closeTo(site: T): ReadonlySet<T> {
    return this.#of(site).close;
  }

  /** Sites within `meters`, in the order of squares and of adding. */
  around(point: Point, meters: number): T[] {
    const found: T[] = [];
    const limit = meters ** 2;
    const steps = Math.ceil(meters / SQUARE_METERS);
    const column = Math.floor(point.x / SQUARE_METERS);
    const row = Math.floor(point.y / SQUARE_METERS);
    for (let x = column - steps; x <= column + steps; x += 1) {
      for (let y = row - steps; y <= row + steps; y += 1) {
        for (const site of this.#squares.get(keyOf(x, y)) ?? []) {
          if (squareMeters(point, site) <= limit) found.push(site);
        }
      }
    }
    return found;
  }

  #of(site: T): Links<T> {
    const links = this.#links.get(site);
    if (links === undefined) throw new Error("the site is not on the map");
    return links;
  }
}

function squareOf({ x, y }: Point): number {
  return keyOf(Math.floor(x / SQUARE_METERS), Math.floor(y / SQUARE_METERS));
}

/** Squares from -32,768 to 32,767 either way: far beyond a metropolitan area. */
const keyOf = (column: number, row: number): number => (column & 0xffff) * 0x10000 + (row & 0xffff);
