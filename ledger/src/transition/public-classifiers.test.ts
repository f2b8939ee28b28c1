/** Every classification can be computed again by anyone, from what a node shows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Address,
  addressBytes,
  type ClassifyInput,
  classify,
  dc,
  deniesHotspot,
  type Finding,
  type Hearing,
  type Traffic,
  windowAt,
} from "@katydid/protocol";
import type { HearingView, HotspotView, TrafficView } from "../client/client.ts";
import { hearingSchema, hotspotSchema, trafficSchema } from "../client/schemas.ts";
import { fromWire, type JsonSchema, toWire } from "../client/wire.ts";
import { trafficTable } from "./classifier-tables.ts";
import {
  accuse,
  addressOfName,
  endEpoch,
  playMany,
  putRow,
  runToEpochEnd,
} from "./classifier-testing.ts";
import { hearingView, standingClassifications, trafficView } from "./classifier-views.ts";
import { chainOf } from "./draft.ts";
import { addHotspots, TestChain } from "./testing.ts";
import { hotspotAddresses, hotspotView } from "./views.ts";

/** As it arrives over HTTP. */
function wired<T>(schema: JsonSchema, view: T): T {
  return fromWire<T>(schema, JSON.parse(JSON.stringify(toWire(view))));
}

/** What a stranger puts together, who knows the API and this repository. */
function publicInput(chain: TestChain, routers: readonly Address[]): Omit<ClassifyInput, "now"> {
  const hotspots: ClassifyInput["hotspots"][number][] = [];
  const hearings = new Map<Address, Hearing>();
  for (const address of hotspotAddresses(chain.view)) {
    const view = hotspotView(chain.view, address, chain.index);
    assert.ok(view !== undefined);
    const { cell, locatedAt, active, earned } = wired<HotspotView>(hotspotSchema, view);
    if (cell === undefined || locatedAt === undefined) continue;
    if (!active && earned.held === 0n) continue;
    hotspots.push({ address, cell, locatedAt });
    const hearing = hearingView(chain.view, address);
    if (hearing !== undefined) hearings.set(address, wired<HearingView>(hearingSchema, hearing));
  }
  const traffics = new Map<Address, Traffic>();
  for (const router of routers) {
    const traffic = trafficView(chain.view, router);
    if (traffic !== undefined) traffics.set(router, wired<TrafficView>(trafficSchema, traffic));
  }
  return { params: chain.params, hotspots, hearings, traffics };
}

/** A finding as a classification tells of it. */
function told(finding: Finding) {
  const { classifier, score } = finding;
  return finding.kind === "edge"
    ? { hotspots: finding.pair, classifier, score, evidence: [] }
    : { hotspots: [finding.hotspot], classifier, score, evidence: finding.evidence };
}

function standing(chain: TestChain) {
  return [...standingClassifications(chain.view, {})].map(({ standing: one }) => {
    const { classifier, score, evidence } = one.classification;
    return { hotspots: one.hotspots, classifier, score, evidence };
  });
}

test("what stands after an epoch is what a stranger finds", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 7);
  playMany(chain, names, 3);
  runToEpochEnd(chain);
  const [liar, ...beaconers] = names as [string, ...string[]];
  accuse(chain, { witness: liar, beaconers: beaconers.slice(0, 5) });
  const router = addressOfName("router");
  const paid = [{ hotspot: addressOfName(liar), dc: dc(10_000_000n) }];
  const window = windowAt({ params: chain.params, now: chain.now });
  const row: Traffic = { window, totalDc: dc(10_000_000n), paid };
  putRow(chain, { table: trafficTable, key: addressBytes(router), row });
  const input = publicInput(chain, [router]);
  endEpoch(chain);
  // Protocol time of the block that ended the epoch is in its event.
  const findings = classify({ ...input, now: chainOf(chain.view).protocolTime });
  assert.ok(findings.some(({ classifier }) => deniesHotspot(classifier)));
  const byText = (all: readonly unknown[]) => all.map((one) => JSON.stringify(one)).sort();
  assert.deepEqual(byText(standing(chain)), byText(findings.map(told)));
});
