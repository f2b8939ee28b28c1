import { tokenWords } from "@katydid/ledger/explain";
import { useState } from "react";
import type { HotspotJson, Page } from "../api.ts";
import { linkTo } from "../route.ts";
import { useJson } from "../use-json.ts";

export function HotspotsPanel() {
  const [wanted, setWanted] = useState("");
  const loaded = useJson<Page<HotspotJson>>("v1/hotspots?limit=1000", 5000);
  if (loaded.state === "loading") return <p>Reading…</p>;
  if (loaded.state === "failed") return <p className="bad">{loaded.message}</p>;
  const text = wanted.trim().toLowerCase();
  const found = loaded.value.items.filter(
    (hotspot) =>
      hotspot.name.includes(text.replaceAll(" ", "-")) ||
      hotspot.address.toLowerCase().startsWith(text),
  );
  return (
    <>
      <h1>Hotspots</h1>
      <input
        type="search"
        placeholder="Name or address"
        aria-label="Search hotspots"
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      <ul className="rows">
        {found.map((hotspot) => (
          <li key={hotspot.address} className="row">
            <span>
              <a href={linkTo.hotspot(hotspot.address)}>{hotspot.name}</a>
              <br />
              <span className={hotspot.active ? "ok soft" : "soft"}>
                {hotspot.active ? "active" : "not active"}
                {hotspot.cell === undefined ? ", no location" : ""}
              </span>
            </span>
            <span className="soft">
              {tokenWords(String(BigInt(hotspot.earned.coverage) + BigInt(hotspot.earned.data)))}
            </span>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p>None found.</p>}
    </>
  );
}
