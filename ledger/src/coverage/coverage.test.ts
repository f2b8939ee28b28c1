import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Address,
  type Cell,
  cellAt,
  cellCenter,
  type Dbm,
  type Milliseconds,
  PARTS_PER_DEGREE,
  parentOf,
  resolutionOf,
} from "@katydid/protocol";
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";
import type { ChallengeView, WitnessView } from "../client/client.ts";
import type { EndedChallenge } from "../node/index-store.ts";
import { keysOf } from "../transition/testing.ts";
import { CoverageIndex, EVIDENCE_PER_CELL_MAX } from "./coverage-index.ts";
import { CoverageTiles, type HotspotPoint } from "./coverage-tiles.ts";
import { type TileId, toWorld } from "./tile-math.ts";

const boulder = { latDegrees: 40.015, lngDegrees: -105.27 };
const [alice, bob, carol] = ["alice", "bob", "carol"].map((name) => keysOf(name).address) as [
  Address,
  Address,
  Address,
];

interface Heard {
  readonly slot: number;
  readonly place?: { latDegrees: number; lngDegrees: number };
  readonly receipt?: "none";
  /** Witnesses by name with what they heard, dBm; negative verdicts are `invalid`. */
  readonly heard?: readonly (readonly [witness: Address, rssiDbm: number])[];
  readonly invalid?: readonly Address[];
}

function challenge({ slot, place = boulder, receipt, heard = [], invalid = [] }: Heard) {
  const witness = (address: Address, more: Partial<WitnessView>): WitnessView => ({
    witness: address,
    verdict: "valid",
    held: false,
    selected: true,
    units: "1.0000",
    rssiDbm: -50,
    distanceMeters: 1500,
    ...more,
  });
  const view: ChallengeView = {
    challenge: { slot, index: 0 },
    state: "settled",
    challenger: carol,
    target: alice,
    drawnAt: (slot * 1000) as Milliseconds,
    ...(receipt !== "none" && {
      receipt: {
        acknowledgedAt: 1 as Milliseconds,
        frequencyHz: 903_900_000,
        dataRate: "SF9BW125",
      },
    }),
    witnesses: [
      ...heard.map(([address, rssiDbm]) => witness(address, { rssiDbm: rssiDbm as Dbm })),
      ...invalid.map((address) => witness(address, { verdict: "invalid", reason: "too-far" })),
    ],
  };
  const ended: EndedChallenge = { view, cells: { [alice]: cellAt(place, 12) } };
  return ended;
}

const leafOf = (place = boulder) => cellAt(place, 8);

