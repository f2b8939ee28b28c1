import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, compareAddresses } from "../identity/address.ts";
import { type Address, dc } from "../units.ts";
import { EDGES_MAX, type Hearing, TRAFFIC_MAX } from "./classification.ts";
import { type CountedReport, countBeacon, hearingAt, wholeDbm } from "./count-beacon.ts";
import { countTraffic, trafficAt } from "./count-traffic.ts";
import { EDGE_COUNT_MAX } from "./thresholds.ts";

const who = (number: number): Address =>
  addressOf(new Uint8Array(32).fill(number % 256).fill(number >> 8, 0, 1));
const heard = (number: number, rssiDbm = -110): CountedReport => ({
  witness: who(number),
  outcome: "heard",
  rssiDbm,
});
const count = (
  before: Hearing | undefined,
  event: { window?: number; nearest?: number[]; reports: CountedReport[]; asleep?: number[] },
) =>
  countBeacon({
    before,
    window: event.window ?? 0,
    nearest: (event.nearest ?? []).map(who),
    isActive: (address) => !(event.asleep ?? []).map(who).includes(address),
    reports: event.reports,
  });
const edgeOf = (hearing: Hearing | undefined, number: number) =>
  hearing?.edges.find(({ witness }) => witness === who(number));

test("neighbours and known edges are tried; who reports heard; who sleeps is not tried", () => {
  const first = count(undefined, { nearest: [1, 2], reports: [heard(3, -100), heard(1, -90)] });
  const second = count(first, {
    nearest: [1, 4],
    reports: [heard(1, -100), { witness: who(4), outcome: "above", rssiDbm: -20, flight: "bad" }],
    asleep: [3],
  });
  assert.equal(second.beacons, 2);
  const short = [1, 2, 3, 4].map((number) => {
    const edge = edgeOf(second, number);
    return [edge?.near, edge?.tried, edge?.heard, edge?.rssiDbmSum, edge?.above, edge?.flightBad];
  });
  assert.deepEqual(short, [
    [true, 2, 2, -190, 0, 0],
    [false, 2, 0, 0, 0, 0],
    [false, 1, 1, -100, 0, 0],
    [true, 1, 0, 0, 1, 1],
  ]);
});

test("the order of neighbours and reports does not matter, and edges are sorted by key bytes", () => {
  const reports = [heard(9), heard(5), heard(7)];
  const one = count(undefined, { nearest: [4, 8, 6], reports });
  const other = count(undefined, { nearest: [6, 4, 8], reports: reports.toReversed() });
  assert.deepEqual(one, other);
  const keys = one.edges.map(({ witness }) => witness);
  assert.deepEqual(keys, keys.toSorted(compareAddresses));
});

test("counts are halved with each window that passed, and forgotten in the end", () => {
  let row: Hearing | undefined;
  for (let i = 0; i < 8; i++) row = count(row, { reports: [heard(1, -101)] });
  assert.ok(row !== undefined);
  const later = edgeOf(hearingAt(row, 2), 1);
  assert.deepEqual([later?.tried, later?.heard, later?.rssiDbmSum], [2, 2, -202]);
  assert.deepEqual(hearingAt(row, 4), { window: 4, beacons: 0, edges: [] });
  assert.equal(edgeOf(count(row, { window: 1, reports: [heard(1, -101)] }), 1)?.heard, 5);
});

test("an edge stays within a byte and keeps its mean", () => {
  let row: Hearing | undefined;
  for (let i = 0; i < 700; i++) row = count(row, { reports: [heard(1, -97), heard(2)] });
  const edge = edgeOf(row, 1);
  assert.ok(edge !== undefined && edge.tried <= EDGE_COUNT_MAX && edge.heard <= EDGE_COUNT_MAX);
  assert.equal(Math.round(edge.rssiDbmSum / edge.heard), -97);
  assert.equal(row?.beacons, EDGE_COUNT_MAX);
});

test("a full row keeps neighbours, then those heard most", () => {
  let row: Hearing | undefined;
  const often = [1, 2, 3];
  for (let i = 0; i < 5; i++) row = count(row, { reports: often.map((number) => heard(number)) });
  const crowd = Array.from({ length: 100 }, (_, i) => heard(i + 100));
  row = count(row, { nearest: [50, 51], reports: crowd });
  assert.equal(row.edges.length, EDGES_MAX);
  for (const number of [1, 2, 3, 50, 51]) assert.ok(edgeOf(row, number), `${number} stays`);
});

test("signals are rounded half away from zero", () => {
  assert.deepEqual([-110.5, -110.4, 3.5, -0.2].map(wholeDbm), [-111, -110, 4, -0]);
});

test("traffic keeps the largest, counts all, and is halved by window", () => {
  const paid = Array.from({ length: 60 }, (_, i) => ({ hotspot: who(i), dc: dc(BigInt(i)) }));
  const row = countTraffic({ before: undefined, window: 0, paid });
  assert.deepEqual(row, countTraffic({ before: undefined, window: 0, paid: paid.toReversed() }));
  assert.equal(row.paid.length, TRAFFIC_MAX);
  assert.equal(row.totalDc, 1770n);
  assert.ok(row.paid.every(({ dc: amount }) => amount >= 28n));
  assert.equal(trafficAt(row, 1).totalDc, 885n);
  assert.equal(trafficAt(row, 200).paid.length, 0);
});
