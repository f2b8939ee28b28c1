/** Coverage, hotspots and devices over the base map: sources, paint and colours. */
import type { ExpressionSpecification, Map as MapLibreMap } from "maplibre-gl";

export type CoverageLayer = "rssi" | "hotspots";

/** Viridis: even steps for every colour vision; weak signal dark, strong bright. */
export const RSSI_STOPS = [
  { value: -135, color: "#440154" },
  { value: -120, color: "#414487" },
  { value: -110, color: "#2a788e" },
  { value: -100, color: "#22a884" },
  { value: -90, color: "#7ad151" },
  { value: -75, color: "#fde725" },
] as const;

export const COUNT_STOPS = [
  { value: 1, color: "#440154" },
  { value: 2, color: "#414487" },
  { value: 4, color: "#2a788e" },
  { value: 7, color: "#22a884" },
  { value: 10, color: "#7ad151" },
  { value: 15, color: "#fde725" },
] as const;

export const MAPPED_WITHOUT_SIGNAL = "#b5544d";

function ramp(
  property: string,
  stops: readonly { value: number; color: string }[],
): ExpressionSpecification {
  return [
    "interpolate",
    ["linear"],
    ["to-number", ["get", property]],
    ...stops.flatMap(({ value, color }) => [value, color]),
  ] as unknown as ExpressionSpecification;
}

export function coverageColor(layer: CoverageLayer): ExpressionSpecification {
  return [
    "case",
    ["==", ["get", "state"], "covered"],
    layer === "rssi" ? ramp("rssi", RSSI_STOPS) : ramp("hotspots", COUNT_STOPS),
    MAPPED_WITHOUT_SIGNAL,
  ];
}

const EMPTY = { type: "FeatureCollection" as const, features: [] };

export function addNetworkLayers(map: MapLibreMap, tiles: string): void {
  map.addSource("coverage", { type: "vector", tiles: [tiles], minzoom: 0, maxzoom: 12 });
  map.addSource("trail", { type: "geojson", data: EMPTY });
  map.addSource("devices", { type: "geojson", data: EMPTY });
  map.addSource("selected", { type: "geojson", data: EMPTY });
  map.addLayer({
    id: "coverage",
    type: "fill",
    source: "coverage",
    "source-layer": "coverage",
    paint: {
      "fill-color": coverageColor("rssi"),
      "fill-opacity": ["case", ["==", ["get", "state"], "covered"], 0.72, 0.4],
    },
  });
  map.addLayer({
    id: "coverage-edge",
    type: "line",
    source: "coverage",
    "source-layer": "coverage",
    minzoom: 9,
    paint: { "line-color": "#ffffff", "line-opacity": 0.7, "line-width": 1 },
  });
  map.addLayer({
    id: "selected",
    type: "line",
    source: "selected",
    paint: { "line-color": "#d1341f", "line-width": 2.5 },
  });
  map.addLayer({
    id: "trail",
    type: "line",
    source: "trail",
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": "#d1341f", "line-width": 2, "line-opacity": 0.8 },
  });
  map.addLayer({
    id: "hotspots",
    type: "circle",
    source: "coverage",
    "source-layer": "hotspots",
    minzoom: 6,
    paint: {
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 6, 2, 10, 5, 14, 8],
      "circle-color": [
        "case",
        ["==", ["to-boolean", ["get", "active"]], true],
        "#1b7f4d",
        "#9a9a9a",
      ],
      "circle-stroke-color": "#ffffff",
      "circle-stroke-width": 1.5,
    },
  });
  map.addLayer({
    id: "devices",
    type: "circle",
    source: "devices",
    paint: {
      "circle-radius": 6,
      "circle-color": "#d1341f",
      "circle-stroke-color": "#ffffff",
      "circle-stroke-width": 2,
    },
  });
  map.addLayer({
    id: "device-names",
    type: "symbol",
    source: "devices",
    minzoom: 10,
    layout: {
      "text-field": ["get", "name"],
      "text-font": ["DejaVu Sans", "sans-serif"],
      "text-size": 12,
      "text-offset": [0, 1.2],
      "text-anchor": "top",
    },
    paint: { "text-color": "#a02313", "text-halo-color": "#ffffff", "text-halo-width": 1.5 },
  });
}
