import type { Map as MapLibreMap } from "maplibre-gl";
import { useEffect } from "react";
import type { DeviceJson, TrailJson } from "../devices.ts";
import { setGeoJson } from "../map/use-map.ts";
import { useHotspotNames } from "../names.ts";
import { linkTo } from "../route.ts";
import { useJson } from "../use-json.ts";
import { agoWords, dcWords } from "../words.ts";

/** A collar's page: where the dog is and was, how old that is, the battery, and what it cost. */
export function DevicePanel(props: { devEui: string; map: MapLibreMap | undefined }) {
  const { devEui, map } = props;
  const device = useJson<DeviceJson>(`router/v1/devices/${devEui}`, 3000);
  const trail = useJson<TrailJson>(`router/v1/devices/${devEui}/trail`, 5000);
  const names = useHotspotNames();
  const points = trail.state === "ready" ? trail.value.items : undefined;
  useEffect(() => {
    if (points !== undefined) {
      const line = points.map(({ longitude, latitude }) => [longitude, latitude]);
      setGeoJson(map, "trail", [
        { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: line } },
      ]);
    }
    return () => setGeoJson(map, "trail", []);
  }, [map, points]);

  if (device.state === "loading") return <p>Reading…</p>;
  if (device.state === "failed") return <p className="bad">{device.message}</p>;
  const { value } = device;
  const { lastFix } = value;
  return (
    <>
      <h1 data-testid="device-name">{value.name}</h1>
      <p className="mono">{value.devEui}</p>
      <dl>
        <dt>Last heard</dt>
        <dd>{value.lastSeenAt === undefined ? "never" : agoWords(value.lastSeenAt, Date.now())}</dd>
        <dt>Last fix</dt>
        <dd data-testid="last-fix">
          {lastFix === undefined
            ? "none"
            : `${lastFix.latitude.toFixed(5)}, ${lastFix.longitude.toFixed(5)}, ${agoWords(lastFix.at, Date.now())}`}
        </dd>
        {lastFix?.accuracyMeters !== undefined && (
          <>
            <dt>Accuracy</dt>
            <dd>{lastFix.accuracyMeters} m</dd>
          </>
        )}
        <dt>Battery</dt>
        <dd>{value.batteryVolts === undefined ? "–" : `${value.batteryVolts.toFixed(2)} V`}</dd>
        <dt>Packets</dt>
        <dd>{value.packets}</dd>
        <dt>Cost so far</dt>
        <dd>{dcWords(value.spentDc)}</dd>
      </dl>
      <h2>Trail</h2>
      <ul className="rows">
        {(points ?? [])
          .slice(-20)
          .reverse()
          .map((fix) => (
            <li key={fix.at} className="row">
              <span>
                {fix.latitude.toFixed(5)}, {fix.longitude.toFixed(5)}
                {fix.hotspot !== undefined && (
                  <>
                    {" "}
                    by{" "}
                    <a href={linkTo.hotspot(fix.hotspot)}>
                      {names.get(fix.hotspot) ?? "a hotspot"}
                    </a>
                    {fix.rssiDbm === undefined ? "" : ` at ${fix.rssiDbm.toFixed(0)} dBm`}
                  </>
                )}
              </span>
              <span className="soft">{agoWords(fix.at, Date.now())}</span>
            </li>
          ))}
      </ul>
    </>
  );
}
