import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addressBytes,
  type Dc,
  dc,
  fromHex,
  milliseconds,
  type SignedVoucher,
  signMessage,
  tokens,
} from "@katydid/protocol";
import { eventsOf, runUntilEvent, sortedByKey } from "./challenge-testing.ts";
import { channelView } from "./channels.ts";
import { accountOf, supplyOf } from "./draft.ts";
import { routerView } from "./routers.ts";
import { channelTable, routerTable } from "./tables.ts";
import { addHotspots, CHAIN_ID, keysOf, reasonOf, type TestBody, TestChain } from "./testing.ts";
import { channelViews, relayViews, routerViews } from "./views.ts";

const router = keysOf("router").address;
const rich = keysOf("rich").address;
const endpoints = ["mqtt://127.0.0.1:1883"];
const register: TestBody = { kind: "register-router", router, endpoints, slabs: 2 };

const open = (chain: TestChain, changes: object = {}): TestBody =>
  ({
    kind: "open-channel",
    router,
    depositDc: dc(10_000n),
    expiresAt: milliseconds(chain.now + 40_000),
    ...changes,
  }) as TestBody;

function voucher(
  channel: Uint8Array,
  hotspot: string,
  figures: { dc: bigint; sequence: number; packets?: number },
  signer = "router",
): SignedVoucher {
  return signMessage({
    chainId: CHAIN_ID,
    signer: keysOf(signer),
    body: {
      kind: "voucher",
      channel,
      hotspot: keysOf(hotspot).address,
      cumulativeDc: figures.dc as Dc,
      cumulativePackets: figures.packets ?? Number(figures.dc),
      sequence: figures.sequence,
    },
  });
}

const redeem = (signed: SignedVoucher): TestBody => ({ kind: "redeem-voucher", voucher: signed });
const summaries = (entries: Readonly<Record<string, bigint>>) =>
  sortedByKey(Object.keys(entries)).map((name) => ({
    hotspot: keysOf(name).address,
    cumulativeDc: (entries[name] ?? 0n) as Dc,
    cumulativePackets: 1,
  }));
const close = (
  channel: Uint8Array,
  entries: Readonly<Record<string, bigint>>,
  more = false,
): TestBody => ({ kind: "close-channel", channel, summaries: summaries(entries), more });

/** A chain with hotspots, a router and an open channel. */
function opened(hotspots = 2) {
  const chain = new TestChain();
  const names = addHotspots(chain, hotspots);
  chain.block({ transactions: [chain.sign("rich", register, "router")] });
  const result = chain.block({ transactions: [chain.sign("rich", open(chain))] });
  const channel = fromHex(result.results[0]?.id ?? "");
  return { chain, names, channel };
}

const settled = (chain: TestChain) => {
  for (;;) {
    const results = runUntilEvent(chain, "channel-changed");
    const event = eventsOf(results, "channel-changed").find((e) => e.channel.state === "settled");
    if (event !== undefined) return event.channel;
  }
};

test("register-router gives a number and slabs; update-router adds and replaces", () => {
  const chain = new TestChain();
  const reason = (body: TestBody, actor = "rich") =>
    reasonOf(chain.plan(chain.sign(actor, body, "router")));
  const badUrl = { ...register, endpoints: ["http://x"] } as TestBody;
  assert.equal(reason(badUrl), "out-of-range");
  chain.block({ transactions: [chain.sign("rich", register, "router")] });
  assert.equal(reason(badUrl), "router-known");
  const filter = Uint8Array.of(1, 2, 3);
  const update = { kind: "update-router", router, endpoints, filter, addSlabs: 1 } as const;
  const other = { ...update, router: rich, endpoints: [] };
  assert.equal(reason(other), "router-unknown");
  chain.block({
    transactions: [
      chain.sign("rich", {
        kind: "transfer",
        payments: [{ payee: router, motes: tokens(1), memo: filter }],
      }),
    ],
  });
  assert.equal(reason({ ...update, endpoints: [] }, "router"), "not-owner");
  assert.equal(reason({ ...update, endpoints: [] }), "out-of-range");
  chain.block({ transactions: [chain.sign("rich", update)] });
  const view = routerView(chain.view, router);
  assert.deepEqual(view?.slabs, [{ start: 0x48000000, count: 24 }]);
  assert.deepEqual(view?.filter, filter);
  assert.deepEqual(routerViews(chain.view), [view]);
});

test("register-relay announces, replaces and withdraws", () => {
  const chain = new TestChain();
  const relay = (url: string): TestBody => ({ kind: "register-relay", url });
  const reason = (url: string) => reasonOf(chain.plan(chain.sign("rich", relay(url))));
  assert.equal(reason(""), "relay-unknown");
  assert.equal(reason("ftp://relay"), "out-of-range");
  chain.block({ transactions: [chain.sign("rich", relay("mqtt://a:1"))] });
  chain.block({ transactions: [chain.sign("rich", relay("mqtt://b:1"))] });
  assert.deepEqual(relayViews(chain.view), [{ operator: rich, url: "mqtt://b:1" }]);
  chain.block({ transactions: [chain.sign("rich", relay(""))] });
  assert.deepEqual(relayViews(chain.view), []);
});

