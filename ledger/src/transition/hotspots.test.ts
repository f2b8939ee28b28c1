import assert from "node:assert/strict";
import { test } from "node:test";
import { cellAt, type Db, dc, parentOf, sha256, tokens, utf8 } from "@katydid/protocol";
import { eventsOf } from "./challenge-testing.ts";
import { accountOf, chainOf, hotspotOf, supplyOf } from "./draft.ts";
import { addHotspots, keysOf, reasonOf, type TestBody, TestChain } from "./testing.ts";
import { hotspotView } from "./views.ts";

const h0 = keysOf("h0").address;
const boulder = cellAt({ latDegrees: 40.015, lngDegrees: -105.27 }, 12);
const nonceHash = sha256(utf8("nonce"));
const add = (owner = "rich"): TestBody => ({
  kind: "add-hotspot",
  hotspot: h0,
  owner: keysOf(owner).address,
  nonceHash,
});
const locate = (changes: object = {}): TestBody =>
  ({
    kind: "assert-location",
    hotspot: h0,
    cell: boulder,
    gainDbi: 1.2 as Db,
    elevationMeters: 10,
    ...changes,
  }) as TestBody;

test("add-hotspot takes a fee of 1 USD and a bond worth 40 USD from the payer", () => {
  const chain = new TestChain();
  const before = accountOf(chain.view, keysOf("rich").address);
  chain.block({ transactions: [chain.sign("rich", add("alice"), "alice", "h0")] });
  const after = accountOf(chain.view, keysOf("rich").address);
  assert.equal(before.motes - after.motes, tokens(20), "40 USD at 2 USD a token");
  assert.equal(before.dc - after.dc, 100_000n);
  assert.equal(supplyOf(chain.view).bonds, tokens(20));
  const view = hotspotView(chain.view, h0, chain.index);
  assert.equal(view?.owner, keysOf("alice").address);
  assert.deepEqual([view?.active, view?.bonded, view?.cell], [false, true, undefined]);
});

test("refusals of add-hotspot in order", () => {
  const chain = new TestChain({ accounts: [{ name: "rich", motes: tokens(60), dc: dc(0n) }] });
  const reason = (body: TestBody, ...cosigners: string[]) =>
    reasonOf(chain.plan(chain.sign("rich", body, ...cosigners)));
  const known = { ...add(), feeDc: dc(0n) };
  assert.equal(reason({ ...add(), feeDc: dc(99_999n) }, "h0"), "fee-too-low");
  assert.equal(reason(add(), "h0"), "accepted");
  chain.block({ transactions: [chain.sign("rich", add(), "h0")] });
  assert.equal(reason(known, "h0"), "hotspot-known");
  const second: TestBody = {
    ...add(),
    kind: "add-hotspot",
    hotspot: keysOf("h1").address,
  } as never;
  chain.block({ transactions: [chain.sign("rich", second, "h1")] });
  const third: TestBody = { ...add(), kind: "add-hotspot", hotspot: keysOf("h2").address } as never;
  assert.equal(reason(third, "h2"), "balance-too-low");
});

test("refusals of assert-location in order", () => {
  const chain = new TestChain({
    accounts: [
      { name: "rich", motes: tokens(100), dc: dc(200_000n) },
      { name: "alice", motes: tokens(1) },
    ],
  });
  const reason = (changes: object, actor = "rich") =>
    reasonOf(chain.plan(chain.sign(actor, locate(changes))));
  const sea = cellAt({ latDegrees: 0, lngDegrees: -30 }, 12);
  assert.equal(reason({}), "hotspot-unknown");
  chain.block({ transactions: [chain.sign("rich", add(), "h0")] });
  const coarse = parentOf(boulder, 11);
  assert.equal(reason({ cell: coarse, gainDbi: 20 }, "alice"), "not-owner");
  assert.equal(reason({ cell: coarse, gainDbi: 20 }), "cell-invalid");
  assert.equal(reason({ cell: sea, gainDbi: 15.1 }), "out-of-range");
  assert.equal(reason({ cell: sea, elevationMeters: -501 }), "out-of-range");
  assert.equal(reason({ cell: sea }), "region-unknown");
  assert.equal(reason({ feeDc: dc(0n) }), "accepted", "the first one is free");
  chain.block({ transactions: [chain.sign("rich", locate({ feeDc: dc(0n) }))] });
  assert.equal(reason({ feeDc: dc(0n) }), "fee-too-low", "the second is not");
});

