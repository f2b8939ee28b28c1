/** Writes Mapbox Vector Tiles (version 2.1): layers of polygons or points with properties. */
import { PbfWriter } from "pbf";
import { TILE_EXTENT } from "./tile-math.ts";

export type TileValue = string | number | boolean;

export interface TileFeature {
  readonly kind: "point" | "polygon";
  /** Units of the tile, whole. Of a polygon the one ring, clockwise as seen on screen, not closed. */
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly properties: Readonly<Record<string, TileValue>>;
}

export interface TileLayer {
  readonly name: string;
  readonly features: readonly TileFeature[];
}

// Field numbers and commands: Mapbox Vector Tile 2.1, vector_tile.proto and §4.3.
const MOVE_TO = 1;
const LINE_TO = 2;
const CLOSE_PATH = 7;
const GEOM_TYPE = { point: 1, polygon: 3 } as const;
const VERSION = 2;

/** The tile's bytes, not compressed. */
export function encodeTile(layers: readonly TileLayer[]): Uint8Array {
  const writer = new PbfWriter();
  for (const layer of layers) {
    if (layer.features.length > 0) writer.writeMessage(3, writeLayer, layer);
  }
  return writer.finish();
}

/** Names and values of a layer, each once, by index. */
class Dictionary<T> {
  readonly items: T[] = [];
  private readonly indexes = new Map<T, number>();

  indexOf(item: T): number {
    const known = this.indexes.get(item);
    if (known !== undefined) return known;
    const index = this.items.length;
    this.items.push(item);
    this.indexes.set(item, index);
    return index;
  }
}

function writeLayer(layer: TileLayer, writer: PbfWriter): void {
  const keys = new Dictionary<string>();
  const values = new Dictionary<TileValue>();
  writer.writeVarintField(15, VERSION);
  writer.writeStringField(1, layer.name);
  for (const feature of layer.features) {
    const tags = Object.entries(feature.properties).flatMap(([key, value]) => [
      keys.indexOf(key),
      values.indexOf(value),
    ]);
    writer.writeMessage(
      2,
      (message, nested) => {
        nested.writePackedVarint(2, message.tags);
        nested.writeVarintField(3, GEOM_TYPE[message.feature.kind]);
        nested.writePackedVarint(4, geometry(message.feature));
      },
      { tags, feature },
    );
  }
  for (const key of keys.items) writer.writeStringField(3, key);
  for (const value of values.items) writer.writeMessage(4, writeValue, value);
  writer.writeVarintField(5, TILE_EXTENT);
}

function writeValue(value: TileValue, writer: PbfWriter): void {
  if (typeof value === "string") writer.writeStringField(1, value);
  else if (typeof value === "boolean") writer.writeBooleanField(7, value);
  else if (!Number.isInteger(value)) writer.writeDoubleField(3, value);
  else if (value < 0) writer.writeSVarintField(6, value);
  else writer.writeVarintField(5, value);
}

function geometry({ kind, points }: TileFeature): number[] {
  const commands: number[] = [];
  let x = 0;
  let y = 0;
  points.forEach(([pointX, pointY], at) => {
    if (at === 0) commands.push(command(MOVE_TO, kind === "point" ? points.length : 1));
    if (at === 1 && kind === "polygon") commands.push(command(LINE_TO, points.length - 1));
    commands.push(zigzag(pointX - x), zigzag(pointY - y));
    x = pointX;
    y = pointY;
  });
  if (kind === "polygon") commands.push(command(CLOSE_PATH, 1));
  return commands;
}

function command(id: number, count: number): number {
  return (id & 7) | (count << 3);
}

function zigzag(value: number): number {
  return (value << 1) ^ (value >> 31);
}
