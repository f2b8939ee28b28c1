import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Address,
  addressBytes,
  dc,
  fromHex,
  milliseconds,
  SCALE_ONE,
  windowAt,
} from "@katydid/protocol";
import { ActiveIndex } from "./active-index.ts";
import { eventsOf, openOne, type Played, reveal, runUntilEvent } from "./challenge-testing.ts";
import { classificationRow, isDeniedAt, isEdgeDeniedAt } from "./classifications.ts";
import { deniedEdgeTable, hearingTable, trafficTable } from "./classifier-tables.ts";
import {
  accuse,
  acquitAll,
  addressOfName,
  endEpoch,
  type HeldRow,
  heldRows,
  playMany,
  putRow,
  runToEpochEnd,
  sortedAddresses,
} from "./classifier-testing.ts";
import { standingClassifications, trafficView } from "./classifier-views.ts";
import { chainOf, hotspotOf, supplyOf } from "./draft.ts";
import { challengeLifeMs } from "./hotspots.ts";
import { edgeKey, gracePrefix, holdbackKey } from "./keys.ts";
import { activeTable, earningTable, graceTable, holdbackTable } from "./tables.ts";
import { addHotspots, TestChain } from "./testing.ts";
import { hotspotView } from "./views.ts";

const HOTSPOTS = 7;

interface PlayedChain {
  readonly chain: TestChain;
  readonly names: readonly string[];
  readonly challenges: readonly Played[];
}
let base: PlayedChain | undefined;

/** A chain that played, at the last block before an epoch ends; nothing of the open epoch is booked. */
function played(): PlayedChain {
  base ??= play();
  return { ...base, chain: base.chain.fork() };
}

function play(): PlayedChain {
  const chain = new TestChain();
  const names = addHotspots(chain, HOTSPOTS);
  const challenges = playMany(chain, names, 8);
  endEpoch(chain);
  runToEpochEnd(chain);
  return { chain, names, challenges };
}

/** The first challenger, and four others that accuse it. */
function accusedOf({ names, challenges }: PlayedChain) {
  const liar = challenges[0]?.challenger ?? "nobody";
  const beaconers = names.filter((name) => name !== liar).slice(0, 4);
  return { liar, beaconers, address: addressOfName(liar), evidence: sortedAddresses(beaconers) };
}

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
  chain.runUntil(chain.now + 40_000);
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

