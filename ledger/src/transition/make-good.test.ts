import assert from "node:assert/strict";
import { test } from "node:test";
import { addressBytes, type Dc, dc, fromHex, milliseconds, tokens } from "@katydid/protocol";
import { eventsOf, runUntilEvent, sortedByKey } from "./challenge-testing.ts";
import { channelView } from "./channels.ts";
import { accountOf, hotspotOf, supplyOf } from "./draft.ts";
import { voucherOf } from "./evidence-testing.ts";
import { routerView } from "./routers.ts";
import { channelTable, openClaimsTable, routerTable } from "./tables.ts";
import { addHotspots, keysOf, reasonOf, type TestBody, TestChain } from "./testing.ts";

const router = keysOf("router").address;
const rich = keysOf("rich").address;
const endpoints = ["mqtt://127.0.0.1:1883"];
const makeGood = (channel: Uint8Array): TestBody => ({ kind: "make-good", channel });
const openBody = (chain: TestChain): TestBody => ({
  kind: "open-channel",
  router,
  depositDc: dc(10_000n),
  expiresAt: milliseconds(chain.now + 40_000),
});

function close(channel: Uint8Array, claims: Readonly<Record<string, bigint>>): TestBody {
  const summaries = sortedByKey(Object.keys(claims)).map((name) => ({
    hotspot: keysOf(name).address,
    cumulativeDc: (claims[name] ?? 0n) as Dc,
    cumulativePackets: 1,
  }));
  return { kind: "close-channel", channel, summaries, more: false };
}

function withRouter(dcOfRich = 100_000_000n) {
  const accounts = [
    { name: "rich", motes: tokens(1_000_000), dc: dc(dcOfRich) },
    { name: "alice", motes: tokens(10) },
  ];
  const chain = new TestChain({ accounts });
  addHotspots(chain, 3);
  const register = { kind: "register-router", router, endpoints, slabs: 1 } as const;
  chain.block({ transactions: [chain.sign("rich", register, "router")] });
  return chain;
}

function open(chain: TestChain): Uint8Array {
  const [result] = chain.block({ transactions: [chain.sign("rich", openBody(chain))] }).results;
  return fromHex(result?.id ?? "");
}

function settle(chain: TestChain, channel: Uint8Array): void {
  while (channelView(chain.view, channel)?.state !== "settled") chain.block({ afterMs: 5000 });
}

/** Claims of 15,000 DC on a deposit of 10,000, of which h0 has 6,000 reserved. */
function overspent(chain: TestChain): Uint8Array {
  const channel = open(chain);
  const voucher = voucherOf({ channel, hotspot: "h0", dc: 6000, sequence: 1, signer: "router" });
  chain.block({
    transactions: [
      chain.sign("h0", { kind: "redeem-voucher", voucher }),
      chain.sign("router", close(channel, { h0: 6000n, h1: 6000n, h2: 3000n })),
    ],
  });
  settle(chain, channel);
  return channel;
}

test("refusals of make-good in order", () => {
  const chain = withRouter();
  const reason = (channel: Uint8Array, actor = "rich") =>
    reasonOf(chain.plan(chain.sign(actor, makeGood(channel))));
  assert.equal(reason(new Uint8Array(32), "alice"), "channel-unknown");
  const fine = open(chain);
  assert.equal(reason(fine, "alice"), "not-owner");
  assert.equal(reason(fine), "channel-not-settled");
  chain.block({ transactions: [chain.sign("router", close(fine, { h0: 7n }))] });
  settle(chain, fine);
  assert.equal(reason(fine), "nothing-cut");
  const cut = overspent(chain);
  assert.equal(reason(cut), "accepted");
  chain.block({ transactions: [chain.sign("rich", makeGood(cut))] });
  assert.equal(reason(cut), "nothing-cut");
});

test("who has not the DC to make good is refused for that", () => {
  // What is left after fees, slab and deposit does not cover 5,001 DC.
  const chain = withRouter(10_000_000n + 100_000n + 300_000n + 10_100n);
  const channel = overspent(chain);
  assert.ok(accountOf(chain.view, rich).dc < 5001n);
  assert.equal(reasonOf(chain.plan(chain.sign("rich", makeGood(channel)))), "dc-too-low");
});

