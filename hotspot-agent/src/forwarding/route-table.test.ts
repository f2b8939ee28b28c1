import assert from "node:assert/strict";
import { test } from "node:test";
import type { RouterView } from "@katydid/ledger/client";
import { buildEuiFilter } from "@katydid/protocol";
import { keyOf } from "../testing/fixtures.ts";
import { RouteTable } from "./route-table.ts";

const collar = { joinEui: 1n, devEui: 0x70b3d57ed0000001n };

function router(name: string, number: number, changes: Partial<RouterView> = {}): RouterView {
  return {
    address: keyOf(name).address,
    owner: keyOf(`${name}'s owner`).address,
    number,
    endpoints: [`mqtt://${name}`],
    slabs: [],
    filter: new Uint8Array(),
    ...changes,
  };
}

const first = router("first", 1, {
  slabs: [
    { start: 0x48000010, count: 8 },
    { start: 0x48000018, count: 8 },
  ],
});
const second = router("second", 2, {
  slabs: [
    { start: 0x48000000, count: 8 },
    { start: 0x48000020, count: 8 },
  ],
  filter: buildEuiFilter([collar]) ?? new Uint8Array(),
});
const away = router("away", 3, { slabs: [{ start: 0x48000028, count: 8 }], endpoints: [] });
const table = new RouteTable([first, second, away]);

const rows: readonly (readonly [number, RouterView | undefined])[] = [
  [0x47ffffff, undefined],
  [0x48000000, second],
  [0x48000007, second],
  [0x48000008, undefined],
  [0x4800000f, undefined],
  [0x48000010, first],
  [0x4800001f, first],
  [0x48000020, second],
  [0x48000027, second],
  [0x48000028, undefined],
  [0x26ffffff, undefined],
  [0xffffffff, undefined],
];
for (const [devAddr, owner] of rows) {
  test(`DevAddr ${devAddr.toString(16)} goes to ${owner?.endpoints[0] ?? "nobody"}`, () => {
    const found = table.ofDevAddr(devAddr).map((route) => route.router);
    assert.deepEqual(found, owner === undefined ? [] : [owner.address]);
  });
}

test("a join goes to the router whose filter has the device, and to no other", () => {
  const found = table.ofJoin(collar.joinEui, collar.devEui).map((route) => route.router);
  assert.deepEqual(found, [second.address]);
  let strangers = 0;
  for (let i = 0n; i < 2000n; i++) strangers += table.ofJoin(2n, i).length;
  assert.ok(strangers <= 2, `${strangers} of 2000 strangers pass a 16-bit filter`);
});

test("an empty table routes nothing", () => {
  assert.deepEqual(new RouteTable([]).ofDevAddr(0x48000010), []);
});
