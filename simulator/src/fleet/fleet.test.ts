import assert from "node:assert/strict";
import { test } from "node:test";
import type { SupplyView } from "@katydid/ledger/client";
import { checkConservation } from "./conservation.ts";
import { type FleetOptions, fleetOptionsFlaw } from "./options.ts";
import { runFleet } from "./run-fleet.ts";

const small: FleetOptions = { hotspots: 12, devices: 20, hours: 0.25, seed: "7" };
const hourly: FleetOptions = { ...small, hours: 1 };

async function run(options: FleetOptions) {
  const lines: string[] = [];
  const result = await runFleet(options, (line) => lines.push(line));
  return { text: lines.join("\n"), result };
}

test("a small fleet: packets are heard, bought, delivered, settled; beacons witnessed, pay released", async () => {
  // Epochs of a minute, channels of five: all that a month does, in a quarter of an hour.
  const { text, result } = await run({ ...small, hotspots: 8, preset: "minimal" });
  const { packets, joins, dc, challenges, witnesses, rewards, blocks } = result.figures;
  assert.ok(packets.sent >= 15, text);
  assert.equal(packets.heard, packets.sent, text);
  assert.equal(packets.bought, packets.heard, text);
  // Of the first 20 devices 13 are collars.
  assert.equal(joins.answered, 13, text);
  // What was bought last is vouched for when the interval is over.
  assert.ok(BigInt(dc.vouched) <= BigInt(packets.bought), text);
  assert.ok(BigInt(dc.settled) > 0n && BigInt(dc.settled) <= BigInt(dc.vouched), text);
  assert.ok(challenges.settled > 300 && (witnesses.valid ?? 0) > 500, text);
  assert.ok(BigInt(rewards.held) > 0n && BigInt(rewards.released) > 0n, text);
  assert.ok(blocks > 800, text);
  assert.match(text, /0 warnings and 0 errors/);
});

test("an hour by the main parameters: every packet that is heard is bought and delivered", async () => {
  const { text, result } = await run(hourly);
  const { packets, challenges } = result.figures;
  assert.ok(packets.sent > 60, text);
  assert.equal(packets.heard, packets.sent, text);
  assert.equal(packets.bought, packets.heard, text);
  // One may be on its way to the owner when the hour ends.
  assert.ok(packets.delivered >= packets.bought - 1, text);
  assert.ok(challenges.opened >= 55, text);
});

test("the same seed gives the same bytes, another seed others", async () => {
  const [one, again, other] = [
    await run(hourly),
    await run(hourly),
    await run({ ...hourly, seed: "8" }),
  ];
  assert.equal(again.text, one.text);
  assert.deepEqual(again.result, one.result);
  assert.notDeepEqual(other.result.figures, one.result.figures);
});

test("conservation is broken by one mote, by one data credit, and by a debt", () => {
  const supply = {
    ...{ genesis: 100n, minted: 10n, balances: 50n, bonds: 20n, stakes: 20n, held: 5n },
    ...{ unbonding: 5n, burned: 8n, dust: 2n },
    ...{ dcMade: 10n, dcHeld: 3n, dcInChannels: 3n, dcSpent: 4n },
  } as SupplyView;
  checkConservation(supply, 1);
  const changed = (change: object) => () => checkConservation({ ...supply, ...change }, 1);
  assert.throws(changed({ dust: 3n }), /motes/);
  assert.throws(changed({ dcSpent: 5n }), /data credits/);
  assert.throws(changed({ dust: -2n, balances: 54n }), /dust is below zero/);
});

test("what cannot be run is told", () => {
  assert.equal(fleetOptionsFlaw(small), undefined);
  for (const wrong of [
    { hotspots: 0 },
    { hotspots: 1.5 },
    { devices: -1 },
    { hours: 0 },
    { hours: Number.NaN },
    { inRange: 12 },
  ]) {
    assert.notEqual(fleetOptionsFlaw({ ...small, ...wrong }), undefined, JSON.stringify(wrong));
  }
});