describe("coverage index", () => {
  test("a valid witness covers the beaconer's cell, with the best of what was heard", () => {
    const index = new CoverageIndex();
    index.add(
      challenge({
        slot: 1,
        heard: [
          [bob, -110],
          [carol, -95],
        ],
      }),
    );
    index.add(challenge({ slot: 2, heard: [[bob, -100]] }));
    const cell = index.cell(leafOf());
    assert.ok(cell !== undefined);
    assert.equal(cell.state, "covered");
    assert.equal(cell.bestRssiDbm, -95);
    assert.deepEqual(cell.hotspots, [
      { address: carol, bestRssiDbm: -95, count: 1 },
      { address: bob, bestRssiDbm: -100, count: 2 },
    ]);
    assert.equal(cell.count, 3);
    assert.equal(cell.lastAt, 2000);
    assert.deepEqual(index.evidence(leafOf())[0], {
      slot: 2,
      index: 0,
      beaconer: alice,
      at: 2000,
      witness: bob,
      rssiDbm: -100,
      distanceMeters: 1500,
    });
  });

  test("a beacon that was sent and not heard maps without signal; no receipt says nothing", () => {
    const index = new CoverageIndex();
    assert.equal(index.add(challenge({ slot: 1, receipt: "none", heard: [[bob, -90]] })), false);
    assert.equal(index.cell(leafOf()), undefined);
    index.add(challenge({ slot: 2, invalid: [bob] }));
    assert.equal(index.cell(leafOf())?.state, "mapped-without-signal");
    assert.deepEqual(index.totals, { covered: 0, mapped: 1 });
    index.add(challenge({ slot: 3, heard: [[bob, -90]] }));
    assert.equal(index.cell(leafOf())?.state, "covered");
    assert.deepEqual(index.totals, { covered: 1, mapped: 1 });
  });

  test("parents sum their children up, whatever the order", () => {
    const places = [0, 0.02, 0.2, 3].map((east) => ({
      ...boulder,
      lngDegrees: boulder.lngDegrees + east,
    }));
    const challenges = places.flatMap((place, at) => [
      challenge({ slot: 10 + at, place, heard: [[bob, -100 - at]] }),
      challenge({ slot: 20 + at, place, heard: at % 2 === 0 ? [[carol, -90 - at]] : [] }),
    ]);
    const summaries = [challenges, challenges.toReversed()].map((list) => {
      const index = new CoverageIndex();
      for (const each of list) index.add(each);
      return [2, 3, 4, 5, 6, 7, 8].map((resolution) =>
        places.map((place) => index.summary(cellAtParent(place, resolution))),
      );
    });
    assert.deepEqual(summaries[0], summaries[1]);
    const index = new CoverageIndex();
    for (const each of challenges) index.add(each);
    const root = index.cell(cellAtParent(boulder, 2));
    assert.equal(root?.bestRssiDbm, -90);
    assert.equal(root?.hotspots.length, 2);
    assert.equal(index.summary(cellAtParent(boulder, 2))?.hotspots, 2);
  });

  test("a cell keeps the newest evidence, and forgets who is no longer in it", () => {
    const index = new CoverageIndex();
    index.add(challenge({ slot: 1, heard: [[carol, -60]] }));
    for (let slot = 2; slot < EVIDENCE_PER_CELL_MAX + 2; slot += 1) {
      index.add(challenge({ slot, heard: [[bob, -100]] }));
    }
    const cell = index.cell(leafOf());
    assert.equal(cell?.bestRssiDbm, -100);
    assert.deepEqual(
      cell?.hotspots.map(({ address }) => address),
      [bob],
    );
    assert.equal(index.summary(cellAtParent(boulder, 4))?.bestRssiDbm, -100);
    assert.equal(index.summary(cellAtParent(boulder, 4))?.hotspots, 1);
    assert.equal(index.evidence(leafOf()).length, EVIDENCE_PER_CELL_MAX);
  });
});

