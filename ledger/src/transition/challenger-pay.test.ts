import assert from "node:assert/strict";
import { test } from "node:test";
import { addressBytes, milliseconds, type Params, undefendedParams } from "@katydid/protocol";
import {
  acknowledge,
  eventsOf,
  meetReciprocity,
  openOne,
  type Played,
  reportOf,
  reveal,
  runUntilEvent,
} from "./challenge-testing.ts";
import { putRow } from "./classifier-testing.ts";
import { hotspotOf } from "./draft.ts";
import { penalize } from "./evidence-testing.ts";
import { challengeKey } from "./keys.ts";
import type { HotspotRow } from "./rows.ts";
import { challengeTable, hotspotTable } from "./tables.ts";
import { addHotspots, keysOf, type TestBody, TestChain } from "./testing.ts";

interface Setting {
  readonly chain: TestChain;
  readonly played: Played;
  readonly witnesses: readonly string[];
}

/** A revealable challenge among hotspots that are all in grace. */
function setting(params?: Params): Setting {
  const chain = new TestChain(params === undefined ? {} : { params });
  const names = addHotspots(chain, 4);
  const played = openOne(chain, names);
  const { challenger, target } = played;
  const witnesses = names.filter((name) => name !== challenger && name !== target);
  return { chain, played, witnesses };
}

function changeChallenger({ chain, played }: Setting, changes: Partial<HotspotRow>): void {
  const { address } = keysOf(played.challenger);
  const row = hotspotOf(chain.view, address);
  assert.ok(row !== undefined);
  const key = addressBytes(address);
  putRow(chain, { table: hotspotTable, key, row: { ...row, ...changes } });
}

/** Units and reason as they are shown, once the pay of the epoch agrees with them. */
function outcomeOf({ chain, played }: Setting): readonly (string | undefined)[] {
  const before = chain.results.length;
  chain.runUntil(played.deadlineAt + chain.params.lateSeconds * 1000 + 1, 7000);
  const [settled] = eventsOf(chain.results.slice(before), "challenge-settled");
  assert.ok(settled);
  const { challengerUnits, challengerReason } = settled.view;
  const { epochSeconds } = chain.params;
  chain.runUntil(Math.ceil(chain.now / (epochSeconds * 1000)) * epochSeconds * 1000, 7000);
  const rewards = chain.results.slice(before).flatMap((result) => result.rewards);
  const { address } = keysOf(played.challenger);
  const paid = rewards.some(
    ({ hotspot, view }) => hotspot === address && view.kind === "challenger",
  );
  assert.equal(paid, challengerUnits === "1.0000");
  return [challengerUnits, challengerReason];
}

const at = milliseconds(1000);
const afterDraw = milliseconds(100_000);
const heard = { beaconedAt: [at], firstBeaconedAt: at };
const hears = { witnessedAt: [at], firstWitnessedAt: at };
const PAID = ["1.0000", undefined];
const SILENT = ["0.0000", "no-reciprocity"];

for (const [name, changes, expected] of [
  ["was heard and heard another", { ...heard, ...hears }, PAID],
  ["is in grace in both roles", {}, SILENT],
  ["was never heard", hears, SILENT],
  ["never heard another", heard, SILENT],
  ["was first heard after the draw", { ...hears, firstBeaconedAt: afterDraw }, SILENT],
  ["heard first after the draw", { ...heard, firstWitnessedAt: afterDraw }, SILENT],
] as const) {
  test(`a challenger that ${name}: ${expected[1] ?? "its unit"}`, () => {
    const world = setting();
    const { chain, played, witnesses } = world;
    changeChallenger(world, changes);
    chain.block({ transactions: [reveal(chain, played, witnesses)] });
    assert.deepEqual(outcomeOf(world), expected);
  });
}

test("both halves must lie within the window", () => {
  for (const [beaconedAt, witnessedAt, expected] of [
    [0, 0, PAID],
    [1, 0, SILENT],
    [0, 1, SILENT],
  ] as const) {
    const world = setting();
    const { chain, played, witnesses } = world;
    const { challengeTimeoutSeconds } = chain.params;
    const drawnAt = played.deadlineAt - challengeTimeoutSeconds * 1000;
    // As if the window had been so short that its edge is the stamp, or a millisecond after it.
    changeChallenger(world, {
      beaconedAt: [milliseconds(drawnAt - WINDOW_MS - beaconedAt)],
      witnessedAt: [milliseconds(drawnAt - WINDOW_MS - witnessedAt)],
      firstBeaconedAt: milliseconds(0),
      firstWitnessedAt: milliseconds(0),
    });
    shortenWindow(world);
    chain.block({ transactions: [reveal(chain, played, witnesses)] });
    assert.deepEqual(outcomeOf(world), expected);
  }
});

