/** What the map does when clicked, when the ledger grows, and when something is selected. */
import { LngLat, type MapLayerMouseEvent, type Map as MapLibreMap } from "maplibre-gl";
import { useEffect, useRef } from "react";
import { linkTo, type Route } from "../route.ts";
import { setGeoJson } from "./use-map.ts";

/** Topmost first: a device over a hotspot over its hex. */
const CLICKABLE = ["devices", "hotspots", "coverage"] as const;

export function useMapClicks(map: MapLibreMap | undefined): void {
  useEffect(() => {
    if (map === undefined) return;
    const clicked = (event: { point: MapLayerMouseEvent["point"] }) => {
      const { x, y } = event.point;
      const around: [[number, number], [number, number]] = [
        [x - 4, y - 4],
        [x + 4, y + 4],
      ];
      for (const layer of CLICKABLE) {
        const [hit] = map.queryRenderedFeatures(layer === "coverage" ? event.point : around, {
          layers: [layer],
        });
        if (hit === undefined) continue;
        const properties = hit.properties as { devEui?: string; address?: string; cell?: string };
        if (layer === "devices") window.location.hash = linkTo.device(String(properties.devEui));
        else if (layer === "hotspots")
          window.location.hash = linkTo.hotspot(String(properties.address));
        else window.location.hash = linkTo.hex(String(properties.cell));
        return;
      }
    };
    const pointer = () => {
      map.getCanvas().style.cursor = "pointer";
    };
    const arrow = () => {
      map.getCanvas().style.cursor = "";
    };
    map.on("click", clicked);
    for (const layer of CLICKABLE) {
      map.on("mouseenter", layer, pointer);
      map.on("mouseleave", layer, arrow);
    }
    return () => {
      map.off("click", clicked);
    };
  }, [map]);
}

/** Tiles change with the ledger: ask for them again, but not at every block. */
export function useFreshTiles(map: MapLibreMap | undefined, height: number): void {
  const last = useRef(0);
  useEffect(() => {
    if (map === undefined || height === 0 || Date.now() - last.current < 5000) return;
    last.current = Date.now();
    const source = map.getSource("coverage");
    if (source && "setTiles" in source) {
      const tiles = `${new URL("tiles/coverage", document.baseURI)}/{z}/{x}/{y}.mvt?height=${height}`;
      (source as unknown as { setTiles(tiles: string[]): void }).setTiles([tiles]);
    }
  }, [map, height]);
}

/** Outlines the selected hex, and flies to a selected hotspot that is out of sight. */
export function useSelection(map: MapLibreMap | undefined, route: Route): void {
  const cell = route.kind === "hex" ? route.cell : undefined;
  const hotspot = route.kind === "hotspot" ? route.address : undefined;
  useEffect(() => {
    if (map === undefined) return;
    setGeoJson(map, "selected", []);
    if (cell === undefined && hotspot === undefined) return;
    const stop = new AbortController();
    const path = cell === undefined ? `v1/hotspots/${hotspot}` : `v1/coverage/cells/${cell}`;
    void fetch(path, { signal: stop.signal })
      .then((answer) => answer.json())
      .then((found: { boundary?: [number, number][]; center?: [number, number] }) => {
        if (found.boundary !== undefined) {
          const ring = [...found.boundary, ...found.boundary.slice(0, 1)];
          setGeoJson(map, "selected", [
            { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } },
          ]);
        }
        if (found.center !== undefined && !map.getBounds().contains(new LngLat(...found.center))) {
          map.flyTo({ center: found.center, zoom: Math.max(map.getZoom(), 11) });
        }
      })
      .catch(() => undefined);
    return () => stop.abort();
  }, [map, cell, hotspot]);
}
