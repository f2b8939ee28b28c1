import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addressBytes,
  cellAt,
  type Db,
  type Hearing,
  type SignedReport,
  signMessage,
} from "@katydid/protocol";
import {
  eventsOf,
  openOne,
  type Played,
  receiptOf,
  reportOf,
  revealBody,
  runUntilEvent,
  sortedByKey,
} from "./challenge-testing.ts";
import { hearingTable } from "./classifier-tables.ts";
import { addressOfName, playMany } from "./classifier-testing.ts";
import { hearingView } from "./classifier-views.ts";
import { addHotspots, CHAIN_ID, keysOf, type TestBody, TestChain } from "./testing.ts";

const hearingOf = (chain: TestChain, name: string): Hearing | undefined =>
  chain.view.get(hearingTable, addressBytes(addressOfName(name)));

const others = (names: readonly string[], { challenger, target }: Played) =>
  names.filter((name) => name !== challenger && name !== target);

/** The reveal, with what some witnesses report changed. */
function revealWith(
  chain: TestChain,
  played: Played,
  reports: Readonly<Record<string, SignedReport>>,
  receipt = receiptOf(played),
): TestBody {
  const body = revealBody(chain, played, Object.keys(reports), { receipt });
  assert.ok(body.kind === "challenge-receipts");
  const acknowledgedAt = chain.blockTime;
  const signed = sortedByKey(Object.keys(reports)).map((name) => reports[name] as SignedReport);
  return { ...body, reports: signed.map((one) => ({ signed: one, acknowledgedAt })) };
}

function fineReport(played: Played, witness: string, fineTimeNs: number): SignedReport {
  const { signature: _, ...body } = reportOf(played, witness);
  return signMessage({
    chainId: CHAIN_ID,
    signer: keysOf(witness),
    body: { ...body, fineTimeNs },
  });
}

test("a settled beacon counts those who heard it, those who did not, and whom physics forbids", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 6);
  const played = openOne(chain, names);
  const [heard, loud, deaf, listed] = others(names, played) as [string, string, string, string];
  const reports = { [heard]: reportOf(played, heard, -99.5), [loud]: reportOf(played, loud, -20) };
  const body = revealWith(chain, played, reports);
  assert.ok(body.kind === "challenge-receipts");
  // The challenger's word alone says nothing against the listed one.
  const word = [{ witness: addressOfName(listed), reason: "rssi-above-bound" }];
  chain.block({ transactions: [chain.sign(played.challenger, { ...body, listed: word })] });
  runUntilEvent(chain, "challenge-settled");
  const row = hearingOf(chain, played.target);
  assert.equal(row?.beacons, 1);
  const edge = (name: string) => row?.edges.find(({ witness }) => witness === addressOfName(name));
  const none = { near: true, tried: 1, heard: 0, rssiDbmSum: 0, above: 0 };
  const flights = { flightGood: 0, flightBad: 0 };
  const counts = (name: string) => {
    const { witness: _, ...rest } = edge(name) ?? { witness: undefined };
    return rest;
  };
  assert.deepEqual(counts(heard), { ...none, ...flights, heard: 1, rssiDbmSum: -100 });
  assert.deepEqual(counts(loud), { ...none, ...flights, above: 1 });
  assert.deepEqual(counts(deaf), { ...none, ...flights });
  assert.deepEqual(counts(listed), { ...none, ...flights });
  assert.equal(edge(played.challenger), undefined, "the challenger may not witness");
  // Anybody may see it, with the distances as both claim them.
  const view = hearingView(chain.view, addressOfName(played.target));
  const shown = view?.edges.find(({ witness }) => witness === addressOfName(heard));
  assert.equal(shown?.meanRssiDbm, -100);
  const steps = Math.abs(names.indexOf(heard) - names.indexOf(played.target));
  const distance = shown?.distanceMeters ?? 0;
  assert.ok(Math.abs(distance - steps * 1500) < 50 * steps, `${distance} m for ${steps} steps`);
});

test("without a receipt, and where nobody heard it, nothing is counted", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 4);
  const silent = openOne(chain, names);
  const body = revealBody(chain, silent, others(names, silent), { receipt: undefined });
  chain.block({ transactions: [chain.sign(silent.challenger, body)] });
  const unheard = openOne(chain, names);
  const loud = others(names, unheard).map((name) => [name, reportOf(unheard, name, -20)]);
  const forbidden = revealWith(chain, unheard, Object.fromEntries(loud));
  chain.block({ transactions: [chain.sign(unheard.challenger, forbidden)] });
  runUntilEvent(chain, "challenge-settled");
  runUntilEvent(chain, "challenge-settled");
  assert.deepEqual([...chain.view.range(hearingTable)], []);
});

test("where both chips have fine time, the flight is held against the distance", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 4);
  const played = openOne(chain, names);
  const [near, liar] = others(names, played) as [string, string];
  const { signature: _, ...body } = receiptOf(played);
  const receipt = signMessage({
    chainId: CHAIN_ID,
    signer: keysOf(played.target),
    body: { ...body, fineTimeNs: 999_999_000 },
  });
  const meters = (name: string) =>
    Math.abs(names.indexOf(name) - names.indexOf(played.target)) * 1500;
  // Across the second: 999,999,000 ns and the flight is past it.
  const flightNs = Math.round(meters(near) / 0.299792);
  const reports = {
    [near]: fineReport(played, near, (999_999_000 + flightNs) % 1_000_000_000),
    [liar]: fineReport(played, liar, 300_000),
  };
  const revealed = revealWith(chain, played, reports, receipt);
  chain.block({ transactions: [chain.sign(played.challenger, revealed)] });
  const [settled] = eventsOf(runUntilEvent(chain, "challenge-settled"), "challenge-settled");
  assert.ok(
    settled?.view.witnesses.every(({ verdict }) => verdict === "valid"),
    "no rule",
  );
  const edges = hearingOf(chain, played.target)?.edges ?? [];
  const flights = (name: string) => {
    const edge = edges.find(({ witness }) => witness === addressOfName(name));
    return [edge?.flightGood, edge?.flightBad];
  };
  assert.deepEqual(flights(near), [1, 0]);
  assert.deepEqual(flights(liar), [0, 1]);
});

test("of witnesses on one roof one is paid, and counts", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 5, 1500);
  const roof = names.slice(3);
  const cell = { latDegrees: 40.015, lngDegrees: -105.2 };
  chain.block({
    transactions: roof.map((name) =>
      chain.sign("rich", {
        kind: "assert-location",
        hotspot: addressOfName(name),
        cell: cellAt(cell, 12),
        gainDbi: 1.2 as Db,
        elevationMeters: 10,
      }),
    ),
  });
  let seen = 0;
  for (let rounds = 0; rounds < 12 && seen === 0; rounds++) {
    const [played] = playMany(chain, names, 1) as [Played];
    const [settled] = eventsOf(chain.results.slice(-1), "challenge-settled");
    const witnesses = settled?.view.witnesses ?? [];
    const selected = witnesses.filter((witness) => witness.selected).map(({ witness }) => witness);
    const valid = witnesses.filter(({ verdict }) => verdict === "valid");
    const together = roof.filter((name) => others(names, played).includes(name));
    if (together.length < 2) continue;
    seen += 1;
    assert.equal(valid.length, 3);
    assert.equal(selected.length, 2);
    assert.equal(roof.filter((name) => selected.includes(addressOfName(name))).length, 1);
    // w is 2, not 3.
    assert.equal(settled?.view.beaconerUnits, "0.5000");
  }
  assert.equal(seen, 1, "a challenge in which both were witnesses");
});
