export {
  type CellSummary,
  type CoverageCell,
  CoverageIndex,
  EVIDENCE_PER_CELL_MAX,
  type Evidence,
  type HeardBy,
  LEAF_RESOLUTION,
  ROOT_RESOLUTION,
} from "./coverage-index.ts";
export { CoverageTiles, type HotspotPoint, TILE_ZOOM_MAX } from "./coverage-tiles.ts";
export type { TileId } from "./tile-math.ts";
