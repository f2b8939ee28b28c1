/** Three-word names of hotspots by address, read once and then every minute. */
import type { HotspotJson, Page } from "./api.ts";
import { useJson } from "./use-json.ts";

const NONE: ReadonlyMap<string, string> = new Map();
let kept = NONE;
let keptOf: unknown;

export function useHotspotNames(): ReadonlyMap<string, string> {
  const loaded = useJson<Page<HotspotJson>>("v1/hotspots?limit=1000", 60_000);
  if (loaded.state !== "ready") return kept;
  if (keptOf !== loaded.value) {
    keptOf = loaded.value;
    kept = new Map(loaded.value.items.map(({ address, name }) => [address, name]));
  }
  return kept;
}
