import {
  COUNT_STOPS,
  type CoverageLayer,
  MAPPED_WITHOUT_SIGNAL,
  RSSI_STOPS,
} from "./map/layers.ts";

/** Covered, mapped without signal, unmapped: three states, so that "nothing known" is never "no coverage". */
export function Legend(props: { layer: CoverageLayer; onLayer: (layer: CoverageLayer) => void }) {
  const stops = props.layer === "rssi" ? RSSI_STOPS : COUNT_STOPS;
  const unit = props.layer === "rssi" ? "dBm, best" : "hotspots";
  return (
    <section className="legend" aria-label="Legend">
      <div className="switch">
        <LayerButton {...props} value="rssi" label="Best signal" />
        <LayerButton {...props} value="hotspots" label="Hotspots" />
      </div>
      <div
        className="ramp"
        style={{
          background: `linear-gradient(to right, ${stops.map(({ color }) => color).join(",")})`,
        }}
      />
      <div className="ramp-labels">
        <span>{stops[0].value}</span>
        <span>{unit}</span>
        <span>{stops[stops.length - 1]?.value}</span>
      </div>
      <ul>
        <li>
          <i style={{ background: "#22a884" }} /> Covered: a beacon from here was heard
        </li>
        <li>
          <i style={{ background: MAPPED_WITHOUT_SIGNAL, opacity: 0.5 }} /> Mapped without signal:
          nobody heard it
        </li>
        <li>
          <i className="unmapped" /> Unmapped: nothing was measured
        </li>
      </ul>
    </section>
  );
}

function LayerButton(props: {
  layer: CoverageLayer;
  onLayer: (layer: CoverageLayer) => void;
  value: CoverageLayer;
  label: string;
}) {
  return (
    <button
      type="button"
      aria-pressed={props.layer === props.value}
      onClick={() => props.onLayer(props.value)}
    >
      {props.label}
    </button>
  );
}