describe("coverage tiles", () => {
  const hotspot: HotspotPoint = {
    address: alice,
    name: "a-b-c",
    cell: cellAt(boulder, 12),
    active: true,
    scale: "0.5000",
  };

  function tilesOf(challenges: readonly EndedChallenge[], hotspots = [hotspot]): CoverageTiles {
    const index = new CoverageIndex((cell, resolution) => tiles.addCell(cell, resolution));
    const tiles = new CoverageTiles({ index, hotspots: () => hotspots });
    for (const each of challenges) index.add(each);
    return tiles;
  }
  const decode = (tiles: CoverageTiles, tile: TileId) =>
    new VectorTile(new PbfReader(tiles.tile(tile)));

  test("at every zoom the hex of its resolution is where it is, with its figures", () => {
    const tiles = tilesOf([
      challenge({
        slot: 1,
        heard: [
          [bob, -100.5],
          [carol, -120],
        ],
      }),
    ]);
    const resolutions = [2, 2, 2, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8];
    for (const [z, resolution] of resolutions.entries()) {
      const tile = tileAt(boulder, z);
      const layer = decode(tiles, tile).layers.coverage;
      assert.ok(layer !== undefined, `zoom ${z}`);
      const cell = cellAtParent(boulder, resolution);
      const features = Array.from({ length: layer.length }, (_, at) => layer.feature(at));
      const feature = features.find(({ properties }) => properties.cell === cell);
      assert.ok(feature !== undefined, `zoom ${z}`);
      const { state, rssi, hotspots } = feature.properties;
      assert.deepEqual({ state, rssi, hotspots }, { state: "covered", rssi: -100.5, hotspots: 2 });
      assert.equal(resolutionOf(cell), resolution);
      if (z >= 10) continue;
      // Its middle is the cell's centre, as far as the tile does not cut it.
      const geometry = feature.toGeoJSON(tile.x, tile.y, tile.z).geometry;
      assert.ok(geometry.type === "Polygon");
      const [ring] = geometry.coordinates;
      assert.ok(ring !== undefined && ring.length >= 4);
      const { latE7, lngE7 } = cellCenter(cell);
      if (ring.length === 7) {
        const size = 360 / 2 ** z;
        const [lng, lat] = middle(ring);
        assert.ok(Math.abs(lng - lngE7 / PARTS_PER_DEGREE) < size / 10);
        assert.ok(Math.abs(lat - latE7 / PARTS_PER_DEGREE) < size / 10);
      }
    }
  });

  test("a hotspot is a point with its name, in the tile that it is in", () => {
    const tiles = tilesOf([]);
    const tile = tileAt(boulder, 12);
    const layer = decode(tiles, tile).layers.hotspots;
    assert.equal(layer?.length, 1);
    const feature = layer?.feature(0);
    assert.deepEqual(
      { ...feature?.properties },
      { address: alice, name: "a-b-c", cell: hotspot.cell, active: true, scale: 0.5 },
    );
    const point = feature?.toGeoJSON(tile.x, tile.y, tile.z).geometry;
    assert.ok(point?.type === "Point");
    assert.ok(Math.abs((point.coordinates[0] ?? 0) - boulder.lngDegrees) < 0.001);
    assert.ok(Math.abs((point.coordinates[1] ?? 0) - boulder.latDegrees) < 0.001);
    assert.equal(tiles.tile({ z: 12, x: tile.x + 2, y: tile.y }).length, 0);
  });

  test("a hex on the edge is in both tiles, cut at the buffer", () => {
    const cells = Array.from({ length: 60 }, (_, at) => ({
      latDegrees: boulder.latDegrees,
      lngDegrees: boulder.lngDegrees + at * 0.012,
    }));
    const tiles = tilesOf(
      cells.map((place, slot) => challenge({ slot, place, heard: [[bob, -90]] })),
    );
    const seen = new Map<string, number>();
    const first = tileAt(boulder, 10);
    for (let x = first.x; x < first.x + 4; x += 1) {
      const layer = decode(tiles, { ...first, x }).layers.coverage;
      for (let at = 0; at < (layer?.length ?? 0); at += 1) {
        const feature = layer?.feature(at);
        const cell = String(feature?.properties.cell);
        seen.set(cell, (seen.get(cell) ?? 0) + 1);
        for (const point of feature?.loadGeometry().flat() ?? []) {
          assert.ok(Math.min(point.x, point.y) >= -64 && Math.max(point.x, point.y) <= 4160);
        }
      }
    }
    assert.ok([...seen.values()].some((count) => count === 2));
    assert.ok(seen.size >= 40);
  });

  test("a hex across the antimeridian is on both sides of the map", () => {
    const place = { latDegrees: -17, lngDegrees: 179.999 };
    const tiles = tilesOf([challenge({ slot: 1, place, heard: [[bob, -90]] })], []);
    const z = 9;
    const { y } = tileAt(place, z);
    const sides = [0, 2 ** z - 1].map((x) => decode(tiles, { z, x, y }).layers.coverage?.length);
    assert.deepEqual(sides, [1, 1]);
  });
});

function tileAt(place: { latDegrees: number; lngDegrees: number }, z: number): TileId {
  const { x, y } = toWorld(place);
  return { z, x: Math.floor(x * 2 ** z), y: Math.floor(y * 2 ** z) };
}

/** As the index has it: the parent of the leaf, not of the place itself. */
function cellAtParent(place: { latDegrees: number; lngDegrees: number }, resolution: number): Cell {
  return parentOf(parentOf(cellAt(place, 12), 8), resolution);
}

function middle(ring: readonly (readonly number[])[]): readonly [number, number] {
  const corners = ring.slice(1);
  const mean = (at: number) =>
    corners.reduce((sum, corner) => sum + (corner[at] ?? 0), 0) / corners.length;
  return [mean(0), mean(1)];
}
