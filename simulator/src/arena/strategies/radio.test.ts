import assert from "node:assert/strict";
import { test } from "node:test";
import { distanceMeters } from "../../air/geometry.ts";
import { SeededRandom } from "../../world/seeded-random.ts";
import { clump, emptyTown, type PlaceInput, ROOMY_METERS } from "./places.ts";
import { radioStrategies } from "./radio.ts";

const sites = Array.from({ length: 6 }, (_, index) => ({ x: 700 * index, y: -300 * index }));
const neighbours = Array.from({ length: 24 }, (_, index) => ({
  x: 3000 * Math.cos(index),
  y: 3000 * Math.sin(index),
}));
const inputOf = (seed: string): PlaceInput => ({
  ...{ sites, neighbours, honest: { gainDbi: 1.2, clutterDb: 10 } },
  random: new SeededRandom(seed),
});

test("each strategy has a name of its own, and a line for the table", () => {
  const names = radioStrategies.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
  for (const { name, title } of radioStrategies) {
    assert.match(name, /^[a-z]+(-[a-z]+)*$/);
    assert.ok(title.length > 0 && title.length <= 70, `${name}: ${title.length}`);
  }
});

for (const { name, place, radios } of radioStrategies) {
  if (place === undefined) continue;
  test(`${name} places each of its members, with as many radios as it buys`, () => {
    const placements = place(inputOf(name));
    assert.equal(placements.length, sites.length);
    const standing = placements.filter(({ radio }) => radio !== undefined).length;
    if (radios !== undefined) assert.equal(standing, radios);
    for (const { claim } of placements) assert.ok(claim.gainDbi <= 15);
  });
}

test("an empty town is 60 km from everybody, in every direction", () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const town = emptyTown(inputOf(`town ${seed}`), 60_000);
    const nearest = Math.min(...neighbours.map((point) => distanceMeters(point, town)));
    assert.ok(nearest >= 60_000 && nearest < 63_000, `${nearest} m`);
  }
});

test("a clump's points are a hexagon's, none nearer than its spacing", () => {
  const points = clump({ middle: { x: 5, y: 5 }, count: 7, spacingMeters: ROOMY_METERS });
  assert.equal(points.length, 7);
  for (const [index, one] of points.entries()) {
    for (const other of points.slice(0, index)) {
      assert.ok(distanceMeters(one, other) >= ROOMY_METERS - 1e-6);
    }
  }
});
