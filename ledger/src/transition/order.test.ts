/**
 * What an epoch pays does not depend on the order of transactions in a block, but for nonces (of one
 * actor), reservations (first come), and what they change of each other's validity.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Db, type Dc, dc, sha256, type Transaction, tokens, utf8 } from "@katydid/protocol";
import fc from "fast-check";
import {
  acknowledge,
  meetReciprocity,
  openOne,
  type Played,
  reportOf,
  reveal,
  sortedByKey,
} from "./challenge-testing.ts";
import { channelView } from "./channels.ts";
import { supplyOf } from "./draft.ts";
import { openChannel, twoReceipts, voucherOf } from "./evidence-testing.ts";
import { addHotspots, cellsInLine, keysOf, type TestBody, TestChain } from "./testing.ts";
import type { BlockResult } from "./types.ts";

const address = (name: string) => keysOf(name).address;
const endpoints = ["mqtt://127.0.0.1:1883"];

function summariesOf(claims: Readonly<Record<string, bigint>>) {
  return sortedByKey(Object.keys(claims)).map((name) => ({
    hotspot: address(name),
    cumulativeDc: (claims[name] ?? 0n) as Dc,
    cumulativePackets: 1,
  }));
}

const others = (names: readonly string[], { challenger, target }: Played) =>
  names.filter((name) => name !== challenger && name !== target);

/** A state in which all that an epoch pays for is under way. */
function scene() {
  const chain = new TestChain({
    accounts: [
      { name: "rich", motes: tokens(1_000_000), dc: dc(90_000_000n) },
      { name: "alice", motes: tokens(1000), dc: dc(1_000_000n) },
    ],
  });
  const names = addHotspots(chain, 8);
  const register = { kind: "register-router", router: address("router"), endpoints, slabs: 1 };
  chain.block({ transactions: [chain.sign("rich", register as TestBody, "router")] });
  const cut = openChannel(chain, "router");
  const open = openChannel(chain, "router", 250_000);
  const closing = openChannel(chain, "router", 250_000);
  const summaries = summariesOf({ h0: 8000n, h1: 9000n });
  const over = { kind: "close-channel", channel: cut, summaries, more: false } as const;
  chain.block({ transactions: [chain.sign("router", over)] });
  while (channelView(chain.view, cut)?.state !== "settled") chain.block({ afterMs: 9000 });
  meetReciprocity(chain, names);
  const omitting = openOne(chain, names);
  const [omitted, ...reported] = others(names, omitting) as [string, ...string[]];
  const heardAt = chain.blockTime;
  chain.block({ transactions: [reveal(chain, omitting, reported)] });
  const revealing = openOne(chain, names);
  return { chain, names, cut, open, closing, omitting, omitted, heardAt, revealing };
}

const { chain, names, cut, open, closing, omitting, omitted, heardAt, revealing } = scene();

interface Figures {
  readonly first: number;
  readonly second: number;
}

