import assert from "node:assert/strict";
import { test } from "node:test";
import { type Address, addressBytes } from "@katydid/protocol";
import { eventsOf, meetReciprocity, openOne, reveal, runUntilEvent } from "./challenge-testing.ts";
import { isDeniedAt, isEdgeDeniedAt } from "./classifications.ts";
import { deniedEdgeTable } from "./classifier-tables.ts";
import {
  accuse,
  accusedOf,
  acquitAll,
  addressOfName,
  endEpoch,
  type HeldRow,
  heldRows,
  played,
  playMany,
  runToEpochEnd,
  sortedAddresses,
} from "./classifier-testing.ts";
import { chainOf, hotspotOf, supplyOf } from "./draft.ts";
import { edgeKey, gracePrefix, holdbackKey } from "./keys.ts";
import { activeTable, earningTable, graceTable, holdbackTable } from "./tables.ts";
import { addHotspots, TestChain } from "./testing.ts";
import { hotspotView } from "./views.ts";

const sum = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((all, one) => all + one, 0n);

/** What is held of a hotspot's pay from edges to some others. */
function fromEdges({ row }: HeldRow, partners: readonly Address[]): bigint {
  const shares = [...row.asBeaconer, ...row.asWitness];
  return sum(shares.filter(({ partner }) => partners.includes(partner)).map((one) => one.amount));
}

test("what is held of the evidence edges and of a challenger burns, and nothing else", () => {
  const setting = played();
  const { chain } = setting;
  const { liar, beaconers, evidence } = accusedOf(setting);
  accuse(chain, { witness: liar, beaconers });
  const before = heldRows(chain);
  const burnedBefore = supplyOf(chain.view).burned;
  const own = before.filter(({ hotspot }) => hotspot === addressOfName(liar));
  const expected = sum(own.map((held) => fromEdges(held, evidence) + held.row.challenger));
  const rest =
    sum(own.map(({ row }) => row.beaconer + row.witness)) -
    sum(own.map((held) => fromEdges(held, evidence)));
  assert.ok(sum(own.map(({ row }) => row.challenger)) > 0n, "it was a challenger");
  assert.ok(expected > 0n && rest > 0n, "some of its edges are not evidence");

  const results = endEpoch(chain);
  const found = eventsOf(results, "classified");
  assert.equal(found.length, 1);
  const [event] = found;
  assert.equal(event?.hotspot, addressOfName(liar));
  assert.deepEqual(event?.classification.evidence, evidence);
  assert.equal(event?.classification.classifier, "impossible-pair");
  assert.equal(event?.classification.burned, expected);
  assert.ok(event?.subjects.includes(addressOfName("rich")), "its owner is told");
  assert.equal(supplyOf(chain.view).burned - burnedBefore, expected);
  // Everybody else's rows are what they were, as far as they are not released yet.
  const after = heldRows(chain);
  const kept = (rows: readonly HeldRow[]) =>
    rows.filter(({ hotspot, row }) => hotspot !== addressOfName(liar) && row.releaseAt > chain.now);
  assert.deepEqual(kept(after), kept(before));
  const left = after.filter(({ hotspot }) => hotspot === addressOfName(liar));
  assert.equal(sum(left.map(({ row }) => row.challenger + row.beaconer + row.witness)), rest);

  // The index is told the same, epoch by epoch.
  const told = results
    .flatMap(({ rewards }) => rewards)
    .filter(({ view }) => view.state === "burned");
  assert.equal(sum(told.map(({ view }) => view.motes)), expected);
  assert.ok(told.every(({ hotspot }) => hotspot === addressOfName(liar)));
  assert.ok(told.every(({ view }) => view.reason === "impossible-pair"));
  const view = hotspotView(chain.view, addressOfName(liar), chain.index);
  assert.deepEqual(view?.classification, event?.classification);
  assert.equal(view?.earned.held, rest);
});

test("units of the open epoch are taken out before it is paid", () => {
  const setting = played();
  const { chain, names } = setting;
  const { liar, beaconers, address, evidence } = accusedOf(setting);
  endEpoch(chain);
  playMany(chain, names, 2);
  accuse(chain, { witness: liar, beaconers });
  const epoch = chainOf(chain.view).epoch;
  const earning = chain.view.get(earningTable, addressBytes(address));
  const shares = [...(earning?.asBeaconer ?? []), ...(earning?.asWitness ?? [])];
  assert.ok(shares.some(({ partner }) => evidence.includes(partner)));
  const results = endEpoch(chain);
  const row = chain.view.get(holdbackTable, holdbackKey({ epoch, hotspot: address }));
  const left = [...(row?.asBeaconer ?? []), ...(row?.asWitness ?? [])];
  assert.ok(left.every(({ partner }) => !evidence.includes(partner)));
  assert.equal(row?.challenger ?? 0n, 0n);
  assert.equal((row?.beaconer ?? 0n) + (row?.witness ?? 0n), sum(left.map(({ amount }) => amount)));
  // It is nobody's loss: the bucket is shared by those who are believed.
  const [ended] = eventsOf(results, "epoch-ended");
  const held = heldRows(chain).filter((one) => one.epoch === epoch);
  const pay = held.map(
    ({ row: { challenger, beaconer, witness } }) => challenger + beaconer + witness,
  );
  assert.equal(ended?.held, sum(pay));
});

