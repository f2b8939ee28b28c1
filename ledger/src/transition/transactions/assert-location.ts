/** assert-location: the owner says where a hotspot is. The first is free, and one each 30 days. */
import {
  type AssertLocation,
  LOCATION_RESOLUTION,
  regionOf,
  resolutionOf,
} from "@katydid/protocol";
import type { Draft } from "../draft.ts";
import { changeFacts, markActive, nextMoveAt } from "../hotspots.ts";
import type { HotspotRow } from "../rows.ts";
import { type Rule, refuse } from "./ruling.ts";

/** Tenths would be 150; no antenna on a roof has more. */
const GAIN_MAX_DBI = 15;
/** The Dead Sea and the highest road are within. */
const ELEVATION_METERS = { min: -500, max: 9000 };

export const assertLocation: Rule<AssertLocation> = (draft, body) => {
  const { hotspot, cell, gainDbi, elevationMeters } = body;
  const row = draft.hotspot(hotspot);
  if (row === undefined) return refuse({ reason: "hotspot-unknown", hotspot });
  if (row.owner !== body.actor) return refuse({ reason: "not-owner", owner: row.owner });
  if (row.leftAt !== undefined) return refuse({ reason: "hotspot-left", hotspot });
  if (resolutionOf(cell) !== LOCATION_RESOLUTION) return refuse({ reason: "cell-invalid", cell });
  if (gainDbi < 0 || gainDbi > GAIN_MAX_DBI) {
    return refuse({ reason: "out-of-range", field: "gainDbi", limit: GAIN_MAX_DBI });
  }
  if (elevationMeters < ELEVATION_METERS.min || elevationMeters > ELEVATION_METERS.max) {
    return refuse({
      reason: "out-of-range",
      field: "elevationMeters",
      limit: ELEVATION_METERS.max,
    });
  }
  if (regionOf(cell) === undefined) return refuse({ reason: "region-unknown", cell });
  const again = nextMoveAt(draft, row);
  if (again !== undefined) return refuse({ reason: "moved-too-often", again });
  const free = isFree(draft, row);
  return {
    ...(free && { free }),
    apply: () => {
      const isFirst = row.cell === undefined;
      changeFacts(draft, hotspot, {
        cell,
        gainDbi,
        elevationMeters,
        ...(free && { freeAssertAt: draft.now }),
      });
      if (isFirst) markActive(draft, hotspot);
      draft.touch(hotspot);
      return undefined;
    },
  };
};

function isFree(draft: Draft, { freeAssertAt }: HotspotRow): boolean {
  if (freeAssertAt === undefined) return true;
  return draft.now >= freeAssertAt + draft.context.params.freeAssertSeconds * 1000;
}
