import assert from "node:assert/strict";
import { test } from "node:test";
import { createMetrics, silentLog } from "@katydid/platform";
import { cellAt, parseClaim } from "@katydid/protocol";
import { createAgent } from "../agent.ts";
import { CHAIN_ID, keyOf, TestRandom } from "../testing/fixtures.ts";
import { LoopbackBroker } from "../testing/loopback-broker.ts";
import { MemoryStore } from "../testing/memory-store.ts";
import { settle, TestClock } from "../testing/test-clock.ts";
import { frameOf, TestConcentrator } from "../testing/test-concentrator.ts";
import { hotspotView, TestLedger } from "../testing/test-ledger.ts";
import { statusPage } from "./page.ts";
import { startStatusServer } from "./server.ts";

const key = keyOf("hotspot");
const owner = keyOf("owner").address;

function bench() {
  const clock = new TestClock();
  const ledger = new TestLedger(clock);
  const radio = new TestConcentrator();
  const broker = new LoopbackBroker();
  const metrics = createMetrics();
  const store = new MemoryStore();
  const make = () =>
    createAgent({
      ...{ key, clock, ledger, store, owner, metrics },
      concentrator: radio,
      network: { chainId: CHAIN_ID },
      busTo: () => broker.bus(),
      random: new TestRandom(),
      log: silentLog,
    });
  return { clock, ledger, radio, metrics, make };
}

test("a new hotspot shows its claim, the same after a restart, until it is added", async () => {
  const { make, ledger } = bench();
  const agent = make();
  await agent.start();
  const { claim, problems } = agent.status();
  assert.ok(claim);
  const parsed = parseClaim(claim.text);
  assert.equal(parsed.hotspot, key.address);
  assert.equal(parsed.owner, owner);
  assert.match(problems.join(), /does not know this hotspot/);
  assert.ok(statusPage(agent.status()).includes(claim.text));
  await agent.dispose();
  const again = make();
  const cell = cellAt({ latDegrees: 48, lngDegrees: 11 }, 12);
  ledger.hotspotViews.set(key.address, hotspotView(key.address, cell));
  await again.start();
  assert.equal(again.status().claim?.text, claim.text);
  assert.ok(!statusPage(again.status()).includes(claim.text), "an added hotspot needs no claim");
  await again.dispose();
});

test("the page says what is wrong in words, and escapes what strangers chose", async () => {
  const { make, ledger, clock, radio } = bench();
  const cell = cellAt({ latDegrees: 48, lngDegrees: 11 }, 12);
  const reciprocity = { asBeaconer: "met", asWitness: "unmet" } as const;
  ledger.hotspotViews.set(key.address, hotspotView(key.address, cell, { reciprocity }));
  const url = "mqtt://<script>alert(1)</script>";
  ledger.relayViews = [{ operator: owner, url }];
  const agent = make();
  await agent.start();
  radio.hear(frameOf(Uint8Array.of(0x40, 0x11), { receivedAt: clock.now() }));
  await settle();
  const page = statusPage(agent.status());
  assert.match(page, /Nobody hears its beacons/);
  assert.match(page, /No router is registered/);
  assert.ok(!page.includes("<script>"));
  assert.ok(page.includes("&lt;script&gt;"));
  assert.match(page, /<th scope="row">malformed<\/th><td>1<\/td>/);
  await agent.dispose();
});

test("page, JSON and metrics are served on loopback, and only to who asks for loopback", async () => {
  const { make, metrics, clock, radio } = bench();
  const agent = make();
  await agent.start();
  radio.hear(frameOf(Uint8Array.of(0x40, 0x11), { receivedAt: clock.now() }));
  await settle();
  await using server = await startStatusServer({ agent, metrics, log: silentLog, port: 0 });
  assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  const page = await fetch(server.url);
  assert.match(page.headers.get("content-type") ?? "", /^text\/html/);
  assert.ok((await page.text()).includes(agent.name));
  const json = (await (await fetch(`${server.url}/status`)).json()) as { address: string };
  assert.equal(json.address, key.address);
  const text = await (await fetch(`${server.url}/metrics`)).text();
  assert.match(text, /katydid_frames_total\{outcome="malformed"\} 1/);
  assert.match(text, /katydid_frames_total\{outcome="forwarded"\} 0/);
  await agent.dispose();
});

test("a ledger of another network is a fault and not a retry", async () => {
  const { ledger, radio, clock, metrics } = bench();
  const agent = createAgent({
    ...{ key, clock, ledger, metrics, concentrator: radio },
    store: new MemoryStore(),
    network: { chainId: "another" },
    busTo: () => new LoopbackBroker().bus(),
    random: new TestRandom(),
    log: silentLog,
  });
  await assert.rejects(agent.start(), { code: "wrong-network" });
  await agent.dispose();
});