test("making good pays each its cut as data of the epoch, and frees the router", () => {
  const chain = withRouter();
  const channel = overspent(chain);
  const cut = 5001n;
  assert.equal(channelView(chain.view, channel)?.cutDc, cut);
  assert.equal(routerView(chain.view, router)?.owedDc, cut);
  assert.equal(reasonOf(chain.plan(chain.sign("rich", openBody(chain)))), "make-good-due");
  runUntilEvent(chain, "epoch-ended");
  const earned = (name: string) => hotspotOf(chain.view, keysOf(name).address)?.earnedData ?? 0n;
  const before = ["h0", "h1", "h2"].map(earned);
  const { dc: had } = accountOf(chain.view, rich);
  chain.block({ transactions: [chain.sign("rich", makeGood(channel))] });
  const paid = had - accountOf(chain.view, rich).dc;
  assert.ok(paid > cut && paid < cut + 100n);
  runUntilEvent(chain, "epoch-ended");
  // 500 motes a DC, as they cost at genesis: h1 was cut by 3,715 and h2 by 1,286.
  const gained = ["h0", "h1", "h2"].map((name, i) => earned(name) - (before[i] ?? 0n));
  assert.deepEqual(gained, [0n, 3715n * 500n, 1286n * 500n]);
  const view = channelView(chain.view, channel);
  assert.equal(view?.cutDc, undefined);
  const payouts = new Map(view?.payouts?.map(({ hotspot, dc: amount }) => [hotspot, amount]));
  assert.equal(payouts.get(keysOf("h1").address), 6000n);
  assert.equal(routerView(chain.view, router)?.owedDc, undefined);
  assert.equal(reasonOf(chain.plan(chain.sign("rich", openBody(chain)))), "accepted");
});

test("a channel that cut claims is not forgotten before it is made good", () => {
  const chain = withRouter();
  const channel = overspent(chain);
  const windowMs = chain.params.evidenceWindowSeconds * 1000;
  chain.runUntil(chain.now + 2 * windowMs, 9000);
  assert.equal(channelView(chain.view, channel)?.cutDc, 5001n);
  chain.block({ transactions: [chain.sign("rich", makeGood(channel))] });
  chain.block();
  assert.equal(chain.view.get(channelTable, channel), undefined);
  // Made good within the window it stays until its end.
  const second = overspent(chain);
  chain.block({ transactions: [chain.sign("rich", makeGood(second))] });
  chain.runUntil(chain.now + windowMs - 20_000, 9000);
  assert.ok(chain.view.get(channelTable, second) !== undefined);
  chain.runUntil(chain.now + 30_000, 9000);
  assert.equal(chain.view.get(channelTable, second), undefined);
});

test("cut channels count among those of the router, so that there are never many", () => {
  const chain = withRouter();
  const open = () => chain.view.get(routerTable, addressBytes(router))?.openChannels;
  const channel = overspent(chain);
  assert.equal(open(), 1);
  chain.block({ transactions: [chain.sign("rich", makeGood(channel))] });
  assert.equal(open(), 0);
});

test("what is due to one that is no hotspot any more is spent, and earns nobody anything", () => {
  const chain = withRouter();
  const channel = overspent(chain);
  const leaves = ["h1", "h2"].map((name) =>
    chain.sign("rich", { kind: "remove-hotspot", hotspot: keysOf(name).address }),
  );
  chain.block({ transactions: leaves });
  chain.runUntil(chain.now + chain.params.unbondingSeconds * 1000 + 70_000, 9000);
  assert.equal(hotspotOf(chain.view, keysOf("h1").address), undefined);
  assert.equal(chain.view.get(openClaimsTable, addressBytes(keysOf("h1").address)), undefined);
  const { dcSpent } = supplyOf(chain.view);
  chain.block({ transactions: [chain.sign("rich", makeGood(channel))] });
  assert.ok(supplyOf(chain.view).dcSpent > dcSpent + 5000n);
  const [ended] = eventsOf(runUntilEvent(chain, "epoch-ended"), "epoch-ended");
  assert.ok(ended);
  assert.equal(routerView(chain.view, router)?.owedDc, undefined);
});

test("claims beyond all bounds neither stop the ledger nor are ever made good", () => {
  const chain = withRouter();
  const channel = open(chain);
  const most = 2n ** 64n - 1n;
  chain.block({ transactions: [chain.sign("router", close(channel, { h0: most, h1: most }))] });
  settle(chain, channel);
  assert.equal(routerView(chain.view, router)?.owedDc, most);
  assert.equal(reasonOf(chain.plan(chain.sign("rich", makeGood(channel)))), "dc-too-low");
});

test("a summary for one that is no hotspot pays nobody and costs nobody anything", () => {
  const chain = withRouter();
  const channel = open(chain);
  const { stakes, burned } = supplyOf(chain.view);
  const had = accountOf(chain.view, rich).dc;
  const body = close(channel, { h0: 100n, stranger: 9000n });
  chain.block({ transactions: [chain.sign("router", body)] });
  const fee = had - accountOf(chain.view, rich).dc;
  settle(chain, channel);
  const payouts = channelView(chain.view, channel)?.payouts;
  assert.deepEqual(payouts, [{ hotspot: keysOf("h0").address, dc: 100n }]);
  assert.equal(accountOf(chain.view, rich).dc, had - fee + 9900n);
  assert.deepEqual([supplyOf(chain.view).stakes, supplyOf(chain.view).burned], [stakes, burned]);
});