test("refusals of open-channel in order", () => {
  const chain = new TestChain({
    accounts: [{ name: "rich", motes: tokens(10), dc: dc(20_300_000n) }],
  });
  const reason = (changes: object, actor = "rich") =>
    reasonOf(chain.plan(chain.sign(actor, open(chain, changes))));
  assert.equal(reason({ depositDc: dc(1n) }), "router-unknown");
  const pay = {
    kind: "transfer",
    payments: [{ payee: router, motes: tokens(1), memo: new Uint8Array(0) }],
  } as const;
  chain.block({
    transactions: [chain.sign("rich", register, "router"), chain.sign("rich", pay)],
  });
  assert.equal(reason({ depositDc: dc(1n) }, "router"), "not-owner");
  assert.equal(reason({ depositDc: dc(9_999n) }), "out-of-range");
  assert.equal(reason({ expiresAt: milliseconds(chain.now + 1000 + 29_999) }), "out-of-range");
  assert.equal(reason({ expiresAt: milliseconds(chain.now + 1000 + 3_600_001) }), "out-of-range");
  assert.equal(reason({ depositDc: dc(20_000_000n) }), "dc-too-low");
  // A stake of 10 million DC is 50 tokens at 2 USD.
  assert.equal(reason({ depositDc: dc(10_000_000n) }), "balance-too-low");
  assert.equal(reason({}), "accepted");
});

test("refusals of redeem-voucher in order", () => {
  const { chain, channel } = opened();
  const reason = (signed: SignedVoucher, actor = "h0") =>
    reasonOf(chain.plan(chain.sign(actor, redeem(signed))));
  const nowhere = new Uint8Array(32);
  assert.equal(reason(voucher(nowhere, "h1", { dc: 5n, sequence: 1 })), "voucher-not-own");
  assert.equal(reason(voucher(nowhere, "h0", { dc: 5n, sequence: 1 })), "channel-unknown");
  assert.equal(reason(voucher(channel, "h0", { dc: 0n, sequence: 1 })), "voucher-not-newer");
  const forged = voucher(channel, "h0", { dc: 5n, sequence: 1 }, "h0");
  assert.equal(reason(forged), "voucher-signature-invalid");
  const first = voucher(channel, "h0", { dc: 50n, sequence: 5 });
  assert.equal(reason(first), "accepted");
  chain.block({ transactions: [chain.sign("h0", redeem(first))] });
  assert.equal(reason(first), "voucher-not-newer");
  assert.equal(reason(voucher(channel, "h0", { dc: 20n, sequence: 4 })), "voucher-not-newer");
  assert.equal(reason(voucher(channel, "h0", { dc: 60n, sequence: 5 })), "voucher-conflict");
  assert.equal(reason(voucher(channel, "h0", { dc: 40n, sequence: 6 })), "voucher-conflict");
  assert.equal(reason(voucher(channel, "h0", { dc: 60n, sequence: 6 })), "accepted");
});

test("refusals of close-channel in order", () => {
  const { chain, channel } = opened();
  const reason = (body: TestBody, actor = "router") =>
    reasonOf(chain.plan(chain.sign(actor, body)));
  assert.equal(reason(close(new Uint8Array(32), {})), "channel-unknown");
  assert.equal(reason(close(channel, {}), "h0"), "actor-unknown");
  const both = summaries({ h0: 1n, h1: 1n });
  const unsorted = { ...close(channel, {}), summaries: both.toReversed() } as TestBody;
  assert.equal(reason(unsorted), "not-sorted");
  // One that left must not keep a router from closing.
  assert.equal(reason(close(channel, { stranger: 1n })), "accepted");
  chain.block({ transactions: [chain.sign("router", close(channel, { h0: 1n }, true))] });
  assert.equal(reason(close(channel, { h0: 2n })), "summary-duplicate");
  chain.block({ transactions: [chain.sign("router", close(channel, { h1: 1n }))] });
  assert.equal(reason(close(channel, {})), "channel-closed");
  settled(chain);
  assert.equal(reason(close(channel, {})), "channel-settled");
});