/** One of each kind that an epoch's payouts may depend on; those of one actor in their order. */
function transactionsOf({ first, second }: Figures): Transaction[] {
  // Clears the nonces that earlier runs have used up.
  chain.plan(chain.sign("alice", { kind: "presence" }));
  const redeem = (hotspot: string, amount: number) => {
    const of = { channel: open, hotspot, dc: amount, sequence: 1, signer: "router" };
    return chain.sign(hotspot, { kind: "redeem-voucher", voucher: voucherOf(of) });
  };
  const signed = reportOf(omitting, omitted);
  const late = {
    kind: "late-receipt",
    challenge: omitting.challenge,
    evidence: { kind: "report", signed },
    acknowledgement: acknowledge(omitting, omitted, signed, heardAt),
  } as const;
  const summaries = summariesOf({ h0: BigInt(first), h2: BigInt(second) });
  // Whoever is paid as challenger stays; the target of the other one loses its bond below.
  const free = names.filter((name) => ![revealing.challenger, omitting.target].includes(name));
  const ids = free.slice(-3).map((name) => ({ hotspot: address(name) }));
  const [moved, leaving, sold] = ids as [Id, Id, Id];
  const [one, two] = twoReceipts(omitting);
  const evidence = { kind: "target-equivocation", first: one, second: two } as const;
  const place = { cell: cellsInLine(9)[8] as ReturnType<typeof cellsInLine>[number] };
  const newOwner = address("alice");
  return [
    reveal(chain, revealing, others(names, revealing)),
    chain.sign(omitted, late),
    redeem("h0", first),
    redeem("h1", second),
    chain.sign("router", { kind: "close-channel", channel: closing, summaries, more: false }),
    chain.sign("rich", { kind: "make-good", channel: cut }),
    chain.sign("rich", { kind: "remove-hotspot", ...leaving }),
    chain.sign("rich", { kind: "transfer-hotspot", ...sold, newOwner, price: tokens(1) }, "alice"),
    chain.sign("rich", {
      kind: "assert-location",
      ...moved,
      ...place,
      gainDbi: 2 as Db,
      elevationMeters: 1,
    }),
    chain.sign("alice", { kind: "report-evidence", evidence }),
    chain.sign("alice", { kind: "burn", motes: tokens(1), beneficiary: address("alice") }),
    chain.sign("h3", { kind: "presence" }),
    chain.sign("h1", {
      kind: "report-commitment",
      slot: revealing.challenge.slot,
      reportHash: sha256(utf8("another report")),
    }),
  ];
}
type Id = { readonly hotspot: ReturnType<typeof address> };

/** The same transactions in another order, those of one actor in theirs: nonces. */
function reordered(transactions: readonly Transaction[], order: readonly number[]): Transaction[] {
  const places = new Map<string, Transaction[]>();
  for (const transaction of transactions) {
    const { actor } = transaction.body;
    places.set(actor, [...(places.get(actor) ?? []), transaction]);
  }
  return order.map((i) => {
    const { actor } = (transactions[i] as Transaction).body;
    return places.get(actor)?.shift() as Transaction;
  });
}

/** All that is booked, paid, held, released and burned from that block on, until all is released. */
function payoutsAfter(transactions: readonly Transaction[]) {
  const fork = chain.fork();
  const results: BlockResult[] = [fork.block({ transactions })];
  const until = fork.now + (fork.params.holdbackSeconds + 2 * fork.params.epochSeconds) * 1000;
  while (fork.now < until) results.push(fork.block({ afterMs: 10_000 }));
  const rewards = results.flatMap((result) => result.rewards).map(lineOf);
  return { rewards: rewards.sort(), supply: supplyOf(fork.view) };
}

function lineOf({ hotspot, owner, view }: BlockResult["rewards"][number]): string {
  const { epoch, kind, motes, state, reason = "", heldUntil = 0 } = view;
  return [hotspot, owner, epoch, kind, motes, state, reason, heldUntil].join(" ");
}

test("an epoch's payouts do not depend on the order of transactions in a block", () => {
  const count = transactionsOf({ first: 1, second: 1 }).length;
  const indices = Array.from({ length: count }, (_, i) => i);
  const order = fc.shuffledSubarray(indices, { minLength: count, maxLength: count });
  // Both fit the deposit: what does not is reserved for whoever comes first.
  const figures = fc.record({
    first: fc.integer({ min: 1, max: 5000 }),
    second: fc.integer({ min: 1, max: 5000 }),
  });
  fc.assert(
    fc.property(order, figures, (places, amounts) => {
      const transactions = transactionsOf(amounts);
      const expected = payoutsAfter(transactions);
      const kinds = new Set(expected.rewards.map((line) => line.split(" ")[3]));
      assert.deepEqual([...kinds].sort(), ["beaconer", "challenger", "data", "witness"]);
      assert.deepEqual(payoutsAfter(reordered(transactions, places)), expected);
    }),
    { numRuns: 8 },
  );
});