const WINDOW_MS = 2000;

function shortenWindow({ chain, played }: Setting): void {
  const key = challengeKey(played.challenge);
  const row = chain.view.get(challengeTable, key);
  assert.ok(row?.drawn !== undefined);
  const drawn = { ...row.drawn, reciprocityWindowMs: milliseconds(WINDOW_MS) };
  putRow(chain, { table: challengeTable, key, row: { ...row, drawn } });
}

test("the undefended preset asks no radio of a challenger", () => {
  const world = setting(undefendedParams);
  const { chain, played, witnesses } = world;
  chain.block({ transactions: [reveal(chain, played, witnesses)] });
  assert.deepEqual(outcomeOf(world), PAID);
});

test("reasons come in their order", () => {
  const outcome = (spoil: (world: Setting) => void, names: "all" | "none" = "all") => {
    const world = setting();
    const { chain, played, witnesses } = world;
    chain.block({ transactions: [reveal(chain, played, names === "all" ? witnesses : [])] });
    spoil(world);
    return outcomeOf(world);
  };
  const unbond = ({ chain, played }: Setting) => penalize(chain, played.challenger, 51n);
  const omit = (world: Setting) => {
    const { chain, played, witnesses } = world;
    const [name] = witnesses as [string];
    const signed = reportOf(played, name);
    const acknowledgement = acknowledge(played, name, signed, chain.blockTime - 1000);
    const evidence = { kind: "report", signed };
    const { challenge } = played;
    const late = { kind: "late-receipt", challenge, evidence, acknowledgement } as TestBody;
    chain.block({ transactions: [chain.sign(name, late)] });
    unbond(world);
  };
  assert.deepEqual(outcome(unbond), ["0.0000", "not-bonded"], "before reciprocity");
  assert.deepEqual(outcome(omit, "none"), ["0.0000", "omitted"], "before the bond");
  assert.deepEqual(outcome(unbond, "none"), ["0.0000", "no-valid-witness"]);
  const world = setting();
  const { chain, played, witnesses } = world;
  const receipt = undefined;
  chain.block({ transactions: [reveal(chain, played, witnesses, { receipt })] });
  assert.deepEqual(outcomeOf(world), ["0.0000", "no-receipt"]);
});

test("a witness that is passed over is told whether for its place or for the limit", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 18);
  const cell = hotspotOf(chain.view, keysOf("h1").address)?.cell;
  const beside = { kind: "assert-location", hotspot: keysOf("h0").address, cell };
  const place = { ...beside, gainDbi: 1.2, elevationMeters: 10 } as TestBody;
  chain.block({ transactions: [chain.sign("rich", place)] });
  meetReciprocity(chain, names);
  const played = openOne(chain, names);
  const others = names.filter((name) => name !== played.challenger && name !== played.target);
  assert.ok(others.includes("h0") && others.includes("h1"), "the seed of the test draws others");
  const nearBy = ["h0", "h1"].map((name) => keysOf(name).address);
  chain.block({ transactions: [reveal(chain, played, others)] });
  const [settled] = eventsOf(runUntilEvent(chain, "challenge-settled"), "challenge-settled");
  const views = settled?.view.witnesses.filter(({ verdict }) => verdict === "valid") ?? [];
  assert.equal(views.length, 16);
  const passed = views.filter(({ selected }) => !selected);
  assert.ok(passed.every(({ units }) => units === "0.0000"));
  assert.deepEqual(passed.map(({ passedOver }) => passedOver).sort(), [
    "beyond-limit",
    "side-by-side",
  ]);
  const side = passed.find(({ passedOver }) => passedOver === "side-by-side");
  assert.ok(side !== undefined && nearBy.includes(side.witness));
  assert.ok(views.every(({ selected, passedOver }) => selected !== (passedOver !== undefined)));
});
