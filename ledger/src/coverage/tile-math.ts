/** Web Mercator and the tiles over it (OGC 17-083r2, WebMercatorQuad). */

/** Units along a tile's edge (Mapbox Vector Tile 2.1 §4.1). */
export const TILE_EXTENT = 4096;
/** Units that shapes may reach beyond the edge, so that no seam shows. */
export const TILE_BUFFER = 64;
/** Mercator's limit: beyond it the square map ends. */
const LATITUDE_MAX = 85.0511287798;

export interface TileId {
  readonly z: number;
  readonly x: number;
  readonly y: number;
}

/** A place in the unit square of the world; x grows to the east, y to the south. */
export interface WorldPoint {
  readonly x: number;
  readonly y: number;
}

export function toWorld(place: {
  readonly latDegrees: number;
  readonly lngDegrees: number;
}): WorldPoint {
  const latitude = Math.max(-LATITUDE_MAX, Math.min(LATITUDE_MAX, place.latDegrees));
  const sine = Math.sin((latitude * Math.PI) / 180);
  return {
    x: (place.lngDegrees + 180) / 360,
    y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI),
  };
}

/** Corners such that no edge crosses the antimeridian: those to the west of it move a world on. */
export function unwrapped(ring: readonly WorldPoint[]): readonly WorldPoint[] {
  const first = ring[0];
  if (first === undefined) return ring;
  return ring.map(({ x, y }) => {
    if (x - first.x > 0.5) return { x: x - 1, y };
    return x - first.x < -0.5 ? { x: x + 1, y } : { x, y };
  });
}

/** Units of the tile, not rounded. */
export function toTile(point: WorldPoint, tile: TileId): WorldPoint {
  const scale = 2 ** tile.z;
  return {
    x: (point.x * scale - tile.x) * TILE_EXTENT,
    y: (point.y * scale - tile.y) * TILE_EXTENT,
  };
}

/** The part of a convex ring that is in the tile with its buffer (Sutherland and Hodgman, 1974). */
export function clipped(ring: readonly WorldPoint[]): readonly WorldPoint[] {
  const low = -TILE_BUFFER;
  const high = TILE_EXTENT + TILE_BUFFER;
  let rest = ring;
  rest = cut(rest, ({ x }) => x - low);
  rest = cut(rest, ({ x }) => high - x);
  rest = cut(rest, ({ y }) => y - low);
  return cut(rest, ({ y }) => high - y);
}

/** What is on the side where `inside` is not negative; it is linear. */
function cut(
  ring: readonly WorldPoint[],
  inside: (point: WorldPoint) => number,
): readonly WorldPoint[] {
  const kept: WorldPoint[] = [];
  let before = ring.at(-1);
  for (const point of ring) {
    const here = inside(point);
    if (before !== undefined) {
      const there = inside(before);
      if (here >= 0 !== there >= 0) {
        const share = there / (there - here);
        kept.push({
          x: before.x + share * (point.x - before.x),
          y: before.y + share * (point.y - before.y),
        });
      }
    }
    if (here >= 0) kept.push(point);
    before = point;
  }
  return kept;
}