test("challenges drawn before a classification and settled after it are not paid for it", () => {
  const setting = played();
  const { chain, names } = setting;
  const { liar, beaconers, address, evidence } = accusedOf(setting);
  endEpoch(chain);
  chain.runUntil(chain.now + 25_000);
  meetReciprocity(chain, names);
  const open = openOne(chain, names);
  const witnesses = names.filter((name) => name !== open.challenger && name !== open.target);
  chain.block({ transactions: [reveal(chain, open, witnesses)] });
  accuse(chain, { witness: liar, beaconers });
  endEpoch(chain);
  acquitAll(chain);
  const [settled] = eventsOf(runUntilEvent(chain, "challenge-settled"), "challenge-settled");
  const own = settled?.view.witnesses.filter(({ witness }) => witness === address) ?? [];
  assert.ok(
    own.every(({ verdict }) => verdict === "valid"),
    "facts are those of the draw",
  );
  const { epoch } = chainOf(chain.view);
  endEpoch(chain);
  const row = chain.view.get(holdbackTable, holdbackKey({ epoch, hotspot: address }));
  const left = [...(row?.asBeaconer ?? []), ...(row?.asWitness ?? [])];
  assert.ok(left.every(({ partner }) => !evidence.includes(partner)));
});

test("pay that waits in grace burns by edge too", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 6);
  const [{ target, challenger } = { target: "", challenger: "" }] = playMany(chain, names, 1);
  // Nobody but the target was heard: what the witnesses earned waits past its holdback.
  chain.runUntil(chain.now + chain.params.holdbackSeconds * 1000 + 60_000, 5000);
  chain.block({ transactions: names.map((name) => chain.sign(name, { kind: "presence" })) });
  runToEpochEnd(chain);
  const witnesses = names.filter((name) => name !== target && name !== challenger);
  const [liar] = witnesses as [string];
  const waiting = (name: string) => hotspotOf(chain.view, addressOfName(name))?.graceWitness ?? 0n;
  const rowsOf = (name: string) => [
    ...chain.view.range(graceTable, { prefix: gracePrefix(addressOfName(name), "witness") }),
  ];
  assert.ok(witnesses.every((name) => waiting(name) > 0n && rowsOf(name).length === 1));
  const before = waiting(liar);
  const burned = supplyOf(chain.view).burned;
  accuse(chain, { witness: liar, beaconers: names.filter((name) => name !== liar) });
  endEpoch(chain);
  assert.equal(waiting(liar), 0n);
  assert.equal(rowsOf(liar).length, 0);
  assert.equal(supplyOf(chain.view).burned - burned, before);
  assert.ok(witnesses.slice(1).every((name) => waiting(name) > 0n));
});

test("of a pair that neither side explains, both lose what is held of it, and it is denied", () => {
  const setting = played();
  const { chain, names } = setting;
  const [a, b] = names as [string, string];
  const [first, second] = sortedAddresses([a, b]) as [Address, Address];
  accuse(chain, { witness: a, beaconers: [b] });
  const before = heldRows(chain);
  const burnedBefore = supplyOf(chain.view).burned;
  const of = (rows: readonly HeldRow[], hotspot: Address, partner: Address) =>
    sum(rows.filter((one) => one.hotspot === hotspot).map((one) => fromEdges(one, [partner])));
  const expected = of(before, first, second) + of(before, second, first);
  assert.ok(of(before, first, second) > 0n && of(before, second, first) > 0n);
  const results = endEpoch(chain);
  assert.equal(eventsOf(results, "classified").length, 0);
  const [event] = eventsOf(results, "edge-classified");
  assert.deepEqual(event?.pair, [first, second]);
  assert.equal(event?.burned, expected);
  assert.equal(supplyOf(chain.view).burned - burnedBefore, expected);
  const after = heldRows(chain);
  assert.equal(of(after, first, second) + of(after, second, first), 0n);
  const total = (rows: readonly HeldRow[]) =>
    sum(rows.map(({ row: { challenger, beaconer, witness } }) => challenger + beaconer + witness));
  assert.equal(total(before) - total(after), expected, "nothing else burned");
  assert.equal(
    chain.view.get(deniedEdgeTable, edgeKey(second, first))?.classifier,
    "impossible-pair",
  );
  for (const pair of [
    [first, second],
    [second, first],
  ] as const) {
    assert.ok(isEdgeDeniedAt(chain.view, { pair, at: chain.now }));
  }
  assert.ok(!isDeniedAt(chain.view, first, chain.now));
  assert.equal(chain.view.get(activeTable, addressBytes(first))?.denied, false);
});

test("pay is held from the scheduled end of its epoch, whatever block ends it", () => {
  const { chain, names } = played();
  endEpoch(chain);
  playMany(chain, names, 1);
  const { epoch } = chainOf(chain.view);
  runToEpochEnd(chain);
  chain.block({ afterMs: 9000 });
  const { epochSeconds, holdbackSeconds } = chain.params;
  const rows = heldRows(chain).filter((one) => one.epoch === epoch);
  assert.ok(rows.length > 0);
  const releaseAt = ((epoch + 1) * epochSeconds + holdbackSeconds) * 1000;
  assert.ok(rows.every(({ row }) => row.releaseAt === releaseAt));
});
