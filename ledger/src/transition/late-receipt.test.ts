import assert from "node:assert/strict";
import { test } from "node:test";
import { type Motes, messageHash, milliseconds } from "@katydid/protocol";
import {
  acknowledge,
  eventsOf,
  meetReciprocity,
  openOne,
  type Played,
  reportOf,
  reveal,
  revealBody,
  runUntilEvent,
} from "./challenge-testing.ts";
import { hotspotOf } from "./draft.ts";
import { penalize } from "./evidence-testing.ts";
import { addHotspots, keysOf, reasonOf, type TestBody, TestChain } from "./testing.ts";

/** A revealable challenge among four hotspots, and the two that may witness. */
function world() {
  const chain = new TestChain();
  const names = addHotspots(chain, 4);
  meetReciprocity(chain, names);
  const played = openOne(chain, names);
  const [a, b] = names.filter((name) => name !== played.challenger && name !== played.target);
  return { chain, played, a: a as string, b: b as string };
}

function commit(chain: TestChain, played: Played, name: string) {
  const reportHash = messageHash(reportOf(played, name));
  const { slot } = played.challenge;
  return chain.sign(name, { kind: "report-commitment", slot, reportHash });
}

/** Without `at` it rests on a commitment, else on what was acknowledged then. */
function late(played: Played, name: string, at?: number): TestBody {
  const signed = reportOf(played, name);
  const evidence = { kind: "report", signed } as const;
  const body = { kind: "late-receipt", challenge: played.challenge, evidence } as const;
  if (at === undefined) return body;
  return { ...body, acknowledgement: acknowledge(played, name, signed, at) };
}

/** A reveal of both, in which one was acknowledged at another time after the receipt. */
function revealAt(
  chain: TestChain,
  played: Played,
  { names, late: name, afterMs }: { names: readonly string[]; late: string; afterMs: number },
) {
  const body = revealBody(chain, played, names);
  assert.ok(body.kind === "challenge-receipts" && body.receipt !== undefined);
  const acknowledgedAt = milliseconds(body.receipt.acknowledgedAt + afterMs);
  const reports = body.reports.map((report) =>
    report.signed.witness === keysOf(name).address ? { ...report, acknowledgedAt } : report,
  );
  return chain.sign(played.challenger, { ...body, reports });
}

function bondOf(chain: TestChain, name: string): bigint {
  return hotspotOf(chain.view, keysOf(name).address)?.bond ?? 0n;
}

function settledView(chain: TestChain) {
  const [settled] = eventsOf(runUntilEvent(chain, "challenge-settled"), "challenge-settled");
  assert.ok(settled);
  return settled.view;
}

test("one that is only listed and had committed counts", () => {
  const { chain, played, a, b } = world();
  chain.block({ transactions: [commit(chain, played, b)] });
  chain.block({ transactions: [reveal(chain, played, [a], { listed: [b] })] });
  const bond = bondOf(chain, played.challenger);
  chain.block({ transactions: [chain.sign(b, late(played, b))] });
  const view = settledView(chain);
  const own = view.witnesses.filter(({ witness }) => witness === keysOf(b).address);
  assert.deepEqual(
    own.map(({ verdict, selected }) => [verdict, selected]),
    [["valid", true]],
  );
  assert.equal(bondOf(chain, played.challenger), bond, "a commitment alone accuses nobody");
});

