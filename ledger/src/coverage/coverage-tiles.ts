/**
 * Vector tiles of coverage and hotspots. Hexes follow the zoom (reference: sub-pixel hexes draw as
 * dust), so a tile holds a few hundred of them at most, however large the network.
 */
import { type Address, BoundedMap, type Cell, cellBoundary, cellCenter } from "@katydid/protocol";
import type { CoverageIndex } from "./coverage-index.ts";
import {
  clipped,
  TILE_BUFFER,
  TILE_EXTENT,
  type TileId,
  toTile,
  toWorld,
  unwrapped,
  type WorldPoint,
} from "./tile-math.ts";
import { encodeTile, type TileFeature } from "./vector-tile.ts";

/** Deepest zoom that is served; maps magnify beyond. */
export const TILE_ZOOM_MAX = 18;
/** H3 resolution of the hexes at each zoom; the last stands for all deeper ones. */
const RESOLUTION_BY_ZOOM = [2, 2, 2, 2, 3, 4, 5, 6, 7, 8] as const;
/** The first zoom at which a resolution is shown; its cells are indexed by the tiles of that zoom. */
const HOME_ZOOM_BY_RESOLUTION: Readonly<Record<number, number>> = {
  2: 3,
  3: 4,
  4: 5,
  5: 6,
  6: 7,
  7: 8,
  8: 9,
};
const RINGS_MAX = 50_000;
const PARTS_PER_DEGREE = 1e7;

/** A hotspot as a point on the map. */
export interface HotspotPoint {
  readonly address: Address;
  readonly name: string;
  readonly cell: Cell;
  readonly active: boolean;
  readonly scale: string;
}

export class CoverageTiles {
  private readonly index: CoverageIndex;
  private readonly hotspots: () => readonly HotspotPoint[];
  private readonly homes = new Map<string, Set<Cell>>();
  private readonly rings = new BoundedMap<Cell, readonly WorldPoint[]>(RINGS_MAX);

  /** `hotspots`: those with a location, as they are now. */
  constructor(options: {
    readonly index: CoverageIndex;
    readonly hotspots: () => readonly HotspotPoint[];
  }) {
    this.index = options.index;
    this.hotspots = options.hotspots;
  }

  /** To be told of every cell that appears in the index. */
  addCell(cell: Cell, resolution: number): void {
    const z = HOME_ZOOM_BY_RESOLUTION[resolution];
    if (z === undefined) return;
    for (const name of tilesOf(this.ringOf(cell), z)) {
      const home = this.homes.get(name);
      if (home === undefined) this.homes.set(name, new Set([cell]));
      else home.add(cell);
    }
  }

  /** Bytes of a tile, not compressed. */
  tile(tile: TileId): Uint8Array {
    return encodeTile([
      { name: "coverage", features: this.coverageFeatures(tile) },
      { name: "hotspots", features: this.hotspotFeatures(tile) },
    ]);
  }

  private coverageFeatures(tile: TileId): readonly TileFeature[] {
    const features: TileFeature[] = [];
    for (const cell of this.cellsNear(tile)) {
      const summary = this.index.summary(cell);
      if (summary === undefined) continue;
      const points = polygonIn(this.ringOf(cell), tile);
      if (points.length < 3) continue;
      const { state, bestRssiDbm, hotspots, count } = summary;
      const rssi = bestRssiDbm === undefined ? {} : { rssi: bestRssiDbm };
      features.push({
        kind: "polygon",
        points,
        properties: { cell, state, ...rssi, hotspots, count },
      });
    }
    return features;
  }

  private hotspotFeatures(tile: TileId): readonly TileFeature[] {
    const features: TileFeature[] = [];
    for (const { address, name, cell, active, scale } of this.hotspots()) {
      const center = cellCenter(cell);
      const world = toWorld({
        latDegrees: center.latE7 / PARTS_PER_DEGREE,
        lngDegrees: center.lngE7 / PARTS_PER_DEGREE,
      });
      const { x, y } = toTile(world, tile);
      if (!inTile(x) || !inTile(y)) continue;
      features.push({
        kind: "point",
        points: [[Math.round(x), Math.round(y)]],
        properties: { address, name, cell, active, scale: Number(scale) },
      });
    }
    return features;
  }

