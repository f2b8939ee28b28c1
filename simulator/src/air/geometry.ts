/**
 * A flat map around a city: metres east and north of its centre. Within 100 km true to a
 * thousandth.
 */
import { EARTH_RADIUS_METERS } from "./constants.ts";

export interface Place {
  readonly latDegrees: number;
  readonly lngDegrees: number;
}
/** Metres east and north of the plane's origin. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

const RADIANS = Math.PI / 180;

export class Plane {
  readonly #origin: Place;
  readonly #metersPerLat: number;
  readonly #metersPerLng: number;
  constructor(origin: Place) {
    this.#origin = origin;
    this.#metersPerLat = EARTH_RADIUS_METERS * RADIANS;
    this.#metersPerLng = this.#metersPerLat * Math.cos(origin.latDegrees * RADIANS);
  }
  pointOf({ latDegrees, lngDegrees }: Place): Point {
    return {
      x: (lngDegrees - this.#origin.lngDegrees) * this.#metersPerLng,
      y: (latDegrees - this.#origin.latDegrees) * this.#metersPerLat,
    };
  }
  placeOf({ x, y }: Point): Place {
    return {
      latDegrees: this.#origin.latDegrees + y / this.#metersPerLat,
      lngDegrees: this.#origin.lngDegrees + x / this.#metersPerLng,
    };
  }
}

export function distanceMeters(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
