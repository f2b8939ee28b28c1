/**
 * The offline base map: countries (world-atlas), states and counties (us-atlas), from npm, drawn
 * without tiles. Omitting `glyphs` draws labels from local fonts (style specification, JS 5.11).
 */
import type { StyleSpecification } from "maplibre-gl";
import { feature, mesh } from "topojson-client";
import countiesUrl from "us-atlas/counties-10m.json?url";
import countriesUrl from "world-atlas/countries-50m.json?url";

const EMPTY = { type: "FeatureCollection" as const, features: [] };

export const baseStyle: StyleSpecification = {
  version: 8,
  sources: {
    land: { type: "geojson", data: EMPTY, tolerance: 0.2 },
    borders: { type: "geojson", data: EMPTY, tolerance: 0.2 },
    counties: { type: "geojson", data: EMPTY, tolerance: 0.2 },
    places: { type: "geojson", data: EMPTY },
  },
  layers: [
    { id: "water", type: "background", paint: { "background-color": "#dfe8ee" } },
    { id: "land", type: "fill", source: "land", paint: { "fill-color": "#f6f4ef" } },
    {
      id: "counties",
      type: "line",
      source: "counties",
      minzoom: 5,
      paint: { "line-color": "#d9d3c6", "line-width": 1 },
    },
    {
      id: "borders",
      type: "line",
      source: "borders",
      paint: { "line-color": "#b9b1a2", "line-width": 1.2 },
    },
    {
      id: "places",
      type: "symbol",
      source: "places",
      minzoom: 6,
      layout: {
        "text-field": ["get", "name"],
        "text-font": ["DejaVu Sans", "sans-serif"],
        "text-size": 12,
      },
      paint: { "text-color": "#8a8172", "text-halo-color": "#ffffff", "text-halo-width": 1.2 },
    },
  ],
};

type Atlas = Parameters<typeof mesh>[0];
type Shapes = NonNullable<Parameters<typeof mesh>[1]>;

/** The four sources' data by name; fetched once, from the console's own files. */
export async function loadBase(): Promise<Record<string, GeoJSON.GeoJSON>> {
  const [countries, counties] = await Promise.all([read(countriesUrl), read(countiesUrl)]);
  const nations = layerOf(countries, "countries");
  const areas = layerOf(counties, "counties");
  const states = layerOf(counties, "states");
  const land = feature(countries, nations);
  const named = feature(counties, areas);
  return {
    land,
    borders: {
      type: "GeometryCollection",
      geometries: [
        mesh(countries, nations, (a, b) => a !== b),
        mesh(counties, states, (a, b) => a !== b),
      ],
    },
    counties: mesh(counties, areas, (a, b) => a !== b),
    places: {
      type: "FeatureCollection",
      features: ("features" in named ? named.features : []).map((area) => ({
        type: "Feature",
        properties: { name: `${nameOf(area.properties)} County` },
        geometry: { type: "Point", coordinates: middleOf(area.geometry) },
      })),
    },
  };
}

async function read(url: string): Promise<Atlas> {
  const answer = await fetch(url);
  return (await answer.json()) as Atlas;
}

function layerOf(atlas: Atlas, name: string): Shapes {
  const layer = atlas.objects[name];
  if (layer === undefined) throw new Error(`the atlas has no layer ${name}`);
  return layer as Shapes;
}

function middleOf(geometry: GeoJSON.Geometry): [number, number] {
  let [west, south, east, north] = [180, 90, -180, -90];
  const visit = (value: unknown): void => {
    if (!Array.isArray(value)) return;
    const [lng, lat] = value;
    if (typeof lng === "number" && typeof lat === "number") {
      west = Math.min(west, lng);
      east = Math.max(east, lng);
      south = Math.min(south, lat);
      north = Math.max(north, lat);
    } else value.forEach(visit);
  };
  if ("coordinates" in geometry) visit(geometry.coordinates);
  return [(west + east) / 2, (south + north) / 2];
}

function nameOf(properties: GeoJSON.GeoJsonProperties): string {
  const name: unknown = properties?.name;
  return typeof name === "string" ? name : "";
}
