import assert from "node:assert/strict";
import { test } from "node:test";
import { addressBytes, dc, fromHex, milliseconds, SCALE_ONE, windowAt } from "@katydid/protocol";
import { ActiveIndex } from "./active-index.ts";
import { eventsOf, openOne, reveal, runUntilEvent } from "./challenge-testing.ts";
import { classificationRow, isDeniedAt } from "./classifications.ts";
import { hearingTable, trafficTable } from "./classifier-tables.ts";
import {
  accuse,
  accusedOf,
  acquitAll,
  addressOfName,
  endEpoch,
  heldRows,
  played,
  playMany,
  putRow,
} from "./classifier-testing.ts";
import { standingClassifications, trafficView } from "./classifier-views.ts";
import { hotspotOf, supplyOf } from "./draft.ts";
import { challengeLifeMs } from "./hotspots.ts";
import { activeTable } from "./tables.ts";
import type { TestChain } from "./testing.ts";
import { hotspotView } from "./views.ts";

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
