/** Which fixed receivers may hear a place: lists per square and reach, made once each. */
import type { Point } from "./geometry.ts";

/** Side of a square, metres. */
const SQUARE_METERS = 1000;
/** Reach is rounded up to a multiple of this, metres, so that lists are shared. */
const REACH_STEP_METERS = 500;
/** Lists kept; when there are more, all are made anew as they are asked for. */
const LISTS_MAX = 200_000;

export class Neighbourhood<T extends Point> {
  readonly #members: T[] = [];
  readonly #lists = new Map<number, readonly T[]>();

  add(member: T): void {
    this.#members.push(member);
    this.#lists.clear();
  }
  remove(member: T): void {
    const at = this.#members.indexOf(member);
    if (at >= 0) this.#members.splice(at, 1);
    this.#lists.clear();
  }

  /**
   * All members within `reachMeters` of the point, and some a little beyond, in the order of
   * adding.
   */
  around({ x, y }: Point, reachMeters: number): readonly T[] {
    const column = Math.floor(x / SQUARE_METERS);
    const row = Math.floor(y / SQUARE_METERS);
    const reachSteps = Math.min(4095, Math.ceil(reachMeters / REACH_STEP_METERS));
    const key = ((column & 0xffff) * 0x10000 + (row & 0xffff)) * 4096 + reachSteps;
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    if (this.#lists.size >= LISTS_MAX) this.#lists.clear();
    const list = this.#gather({ column, row, reachMeters: reachSteps * REACH_STEP_METERS });
    this.#lists.set(key, list);
    return list;
  }

  #gather(at: { column: number; row: number; reachMeters: number }): readonly T[] {
    const left = at.column * SQUARE_METERS;
    const bottom = at.row * SQUARE_METERS;
    return this.#members.filter(({ x, y }) => {
      const dx = Math.max(left - x, 0, x - left - SQUARE_METERS);
      const dy = Math.max(bottom - y, 0, y - bottom - SQUARE_METERS);
      return Math.hypot(dx, dy) <= at.reachMeters;
    });
  }
}