test("a closed channel pays summaries and vouchers, and the rest returns with its cost", () => {
  const { chain, channel } = opened();
  const stake = supplyOf(chain.view).stakes - tokens(10_000);
  chain.block({
    transactions: [
      chain.sign("h0", redeem(voucher(channel, "h0", { dc: 600n, sequence: 1 }))),
      chain.sign("router", close(channel, { h0: 600n, h1: 400n })),
    ],
  });
  assert.equal(channelView(chain.view, channel)?.leftDc, 9400n);
  const before = accountOf(chain.view, rich);
  const view = settled(chain);
  assert.deepEqual(
    new Map(view.payouts?.map(({ hotspot, dc: paid }) => [hotspot, paid])),
    new Map([
      [keysOf("h0").address, 600n],
      [keysOf("h1").address, 400n],
    ]),
  );
  const after = accountOf(chain.view, rich);
  assert.equal(after.dc - before.dc, 9000n);
  // Genesis DC cost 500 motes each at 2 USD.
  assert.equal(after.dcMotes - before.dcMotes, 9000n * 500n);
  // The stake stays until nobody can bring evidence any more.
  assert.equal(after.motes, before.motes);
  assert.equal(channelView(chain.view, channel)?.stake, stake);
  const [ended] = eventsOf(runUntilEvent(chain, "epoch-ended"), "epoch-ended");
  // Data value: 1000 DC at 500 motes; consensus pay comes on top.
  assert.ok(ended && ended.paid > 1000n * 500n);
  assert.equal(accountOf(chain.view, rich).motes - after.motes, 1000n * 500n);
  chain.runUntil(chain.now + chain.params.evidenceWindowSeconds * 1000 + 1, 5000);
  assert.equal(accountOf(chain.view, rich).motes - after.motes, 1000n * 500n + stake);
  assert.equal(supplyOf(chain.view).stakes, tokens(10_000));
});

test("a redeemed voucher above the summary costs the router the difference from its stake", () => {
  const { chain, channel } = opened();
  const burned = supplyOf(chain.view).burned;
  chain.block({
    transactions: [
      chain.sign("h0", redeem(voucher(channel, "h0", { dc: 600n, sequence: 1 }))),
      chain.sign("router", close(channel, { h0: 100n })),
    ],
  });
  const view = settled(chain);
  assert.deepEqual(view.payouts, [{ hotspot: keysOf("h0").address, dc: 600n }]);
  assert.equal(supplyOf(chain.view).burned - burned, 500n * 500n);
});

test("a channel that is never closed settles from vouchers, and its stake is burned", () => {
  const { chain, channel } = opened();
  const stake = supplyOf(chain.view).stakes - tokens(10_000);
  const burned = supplyOf(chain.view).burned;
  chain.block({
    transactions: [chain.sign("h1", redeem(voucher(channel, "h1", { dc: 7n, sequence: 1 })))],
  });
  const view = settled(chain);
  assert.deepEqual(view.payouts, [{ hotspot: keysOf("h1").address, dc: 7n }]);
  assert.equal(supplyOf(chain.view).burned - burned, stake);
});

test("overspending pays reservations first, burns the stake, and bars the router", () => {
  const { chain, names, channel } = opened(3);
  const [a, b, c] = names as [string, string, string];
  const burned = supplyOf(chain.view).burned;
  const stake = supplyOf(chain.view).stakes - tokens(10_000);
  chain.block({
    transactions: [
      chain.sign(a, redeem(voucher(channel, a, { dc: 6000n, sequence: 1 }))),
      chain.sign("router", close(channel, { [a]: 6000n, [b]: 6000n, [c]: 3000n })),
    ],
  });
  const view = settled(chain);
  const paid = new Map(view.payouts?.map(({ hotspot, dc: amount }) => [hotspot, amount]));
  assert.equal(paid.get(keysOf(a).address), 6000n);
  // 4000 are left; b's claim is clipped to it, so 4000 : 3000 share it, floored.
  assert.equal(paid.get(keysOf(b).address), 2285n);
  assert.equal(paid.get(keysOf(c).address), 1714n);
  assert.equal(supplyOf(chain.view).burned - burned, stake);
  assert.equal(chain.view.get(routerTable, addressBytes(router))?.owedDc, 5001n);
  assert.equal(reasonOf(chain.plan(chain.sign("rich", open(chain)))), "make-good-due");
});

test("a reservation takes no more than is left, and the claim stands", () => {
  const { chain, channel } = opened();
  chain.block({
    transactions: [
      chain.sign("h0", redeem(voucher(channel, "h0", { dc: 9000n, sequence: 1 }))),
      chain.sign("h1", redeem(voucher(channel, "h1", { dc: 3000n, sequence: 1 }))),
    ],
  });
  assert.equal(channelView(chain.view, channel)?.leftDc, 0n);
  const view = settled(chain);
  const paid = new Map(view.payouts?.map(({ hotspot, dc: amount }) => [hotspot, amount]));
  assert.deepEqual([...paid.values()].sort(), [1000n, 9000n]);
});

test("a settled channel is forgotten when nobody can bring evidence any more", () => {
  const { chain, channel } = opened();
  chain.block({ transactions: [chain.sign("router", close(channel, { h0: 5n }))] });
  settled(chain);
  assert.equal(channelViews(chain.view, router).length, 1);
  chain.runUntil(chain.now + chain.params.evidenceWindowSeconds * 1000 + 1, 5000);
  assert.equal(chain.view.get(channelTable, channel), undefined);
  assert.deepEqual(channelViews(chain.view, router), []);
});
