import assert from "node:assert/strict";
import { test } from "node:test";
import { type Dc, dc, type Motes, milliseconds, motes, tokens } from "@katydid/protocol";
import { accountOf, supplyOf } from "./draft.ts";
import { keysOf, reasonOf, TestChain } from "./testing.ts";

const alice = keysOf("alice").address;
const bob = keysOf("bob").address;
const pay = (to: typeof alice, amount: bigint) =>
  ({
    kind: "transfer",
    payments: [{ payee: to, motes: amount as Motes, memo: new Uint8Array(0) }],
  }) as const;

const chainOfAlice = (grant: { motes: bigint; dc?: bigint }) =>
  new TestChain({
    accounts: [
      {
        name: "alice",
        motes: grant.motes as Motes,
        ...(grant.dc !== undefined && { dc: grant.dc as Dc }),
      },
    ],
  });

test("refusals of a transfer, each row breaking one rule less", () => {
  const chain = chainOfAlice({ motes: 1000n, dc: 100n });
  chain.block();
  chain.block();
  const late = { expiryHeight: 1 as never };
  const rows = [
    [
      "an expired one is refused first",
      { ...pay(bob, 0n), ...late, nonce: 9, feeDc: dc(0n) },
      "expired",
    ],
    ["then the nonce", { ...pay(bob, 0n), nonce: 9, feeDc: dc(0n) }, "nonce-mismatch"],
    ["then the kind's own rules", { ...pay(bob, 0n), feeDc: dc(0n) }, "amount-too-small"],
    ["then the fee", { ...pay(bob, 9999n), feeDc: dc(1n) }, "fee-too-low"],
    ["the balance is last", pay(bob, 1001n), "balance-too-low"],
    ["the whole balance may go", pay(bob, 1000n), "accepted"],
  ] as const;
  for (const [name, body, expected] of rows) {
    assert.equal(reasonOf(chain.plan(chain.sign("alice", body))), expected, name);
  }
});

test("a stranger, a missing and a false signature are refused", () => {
  const chain = chainOfAlice({ motes: 1000n, dc: 100n });
  const stranger = chain.sign("bob", pay(alice, 1n));
  assert.equal(reasonOf(chain.plan(stranger)), "actor-unknown");
  const good = chain.sign("alice", pay(bob, 1n));
  assert.equal(reasonOf(chain.plan({ ...good, signatures: [] })), "signatures-missing");
  const forged = { ...good, signatures: [stranger.signatures[0] as Uint8Array] };
  assert.equal(reasonOf(chain.plan(forged)), "signature-invalid");
  assert.equal(reasonOf(chain.plan(good)), "accepted");
});

test("a transfer pays several, itself included, and counts the nonce", () => {
  const chain = chainOfAlice({ motes: 1000n, dc: 100n });
  const body = {
    kind: "transfer",
    payments: [bob, alice, bob].map((payee) => ({
      payee,
      motes: motes(10n),
      memo: new Uint8Array(0),
    })),
  } as const;
  chain.block({ transactions: [chain.sign("alice", body)] });
  assert.equal(accountOf(chain.view, bob).motes, 20n);
  assert.equal(accountOf(chain.view, alice).motes, 980n);
  assert.equal(accountOf(chain.view, alice).nonce, 1);
});

test("where DC are short, tokens are burned for the fee, rounded up", () => {
  const chain = chainOfAlice({ motes: 1_000_000n });
  const transaction = chain.sign("alice", pay(bob, 1n));
  const { feeDc } = transaction.body;
  chain.block({ transactions: [transaction] });
  // At 2 USD a token one DC costs 500 motes.
  assert.equal(accountOf(chain.view, alice).motes, 1_000_000n - 1n - feeDc * 500n);
  const { dcMade, dcSpent, burned } = supplyOf(chain.view);
  assert.deepEqual([dcMade, dcSpent, burned], [feeDc, feeDc, feeDc * 500n]);
});

test("a burn makes DC that remember what they cost, and refuses dust", () => {
  const chain = chainOfAlice({ motes: 1_000_000n, dc: 1000n });
  const dust = chain.sign("alice", { kind: "burn", motes: motes(499n), beneficiary: bob });
  assert.equal(reasonOf(chain.plan(dust)), "amount-too-small");
  const enough = chain.sign("alice", { kind: "burn", motes: motes(1499n), beneficiary: bob });
  chain.block({ transactions: [enough] });
  const { dc: made, dcMotes } = accountOf(chain.view, bob);
  assert.deepEqual([made, dcMotes], [2n, 1499n]);
});

test("DC leave with their share of the cost, floored, and the last with all the rest", () => {
  const chain = chainOfAlice({ motes: tokens(10), dc: 0n });
  const toBob = (amount: bigint) =>
    chain.sign("alice", { kind: "burn", motes: motes(amount), beneficiary: bob });
  chain.block({ transactions: [toBob(5799n), toBob(1_000_000n)] });
  const before = accountOf(chain.view, bob);
  const spend = chain.sign("bob", pay(alice, 0n), ...[]);
  assert.equal(reasonOf(chain.plan(spend)), "amount-too-small");
  const funded = chain.sign("alice", pay(bob, 5n));
  chain.block({ transactions: [funded] });
  const fee = chain.sign("bob", pay(alice, 5n));
  chain.block({ transactions: [fee] });
  const { feeDc } = fee.body;
  const after = accountOf(chain.view, bob);
  assert.equal(after.dc, before.dc - feeDc);
  assert.equal(after.dcMotes, before.dcMotes - (before.dcMotes * feeDc) / before.dc);
});

test("the price is the median of enough oracles, from the next block on", () => {
  const chain = new TestChain({
    accounts: ["o1", "o2", "o3", "alice"].map((name) => ({ name, motes: tokens(1) })),
    oracles: ["o1", "o2", "o3"],
  });
  const report = (name: string, price: number) =>
    chain.sign(name, { kind: "price-report", priceMicroUsd: price as never });
  assert.equal(reasonOf(chain.plan(report("alice", 5))), "not-oracle");
  assert.equal(reasonOf(chain.plan(report("o1", 0))), "out-of-range");
  chain.block({ transactions: [report("o1", 3_000_000)] });
  assert.equal(chain.block().events.filter(({ kind }) => kind === "price-changed").length, 0);
  chain.block({ transactions: [report("o2", 4_000_000)] });
  const [changed] = chain.block().events;
  assert.equal(changed?.kind === "price-changed" && changed.priceMicroUsd, 3_500_000);
});

test("protocol time advances with block time, by at most the idle limit", () => {
  const chain = chainOfAlice({ motes: 1n });
  chain.block({ afterMs: 1234 });
  assert.equal(chain.now, 1234);
  chain.block({ afterMs: 8 * 3600 * 1000 });
  assert.equal(chain.now, milliseconds(1234 + 10_000));
});

test("a block with a wrong link, height, time or proposer is refused whole", () => {
  const chain = chainOfAlice({ motes: 1n });
  const outcome = chain.tryBlock({ afterMs: 0 });
  assert.equal(outcome.outcome === "refused" && outcome.refusal.reason, "time-not-later");
});
