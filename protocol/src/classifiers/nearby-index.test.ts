import assert from "node:assert/strict";
import { test } from "node:test";
import { cellAt, cellGridDistance, parentOf } from "../coverage/cells.ts";
import { addressOf } from "../identity/address.ts";
import { dice } from "../testing/radio-town.ts";
import type { Address, Cell } from "../units.ts";
import { NearbyIndex } from "./nearby-index.ts";

const who = (number: number): Address => addressOf(new Uint8Array(32).fill(number));
const at = (northKm: number, eastKm = 0): Cell =>
  cellAt({ latDegrees: 48 + northKm / 111.2, lngDegrees: 11 + eastKm / 74.4 }, 12);

function scattered(count: number, spreadKm: number): [Address, Cell][] {
  const random = dice(count);
  return Array.from({ length: count }, (_, i) => [
    who(i),
    at((random() - 0.5) * spreadKm, (random() - 0.5) * spreadKm),
  ]);
}

test("the nearest come first; those side by side, farther than 12 km and excluded are left out", () => {
  const index = new NearbyIndex();
  for (const [number, km] of [
    [1, 2],
    [2, 0.1],
    [3, 30],
    [4, 1],
    [5, 5],
  ] as const) {
    index.add(who(number), at(km));
  }
  const ask = { cell: at(0), max: 10, minCells: 8, exclude: [who(5)] };
  assert.deepEqual(index.nearest(ask), [who(4), who(1)]);
  assert.deepEqual(index.nearest({ ...ask, max: 1 }), [who(4)]);
  assert.deepEqual(index.nearest({ ...ask, minCells: 0 }), [who(2), who(4), who(1)]);
});

test("a pile of identities on one roof is one neighbour", () => {
  const index = new NearbyIndex();
  for (let i = 0; i < 40; i++) index.add(who(i), at(1));
  index.add(who(99), at(3));
  const nearest = index.nearest({ cell: at(0), max: 16, minCells: 8, exclude: [] });
  assert.equal(nearest.length, 2);
  assert.equal(nearest[1], who(99));
});

test("the answer depends on the members alone: order, moves and removals leave no trace", () => {
  const members = scattered(120, 14);
  const one = new NearbyIndex();
  for (const [address, cell] of members) one.add(address, cell);
  const other = new NearbyIndex();
  for (const [address, cell] of members.toReversed()) {
    other.add(address, at(0));
    other.add(address, cell);
  }
  other.add(who(200), at(0.6));
  other.remove(who(200));
  other.remove(who(201));
  assert.equal(other.size, one.size);
  for (const [address, cell] of members) {
    const ask = { cell, max: 16, minCells: 8, exclude: [address] };
    const nearest = one.nearest(ask);
    assert.deepEqual(other.nearest(ask), nearest);
    const parents = nearest.map((near) => parentOf(new Map(members).get(near) as Cell, 11));
    for (const parent of parents) {
      assert.ok((cellGridDistance(parent, parentOf(cell, 11)) ?? 8) >= 8);
    }
  }
});
