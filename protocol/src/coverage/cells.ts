/**
 * Places are H3 cells, never latitude and longitude. The one file that imports h3-js; its version
 * belongs to the protocol version.
 */
import {
  cellToBoundary,
  cellToLatLng,
  cellToParent,
  getResolution,
  gridDisk,
  gridDiskDistances,
  gridDistance,
  isValidCell,
  latLngToCell,
} from "h3-js";
import { assert } from "../bytes/assert.ts";
import { BoundedMap } from "../bytes/bounded-map.ts";
import type { Cell } from "../units.ts";

/** Resolution of an asserted location: cells about 19 m wide. */
export const LOCATION_RESOLUTION = 12;
/** Resolution in which rule 12 and the density scale count. */
export const PARENT_RESOLUTION = 11;
/** Resolution of the zones that targets are drawn from. */
export const ZONE_RESOLUTION = 5;

/** Parts of a degree in the integers of a centre: 10^-7 degree is about 11 mm. */
export const PARTS_PER_DEGREE = 10_000_000;

/** A centre, integers of 10^-7 degree. */
export interface CellCenter {
  /** -900,000,000 to 900,000,000. */
  readonly latE7: number;
  /** -1,800,000,000 to 1,800,000,000. */
  readonly lngE7: number;
}

/** A cell's index has 15 hex digits and mode 1. h3-js takes other spellings too: those could fork. */
const CANONICAL = /^8[0-9a-f]{14}$/;
const CENTERS_MAX = 16_384;
const centers = new BoundedMap<Cell, CellCenter>(CENTERS_MAX);

/** Whether the text is a valid H3 cell in the one form that we accept (15 lower-case hex digits). */
export function isCell(text: string): text is Cell {
  return CANONICAL.test(text) && isValidCell(text);
}

/** Resolution of a cell, 0 to 15. */
export function resolutionOf(cell: Cell): number {
  return getResolution(cell);
}

/** The cell's ancestor of resolution `resolution`, which is at most its own (else a bug). */
export function parentOf(cell: Cell, resolution: number): Cell {
  return cellToParent(cell, resolution) as Cell;
}

/** The cell and its neighbours: 7 cells, 6 around a pentagon. */
export function cellDisk(cell: Cell): Cell[] {
  return gridDisk(cell, 1) as Cell[];
}

/** The cells 0, 1, 2 ... `radius` steps away, a list for each; the order within a list is H3's. */
export function cellRings(cell: Cell, radius: number): Cell[][] {
  return gridDiskDistances(cell, radius) as Cell[][];
}

/**
 * Centre of the cell, each coordinate rounded to the nearest 10^-7 degree (half up). H3 computes it
 * in doubles, whose last digits (10^-13 degree) may differ between platforms; the rounding hides
 * that but for about one centre in a million, and the h3-js build is the same script everywhere.
 */
export function cellCenter(cell: Cell): CellCenter {
  let center = centers.get(cell);
  if (center === undefined) {
    assert(isCell(cell), `not an H3 cell: ${cell}`);
    const [lat, lng] = cellToLatLng(cell);
    center = {
      latE7: Math.round(lat * PARTS_PER_DEGREE),
      lngE7: Math.round(lng * PARTS_PER_DEGREE),
    };
    centers.set(cell, center);
  }
  return center;
}

/**
 * Steps from cell to cell, both of one resolution. Undefined where H3 cannot tell: across pentagons
 * and between places far apart. Integers only.
 */
export function cellGridDistance(a: Cell, b: Cell): number | undefined {
  if (a === b) return 0;
  try {
    return gridDistance(a, b);
  } catch {
    return undefined;
  }
}

/** The cell at a place, degrees. For wallets and the console; never in what replicas agree on. */
export function cellAt(
  place: { latDegrees: number; lngDegrees: number },
  resolution: number,
): Cell {
  return latLngToCell(place.latDegrees, place.lngDegrees, resolution) as Cell;
}

/**
 * Corners of the cell, counter-clockwise, degrees; the first is not repeated. For maps, never in
 * what replicas agree on.
 */
export function cellBoundary(
  cell: Cell,
): readonly { readonly latDegrees: number; readonly lngDegrees: number }[] {
  return cellToBoundary(cell).map(([latDegrees, lngDegrees]) => ({ latDegrees, lngDegrees }));
}
