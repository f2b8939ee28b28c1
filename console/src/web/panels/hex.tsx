import { distanceWords } from "@katydid/ledger/explain";
import { useHotspotNames } from "../names.ts";
import { linkTo } from "../route.ts";
import { useJson } from "../use-json.ts";
import { agoWords } from "../words.ts";

/** As `v1/coverage/cells/CELL` has it. */
export interface CellJson {
  readonly cell: string;
  readonly resolution: number;
  readonly state: "covered" | "mapped-without-signal" | "unmapped";
  readonly bestRssiDbm?: number;
  readonly hotspots: readonly {
    readonly address: string;
    readonly name: string;
    readonly bestRssiDbm: number;
    readonly count: number;
  }[];
  /** Protocol time, as all times here. */
  readonly lastAt?: number;
  readonly evidence: readonly {
    readonly slot: number;
    readonly index: number;
    readonly beaconer: string;
    readonly witness?: string;
    readonly rssiDbm?: number;
    readonly distanceMeters?: number;
    readonly at: number;
  }[];
}

/** A hex: is it covered, by whom, and by what evidence. */
export function HexPanel(props: { cell: string; now: number | undefined }) {
  const loaded = useJson<CellJson>(`v1/coverage/cells/${props.cell}`, 5000);
  const names = useHotspotNames();
  if (loaded.state === "loading") return <p>Reading…</p>;
  if (loaded.state === "failed") return <p className="bad">{loaded.message}</p>;
  const { value } = loaded;
  return (
    <>
      <h1 data-testid="hex-state">{stateWords(value)}</h1>
      <p className="mono">
        {value.cell} · resolution {value.resolution}
      </p>
      {value.hotspots.length > 0 && (
        <>
          <h2>
            Heard by {value.hotspots.length} {value.hotspots.length === 1 ? "hotspot" : "hotspots"}
          </h2>
          <ul className="rows" data-testid="hex-hotspots">
            {value.hotspots.map((hotspot) => (
              <li key={hotspot.address} className="row">
                <a href={linkTo.hotspot(hotspot.address)}>{hotspot.name}</a>
                <span>
                  {hotspot.bestRssiDbm.toFixed(1)} dBm, {hotspot.count}×
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      <h2>Why: the beacons sent from here</h2>
      <ul className="rows">
        {value.evidence.map((link) => (
          <li key={`${link.slot}-${link.index}-${link.witness ?? ""}`}>
            <a href={linkTo.hotspot(link.beaconer)}>{names.get(link.beaconer) ?? "A hotspot"}</a>{" "}
            {link.witness === undefined ? (
              "was heard by nobody"
            ) : (
              <>
                was heard by{" "}
                <a href={linkTo.hotspot(link.witness)}>{names.get(link.witness) ?? "a hotspot"}</a>{" "}
                {distanceWords(link.distanceMeters)} away at {link.rssiDbm?.toFixed(1)} dBm
              </>
            )}
            <span className="soft">, {agoWords(link.at, props.now ?? link.at)}</span>
          </li>
        ))}
        {value.evidence.length === 0 && <li>Nothing was measured here yet.</li>}
      </ul>
    </>
  );
}

function stateWords(cell: CellJson): string {
  if (cell.state === "covered")
    return `Covered, best signal ${cell.bestRssiDbm?.toFixed(1) ?? "?"} dBm`;
  if (cell.state === "mapped-without-signal") return "Mapped without signal";
  return "Unmapped";
}
