/** Where owners live: metropolitan areas as places with people (metros.json names its source). */
import type { Random } from "@katydid/platform";
import { type Cell, cellAt, LOCATION_RESOLUTION } from "@katydid/protocol";
import { Plane, type Point } from "../air/geometry.ts";
import data from "./metros.json" with { type: "json" };

/** People spread evenly over a disc around each place: assumption, an American city's density. */
const PEOPLE_PER_KM2 = 3000;
const PLACE_RADIUS_MIN_METERS = 1000;
const METERS_PER_KM = 1000;
/** A name, people, latitude and longitude in degrees. */
const PLACE_FIELDS = 4;

interface Place {
  readonly center: Point;
  readonly radiusMeters: number;
  /** People of this place and of all before it in the list. */
  readonly peopleUpTo: number;
}

export class Metro {
  readonly index: number;
  readonly name: string;
  readonly people: number;
  readonly #plane: Plane;
  readonly #places: readonly Place[];
  readonly #listed: number;

  constructor(index: number, row: (typeof data.metros)[number]) {
    this.index = index;
    this.name = row.name;
    this.people = row.people;
    const rows = row.places.map(readPlace);
    const [core] = rows;
    if (core === undefined) throw new Error(`${row.name} has no places`);
    this.#plane = new Plane(core);
    let listed = 0;
    this.#places = rows.map(({ people, ...place }) => {
      listed += people;
      const radius = METERS_PER_KM * Math.sqrt(people / Math.PI / PEOPLE_PER_KM2);
      return {
        center: this.#plane.pointOf(place),
        radiusMeters: Math.max(PLACE_RADIUS_MIN_METERS, radius),
        peopleUpTo: listed,
      };
    });
    this.#listed = listed;
  }

  /** Where one of its people lives. */
  home(random: Random): Point {
    const pick = random.unit() * this.#listed;
    const place = this.#places.find(({ peopleUpTo }) => pick < peopleUpTo);
    if (place === undefined) throw new Error("a pick below the sum is in a place");
    return within(place.center, { meters: place.radiusMeters, random });
  }

  cellOf(point: Point): Cell {
    return cellAt(this.#plane.placeOf(point), LOCATION_RESOLUTION);
  }
}

/** The first `count` of the metropolitan areas, largest first. */
export function metros(count: number = data.metros.length): readonly Metro[] {
  return data.metros.slice(0, count).map((row, index) => new Metro(index, row));
}

export const METROS_MAX: number = data.metros.length;

/** A point of the disc around `center`. */
export function within(
  center: Point,
  { meters, random }: { readonly meters: number; readonly random: Random },
): Point {
  const radius = meters * Math.sqrt(random.unit());
  const angle = 2 * Math.PI * random.unit();
  return { x: center.x + radius * Math.cos(angle), y: center.y + radius * Math.sin(angle) };
}

function readPlace(row: readonly (string | number)[]): {
  people: number;
  latDegrees: number;
  lngDegrees: number;
} {
  const [, people, latDegrees, lngDegrees] = row;
  const isPlace = row.length === PLACE_FIELDS && typeof people === "number";
  if (!isPlace || typeof latDegrees !== "number" || typeof lngDegrees !== "number") {
    throw new Error(`not a place: ${JSON.stringify(row)}`);
  }
  return { people, latDegrees, lngDegrees };
}
