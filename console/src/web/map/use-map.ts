/** One MapLibre map, used imperatively. `document.body.dataset.map` is `idle` when it has drawn. */
import { Map as MapLibreMap, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { useEffect, useRef, useState } from "react";
import { baseStyle, loadBase } from "./base-style.ts";
import { addNetworkLayers } from "./layers.ts";

setWorkerUrl(workerUrl);

/** Boulder, Colorado: where the network on one machine stands. */
const FIRST_VIEW = { center: [-105.27, 40.015] as [number, number], zoom: 11.2 };

export function useMap(): {
  container: React.RefObject<HTMLDivElement | null>;
  map: MapLibreMap | undefined;
} {
  const container = useRef<HTMLDivElement | null>(null);
  const [map, setMap] = useState<MapLibreMap>();
  useEffect(() => {
    if (container.current === null) return;
    const made = new MapLibreMap({
      container: container.current,
      style: baseStyle,
      ...FIRST_VIEW,
      attributionControl: { customAttribution: "Natural Earth, US Census Bureau" },
      maxZoom: 16,
    });
    made.addControl(new NavigationControl({ showCompass: false }), "top-left");
    made.addControl(new ScaleControl(), "bottom-right");
    made.on("idle", () => {
      document.body.dataset.map = "idle";
    });
    made.on("movestart", () => {
      document.body.dataset.map = "moving";
    });
    made.on("load", () => {
      addNetworkLayers(made, `${new URL("tiles/coverage", document.baseURI)}/{z}/{x}/{y}.mvt`);
      setMap(made);
      void loadBase().then((sources) => {
        for (const [name, data] of Object.entries(sources)) {
          const source = made.getSource(name);
          if (source && "setData" in source)
            (source as unknown as { setData(data: unknown): void }).setData(data);
        }
      });
    });
    // For the browser test and for whoever opens the developer tools.
    (window as unknown as { katydidMap: MapLibreMap }).katydidMap = made;
    return () => made.remove();
  }, []);
  return { container, map };
}

/** Replaces the data of a GeoJSON source. */
export function setGeoJson(
  map: MapLibreMap | undefined,
  source: string,
  features: GeoJSON.Feature[],
): void {
  const found = map?.getSource(source);
  if (found && "setData" in found) {
    (found as unknown as { setData(data: unknown): void }).setData({
      type: "FeatureCollection",
      features,
    });
  }
}