test("a location is free again after 30 days, and the facts before are kept a while", () => {
  const chain = new TestChain();
  chain.block({ transactions: [chain.sign("rich", add(), "h0")] });
  const asserts = Array.from({ length: 6 }, (_, i) =>
    chain.sign("rich", locate({ gainDbi: i as Db })),
  );
  chain.block({ transactions: asserts });
  const again = chain.plan(chain.sign("rich", locate()));
  assert.equal(reasonOf(again), "moved-too-often");
  chain.runUntil(chain.now + 61_000, 10_000);
  assert.equal(reasonOf(chain.plan(chain.sign("rich", locate()))), "accepted");
  assert.equal(hotspotOf(chain.view, h0)?.gainDbi, 5);
});

test("a hotspot is active when first located, goes inactive, and comes back by its presence", () => {
  const chain = new TestChain();
  addHotspots(chain, 1);
  assert.equal(chainOf(chain.view).active, 1);
  const { activitySeconds } = chain.params;
  const gone = chain.runUntil(chain.now + activitySeconds * 1000, 10_000);
  assert.equal(chainOf(chain.view).active, 0);
  const [changed] = eventsOf(gone.slice(-1), "hotspot-changed");
  assert.equal(changed?.hotspot.active, false);
  chain.block({ transactions: [chain.sign("h0", { kind: "presence" })] });
  assert.equal(chainOf(chain.view).active, 1);
  const again = chain.plan(chain.sign("h0", { kind: "presence" }));
  assert.equal(reasonOf(again), "presence-too-soon");
  assert.equal(reasonOf(chain.plan(chain.sign("h9", { kind: "presence" }))), "actor-unknown");
  const dear = chain.sign("h0", { kind: "presence", feeDc: dc(1_000_000n) });
  chain.runUntil(chain.now + activitySeconds * 1000, 10_000);
  assert.equal(reasonOf(chain.plan(dear)), "fee-too-high", "its key cannot bleed its owner");
});

test("the density scale in a view is that of the active hotspots", () => {
  const chain = new TestChain();
  addHotspots(chain, 3, 1);
  const view = hotspotView(chain.view, h0, chain.index);
  assert.equal(view?.densityScale, "0.3333");
  assert.equal(view?.region, "US915");
});

test("stake: a producer's next chain follows its last link; a second producer waits an epoch", () => {
  const chain = new TestChain({
    accounts: [
      { name: "producer", motes: tokens(20_000), dc: dc(1000n) },
      { name: "rich", motes: tokens(20_000), dc: dc(1000n) },
    ],
  });
  const key = (name: string) => keysOf(name).publicKey;
  const stake = (producer: string, amount: number, chainLength = 10): TestBody => ({
    kind: "stake",
    motes: tokens(amount),
    producerKey: key(producer),
    chainTip: sha256(utf8("tip")),
    chainLength,
  });
  const reason = (actor: string, body: TestBody) => reasonOf(chain.plan(chain.sign(actor, body)));
  assert.equal(reason("rich", stake("producer", 1, 0)), "out-of-range");
  assert.equal(reason("rich", stake("producer", 1)), "not-owner");
  assert.equal(reason("rich", stake("rich", 9999)), "stake-too-low");
  assert.equal(reason("rich", stake("rich", 20_001)), "balance-too-low");
  const zeroKey: TestBody = { ...stake("rich", 10_000), producerKey: new Uint8Array(32) } as never;
  assert.equal(reason("rich", zeroKey), "key-not-registrable");
  chain.block({
    transactions: [
      chain.sign("rich", stake("rich", 10_000)),
      chain.sign("producer", stake("producer", 0)),
    ],
  });
  assert.equal(reason("producer", stake("producer", 0)), "chain-already-committed");
  assert.equal(supplyOf(chain.view).stakes, tokens(20_000));
  assert.equal(chainOf(chain.view).producers, 2);
});