const minute = 60_000;
for (const [rule, afterMs] of [
  ["too-late", 4001],
  ["expired", 10 * minute],
] as const) {
  test(`one revealed as ${rule} counts if it had committed, and only then`, () => {
    const { chain, played, a, b } = world();
    chain.block({ transactions: [commit(chain, played, a)] });
    const names = [a, b];
    chain.block({ transactions: [revealAt(chain, played, { names, late: a, afterMs })] });
    const bond = bondOf(chain, played.challenger);
    assert.equal(reasonOf(chain.plan(chain.sign(b, late(played, b)))), "commitment-missing");
    chain.block({ transactions: [chain.sign(a, late(played, a))] });
    const again = chain.plan(chain.sign(a, late(played, a)));
    assert.equal(reasonOf(again), "not-left-out", "what counts already is not left out");
    const view = settledView(chain);
    assert.deepEqual(
      view.witnesses.map(({ verdict, selected }) => [verdict, selected]),
      [
        ["valid", true],
        ["valid", true],
      ],
      "its report replaces what was revealed of it",
    );
    assert.equal(bondOf(chain, played.challenger), bond);
  });

  test(`one revealed as ${rule} that had not committed stays so`, () => {
    const { chain, played, a, b } = world();
    const names = [a, b];
    chain.block({ transactions: [revealAt(chain, played, { names, late: a, afterMs })] });
    assert.equal(reasonOf(chain.plan(chain.sign(a, late(played, a)))), "commitment-missing");
    const view = settledView(chain);
    const own = view.witnesses.find(({ witness }) => witness === keysOf(a).address);
    assert.equal(own?.reason, rule);
  });
}

test("a commitment does not put right what fails for another reason than its time", () => {
  const { chain, played, a, b } = world();
  const loud = reportOf(played, a, 20);
  const { slot } = played.challenge;
  const committed = { kind: "report-commitment", slot, reportHash: messageHash(loud) } as const;
  chain.block({ transactions: [chain.sign(a, committed)] });
  const body = revealBody(chain, played, [a, b]);
  assert.ok(body.kind === "challenge-receipts");
  const reports = body.reports.map((report) =>
    report.signed.witness === loud.witness ? { ...report, signed: loud } : report,
  );
  chain.block({ transactions: [chain.sign(played.challenger, { ...body, reports })] });
  const evidence = { kind: "report", signed: loud } as const;
  const again = { kind: "late-receipt", challenge: played.challenge, evidence } as const;
  assert.equal(reasonOf(chain.plan(chain.sign(a, again))), "not-left-out");
});

test("an honest challenger that lists who came too late loses nothing by it", () => {
  const { chain, played, a, b } = world();
  chain.block({ transactions: [commit(chain, played, b)] });
  const receiptAt = chain.blockTime;
  chain.block({ transactions: [reveal(chain, played, [a], { listed: [b] })] });
  const bond = bondOf(chain, played.challenger);
  const acknowledged = late(played, b, receiptAt + 4001);
  assert.equal(reasonOf(chain.plan(chain.sign(b, acknowledged))), "report-invalid");
  // Its commitment counts all the same: rule 6 is skipped, and nobody accuses the challenger.
  chain.block({ transactions: [chain.sign(b, late(played, b))] });
  const view = settledView(chain);
  assert.equal(view.witnesses.filter(({ selected }) => selected).length, 2);
  assert.equal(bondOf(chain, played.challenger), bond);
  assert.equal(unitsPaid(chain, played.challenger), 1);
});

test("a challenger whose bond fell below half since the draw is not paid its unit", () => {
  for (const [percent, expected] of [
    [50n, 1],
    [51n, 0],
  ] as const) {
    const { chain, played, a, b } = world();
    penalize(chain, played.challenger, percent);
    chain.block({ transactions: [reveal(chain, played, [a, b])] });
    const view = settledView(chain);
    assert.equal(view.witnesses.filter(({ selected }) => selected).length, 2);
    assert.equal(unitsPaid(chain, played.challenger), expected, `${percent} % taken`);
  }
});

/** Rewards as challenger that the epoch's end books. */
function unitsPaid(chain: TestChain, name: string): number {
  const rewards = runUntilEvent(chain, "epoch-ended").flatMap((result) => result.rewards);
  const { address } = keysOf(name);
  const own = rewards.filter(
    ({ hotspot, view }) => hotspot === address && view.kind === "challenger",
  );
  return own.filter(({ view }) => view.motes > (0n as Motes)).length;
}
