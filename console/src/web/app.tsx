import { useEffect, useMemo, useState } from "react";
import type { StatusJson } from "./api.ts";
import { useDevices } from "./devices.ts";
import { Legend } from "./legend.tsx";
import { type CoverageLayer, coverageColor } from "./map/layers.ts";
import { useFreshTiles, useMapClicks, useSelection } from "./map/map-effects.ts";
import { setGeoJson, useMap } from "./map/use-map.ts";
import { DevicePanel } from "./panels/device.tsx";
import { DevicesPanel } from "./panels/devices.tsx";
import { HexPanel } from "./panels/hex.tsx";
import { HotspotPanel } from "./panels/hotspot.tsx";
import { HotspotsPanel } from "./panels/hotspots.tsx";
import { LivePanel } from "./panels/live.tsx";
import { NetworkPanel } from "./panels/network.tsx";
import { type Route, useRoute } from "./route.ts";
import { useJson } from "./use-json.ts";
import { agoWords } from "./words.ts";

const TABS = [
  { href: "#/", kind: "network", label: "Network" },
  { href: "#/hotspots", kind: "hotspots", label: "Hotspots" },
  { href: "#/devices", kind: "devices", label: "Devices" },
  { href: "#/live", kind: "live", label: "Live" },
] as const;

export function App() {
  const route = useRoute();
  const status = useJson<StatusJson>("v1/status", 2000);
  const devices = useDevices();
  const [layer, setLayer] = useState<CoverageLayer>("rssi");
  const { container, map } = useMap();

  useMapClicks(map);
  useFreshTiles(map, status.state === "ready" ? status.value.height : 0);
  useSelection(map, route);
  useEffect(() => {
    map?.setPaintProperty("coverage", "fill-color", coverageColor(layer));
  }, [map, layer]);
  const points = useMemo(
    () =>
      devices.items.flatMap((device) =>
        device.lastFix === undefined
          ? []
          : [
              {
                type: "Feature" as const,
                properties: { devEui: device.devEui, name: device.name },
                geometry: {
                  type: "Point" as const,
                  coordinates: [device.lastFix.longitude, device.lastFix.latitude],
                },
              },
            ],
      ),
    [devices.items],
  );
  useEffect(() => setGeoJson(map, "devices", points), [map, points]);

  return (
    <div className="page">
      <header>
        <a className="name" href="#/">
          Katydid
        </a>
        <nav aria-label="Sections">
          {TABS.map((tab) => (
            <a
              key={tab.kind}
              href={tab.href}
              aria-current={tab.kind === route.kind ? "page" : undefined}
            >
              {tab.label}
            </a>
          ))}
        </nav>
        <span className="chain" data-testid="chain">
          {status.state === "ready"
            ? `block ${status.value.height} · ${agoWords(status.value.blockTime, Date.now())} · epoch ${status.value.epoch}`
            : status.state === "failed"
              ? `no answer from the node: ${status.message}`
              : "…"}
        </span>
      </header>
      <main className="map-area">
        <div className="map" ref={container} role="application" aria-label="Coverage map" />
        <Legend layer={layer} onLayer={setLayer} />
      </main>
      <aside>
        <Panel
          route={route}
          status={status.state === "ready" ? status.value : undefined}
          devices={devices}
          map={map}
        />
      </aside>
    </div>
  );
}

function Panel(props: {
  route: Route;
  status: StatusJson | undefined;
  devices: ReturnType<typeof useDevices>;
  map: ReturnType<typeof useMap>["map"];
}) {
  const { route } = props;
  switch (route.kind) {
    case "network":
      return <NetworkPanel status={props.status} />;
    case "hotspots":
      return <HotspotsPanel />;
    case "devices":
      return <DevicesPanel devices={props.devices} />;
    case "live":
      return <LivePanel />;
    case "hex":
      return <HexPanel cell={route.cell} now={props.status?.protocolTime} />;
    case "hotspot":
      return <HotspotPanel address={route.address} now={props.status?.protocolTime} />;
    case "device":
      return <DevicePanel devEui={route.devEui} map={props.map} />;
  }
}