  private cellsNear(tile: TileId): Iterable<Cell> {
    const resolution = RESOLUTION_BY_ZOOM[Math.min(tile.z, RESOLUTION_BY_ZOOM.length - 1)] ?? 2;
    const homeZoom = HOME_ZOOM_BY_RESOLUTION[resolution] ?? 0;
    if (tile.z >= homeZoom) {
      const shift = tile.z - homeZoom;
      const home = tileName({ z: homeZoom, x: tile.x >> shift, y: tile.y >> shift });
      return this.homes.get(home) ?? [];
    }
    // Only above the coarsest resolution's first zoom: join the home tiles below this one.
    const cells = new Set<Cell>();
    const count = 2 ** (homeZoom - tile.z);
    for (let x = tile.x * count; x < (tile.x + 1) * count; x += 1) {
      for (let y = tile.y * count; y < (tile.y + 1) * count; y += 1) {
        for (const cell of this.homes.get(tileName({ z: homeZoom, x, y })) ?? []) cells.add(cell);
      }
    }
    return cells;
  }

  private ringOf(cell: Cell): readonly WorldPoint[] {
    const known = this.rings.get(cell);
    if (known !== undefined) return known;
    const ring = unwrapped(cellBoundary(cell).map(toWorld));
    this.rings.set(cell, ring);
    return ring;
  }
}

function inTile(value: number): boolean {
  return value >= -TILE_BUFFER && value <= TILE_EXTENT + TILE_BUFFER;
}

function tileName({ z, x, y }: TileId): string {
  return `${z}/${x}/${y}`;
}

/** Names of the tiles of a zoom that the ring's box touches, its buffer included. */
function tilesOf(ring: readonly WorldPoint[], z: number): readonly string[] {
  const scale = 2 ** z;
  const margin = TILE_BUFFER / TILE_EXTENT;
  const xs = ring.map(({ x }) => x * scale);
  const ys = ring.map(({ y }) => y * scale);
  const names: string[] = [];
  for (let x = Math.floor(Math.min(...xs) - margin); x <= Math.max(...xs) + margin; x += 1) {
    for (let y = Math.floor(Math.min(...ys) - margin); y <= Math.max(...ys) + margin; y += 1) {
      // East of the antimeridian the world begins again.
      if (y >= 0 && y < scale) names.push(tileName({ z, x: ((x % scale) + scale) % scale, y }));
    }
  }
  return names;
}

/** The ring in the tile, on whichever copy of the world is nearest to it; empty outside. */
function polygonIn(
  ring: readonly WorldPoint[],
  tile: TileId,
): readonly (readonly [number, number])[] {
  for (const world of [0, -1, 1]) {
    const moved = ring.map(({ x, y }) => toTile({ x: x + world, y }, tile));
    const rounded = clipped(moved).map(({ x, y }) => [Math.round(x), Math.round(y)] as const);
    const points = rounded.filter((point, at) => !same(point, rounded.at(at - 1)));
    if (points.length >= 3) return clockwise(points);
  }
  return [];
}

function same(a: readonly [number, number], b: readonly [number, number] | undefined): boolean {
  return b !== undefined && a[0] === b[0] && a[1] === b[1];
}

/** An outer ring has a positive area in tile coordinates (Mapbox Vector Tile 2.1 §4.3.4.4). */
function clockwise(
  points: readonly (readonly [number, number])[],
): readonly (readonly [number, number])[] {
  let twice = 0;
  points.forEach(([x, y], at) => {
    const [nextX, nextY] = points[(at + 1) % points.length] ?? [x, y];
    twice += x * nextY - nextX * y;
  });
  return twice < 0 ? points.toReversed() : points;
}