test("found again it stands longer; not found again it expires, and is remembered a while", () => {
  const setting = played();
  const { chain, names } = setting;
  const { liar, beaconers, address } = accusedOf(setting);
  const { epochSeconds, classificationSeconds: standsFor } = chain.params;
  const row = () => classificationRow(chain.view, { hotspot: address, kind: "denial" });
  const shown = () => hotspotView(chain.view, address, chain.index)?.classification;
  accuse(chain, { witness: liar, beaconers });
  endEpoch(chain);
  const { since } = row() ?? {};
  assert.equal(since, chain.now);
  accuse(chain, { witness: liar, beaconers });
  endEpoch(chain);
  assert.equal(row()?.since, since);
  assert.equal(row()?.until, chain.now + standsFor * 1000);
  const until = row()?.until ?? milliseconds(0);
  acquitAll(chain);
  chain.runUntil(until, 1000);
  assert.equal(chain.now, until, "the last moment");
  assert.ok(shown() !== undefined && isDeniedAt(chain.view, address, chain.now));
  const changed = eventsOf([chain.block()], "hotspot-changed");
  assert.equal(shown(), undefined);
  assert.ok(changed.some(({ hotspot }) => hotspot.address === address));
  assert.equal(chain.view.get(activeTable, addressBytes(address))?.denied ?? false, false);
  assert.ok(isDeniedAt(chain.view, address, until), "a challenge drawn then may still ask");
  assert.ok(!isDeniedAt(chain.view, address, chain.now));

  // Found once more while the first time is remembered: it did not stand in between.
  const twin = chain.fork();
  const presence = { kind: "presence" } as const;
  twin.block({ transactions: names.map((name) => twin.sign(name, presence)) });
  accuse(twin, { witness: liar, beaconers });
  endEpoch(twin);
  assert.ok(twin.now <= until + epochSeconds * 1000);
  const again = classificationRow(twin.view, { hotspot: address, kind: "denial" });
  assert.deepEqual([again?.since, again?.before], [twin.now, { since, until }]);
  const deniedAt = (at: number) => isDeniedAt(twin.view, address, milliseconds(at));
  const moments = [until, until + 1, twin.now - 1, twin.now].map(deniedAt);
  assert.deepEqual(moments, [true, false, false, true]);

  chain.runUntil(until + challengeLifeMs(chain.params) + 2000);
  assert.equal(row(), undefined);
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

test("a denied hotspot is not drawn, not counted by density, nobody's neighbour, and not believed", () => {
  const setting = played();
  const { chain, names } = setting;
  const { liar, beaconers, address } = accusedOf(setting);
  accuse(chain, { witness: liar, beaconers });
  endEpoch(chain);
  chain.index.sync(chain.view);
  const cell = hotspotOf(chain.view, address)?.cell;
  assert.ok(cell !== undefined);
  const near = (index: ActiveIndex) => index.nearest({ cell, max: 16, minCells: 0, exclude: [] });
  assert.ok(!near(chain.index).includes(address));
  assert.equal(chain.index.scaleOf(cell), SCALE_ONE);
  assert.ok(!chain.index.targets.some((one) => one.address === address));
  assert.ok(!chain.index.challengersAt(chain.now).includes(address));
  const fresh = new ActiveIndex();
  fresh.sync(chain.view);
  assert.deepEqual(fresh.targets, chain.index.targets);
  assert.deepEqual(near(fresh), near(chain.index));

  const open = openOne(chain, names);
  const witnesses = names.filter((name) => name !== open.challenger && name !== open.target);
  assert.ok(witnesses.includes(liar), "it was neither challenger nor target");
  chain.block({ transactions: [reveal(chain, open, witnesses)] });
  const [settled] = eventsOf(runUntilEvent(chain, "challenge-settled"), "challenge-settled");
  const verdicts = settled?.view.witnesses.map(({ witness, verdict, reason }) => [
    witness === address,
    reason ?? verdict,
  ]);
  assert.deepEqual(
    verdicts?.sort(),
    witnesses.map((name) => (name === liar ? [true, "denied"] : [false, "valid"])).sort(),
  );
  // And a pair that is denied is that in both directions, and only between the two.
  const counted = chain.view.get(hearingTable, addressBytes(addressOfName(open.target)));
  assert.ok(counted?.edges.every((edge) => edge.witness !== address || edge.heard === 0));
});

test("whatever an index has seen before, the findings are those of the rows", () => {
  const setting = played();
  const { chain, names } = setting;
  const twin = chain.fork();
  const { liar, beaconers } = accusedOf(setting);
  const run = (one: TestChain) => {
    accuse(one, { witness: liar, beaconers });
    endEpoch(one);
    playMany(
      one,
      names.filter((name) => name !== liar),
      2,
    );
    endEpoch(one);
  };
  run(chain);
  Object.defineProperty(twin, "index", { get: () => new ActiveIndex() });
  run(twin);
  assert.equal(twin.view.dump(), chain.view.dump());
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

test("a denied hotspot still carries data, and is paid for it", () => {
  const setting = played();
  const { chain } = setting;
  const { liar, beaconers, address } = accusedOf(setting);
  accuse(chain, { witness: liar, beaconers });
  endEpoch(chain);
  const router = addressOfName("router");
  const endpoints = ["mqtt://127.0.0.1:1883"];
  const register = { kind: "register-router", router, endpoints, slabs: 1 } as const;
  chain.block({ transactions: [chain.sign("rich", register, "router")] });
  const depositDc = dc(10_000n);
  const expiresAt = milliseconds(chain.now + 40_000);
  const open = { kind: "open-channel", router, depositDc, expiresAt } as const;
  const opened = chain.block({ transactions: [chain.sign("rich", open)] });
  const channel = fromHex(opened.results[0]?.id ?? "");
  const summaries = [{ hotspot: address, cumulativeDc: dc(4000n), cumulativePackets: 9 }];
  const close = { kind: "close-channel", channel, summaries, more: false } as const;
  chain.block({ transactions: [chain.sign("router", close)] });
  const before = hotspotOf(chain.view, address)?.earnedData ?? 0n;
  chain.runUntil(expiresAt + chain.params.channelGraceSeconds * 1000 + 1000);
  assert.ok(isDeniedAt(chain.view, address, chain.now));
  endEpoch(chain);
  assert.ok((hotspotOf(chain.view, address)?.earnedData ?? 0n) > before);
  // The router's row counts it.
  const traffic = trafficView(chain.view, router);
  assert.deepEqual(traffic?.paid, [{ hotspot: address, dc: 4000n }]);
  assert.equal(traffic?.totalDc, 4000n);
});

test("self-dealing is a mark: shown, while nothing is denied or burned, and a denial is shown first", () => {
  const setting = played();
  const { chain, challenges } = setting;
  const { liar, beaconers } = accusedOf(setting);
  const dealer = challenges.map(({ target }) => target).find((target) => target !== liar) ?? "";
  const address = addressOfName(dealer);
  const router = addressOfName("router");
  const totalDc = dc(10_000_000n);
  const window = windowAt({ params: chain.params, now: chain.now });
  const row = { window, totalDc, paid: [{ hotspot: address, dc: totalDc }] };
  putRow(chain, { table: trafficTable, key: addressBytes(router), row });
  const burned = supplyOf(chain.view).burned;
  const before = heldRows(chain).filter(({ hotspot }) => hotspot === address);
  const results = endEpoch(chain);
  const [event] = eventsOf(results, "classified");
  assert.equal(event?.hotspot, address);
  assert.equal(event?.classification.classifier, "self-dealing");
  const shown = () => hotspotView(chain.view, address, chain.index)?.classification;
  assert.deepEqual(shown(), event?.classification);
  assert.ok(!isDeniedAt(chain.view, address, chain.now));
  assert.equal(chain.view.get(activeTable, addressBytes(address))?.denied, false);
  assert.equal(supplyOf(chain.view).burned, burned);
  const after = heldRows(chain).filter(({ hotspot }) => hotspot === address);
  assert.deepEqual(after.slice(0, before.length), before);

  const others = [liar, ...beaconers].filter((name) => name !== dealer).slice(0, 4);
  accuse(chain, { witness: dealer, beaconers: others });
  endEpoch(chain);
  assert.equal(shown()?.classifier, "impossible-pair");
  assert.ok(isDeniedAt(chain.view, address, chain.now));
  const all = [...standingClassifications(chain.view, {})].map(({ standing }) => standing);
  const own = all.filter(({ hotspots }) => hotspots.includes(address));
  assert.deepEqual(
    own.map(({ kind, classification }) => [kind, classification.classifier]),
    [
      ["hotspot", "impossible-pair"],
      ["hotspot", "self-dealing"],
    ],
  );
});
