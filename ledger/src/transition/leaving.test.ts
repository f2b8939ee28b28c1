import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addressBytes,
  type Db,
  dc,
  fromHex,
  type Motes,
  milliseconds,
  sha256,
  signMessage,
  tokens,
  utf8,
} from "@katydid/protocol";
import {
  acknowledge,
  eventsOf,
  meetReciprocity,
  openOne,
  type Played,
  receiptOf,
  reportOf,
  reveal,
  runUntilEvent,
} from "./challenge-testing.ts";
import { accountOf, hotspotOf, supplyOf } from "./draft.ts";
import { penalize } from "./evidence-testing.ts";
import { unbondingKey } from "./keys.ts";
import { PAST_MAX } from "./limits.ts";
import { unbondingTable } from "./tables.ts";
import {
  addHotspots,
  CHAIN_ID,
  cellsInLine,
  keysOf,
  reasonOf,
  type TestBody,
  TestChain,
} from "./testing.ts";
import { hotspotView } from "./views.ts";

const address = (name: string) => keysOf(name).address;
const hotspot = address("h0");
const remove: TestBody = { kind: "remove-hotspot", hotspot };
const transfer = (changes: object = {}): TestBody =>
  ({
    kind: "transfer-hotspot",
    hotspot,
    newOwner: address("alice"),
    price: tokens(3),
    ...changes,
  }) as TestBody;
const fill = (changes: object = {}): TestBody =>
  ({ kind: "fill-bond", hotspot, motes: tokens(50), ...changes }) as TestBody;

function withHotspots(count = 3) {
  const chain = new TestChain({
    accounts: [
      { name: "rich", motes: tokens(1_000_000), dc: dc(100_000_000n) },
      { name: "alice", motes: tokens(10) },
    ],
  });
  const names = addHotspots(chain, count);
  const view = (name = "h0") => hotspotView(chain.view, address(name), chain.index);
  const motes = (name: string) => accountOf(chain.view, address(name)).motes;
  return { chain, names, view, motes };
}

const others = (names: readonly string[], { challenger, target }: Played) =>
  names.filter((name) => name !== challenger && name !== target);
const settleOf = (chain: TestChain, played: Played) =>
  played.deadlineAt + chain.params.lateSeconds * 1000 + 1;

test("refusals of transfer-hotspot in order", () => {
  const { chain } = withHotspots(1);
  const reason = (changes: object, actor = "rich") =>
    reasonOf(chain.plan(chain.sign(actor, transfer(changes), "alice", "rich")));
  const all = { hotspot: address("nobody"), newOwner: address("rich"), price: tokens(11) };
  assert.equal(reason(all), "hotspot-unknown");
  const known = { ...all, hotspot };
  assert.equal(reason(known, "alice"), "not-owner");
  assert.equal(reason(known), "owner-unchanged");
  assert.equal(reason({ price: tokens(11) }), "balance-too-low");
  assert.equal(reason({ price: tokens(10) }), "accepted");
  const signed = chain.sign("rich", transfer(), "alice");
  const [own, other] = signed.signatures as [Uint8Array, Uint8Array];
  const forged = { ...signed, signatures: [own, other.with(0, (other[0] as number) ^ 1)] };
  assert.equal(reasonOf(chain.plan(forged)), "signature-invalid");
  chain.block({ transactions: [chain.sign("rich", remove)] });
  assert.equal(reason(known), "hotspot-left");
});

test("a hotspot changes hands with its pay, and its bond still returns to its payer", () => {
  const { chain, names, view, motes } = withHotspots(4);
  const played = openOne(chain, names);
  meetReciprocity(chain, [played.challenger]);
  chain.block({ transactions: [reveal(chain, played, others(names, played))] });
  runUntilEvent(chain, "epoch-ended");
  const seller = motes("rich");
  const body = transfer({ hotspot: address(played.challenger) });
  chain.block({ transactions: [chain.sign("rich", body, "alice")] });
  assert.equal(motes("rich"), seller + tokens(3));
  assert.equal(motes("alice"), tokens(7));
  assert.equal(view(played.challenger)?.owner, address("alice"));
  const held = view(played.challenger)?.earned.held ?? 0n;
  assert.ok(held > 0n);
  // A challenger's pay is never of grace: all of it is released.
  chain.runUntil(chain.now + chain.params.holdbackSeconds * 1000, 5000);
  assert.equal(motes("alice"), tokens(7) + held);
  const leaves = { kind: "remove-hotspot", hotspot: address(played.challenger) } as const;
  assert.equal(reasonOf(chain.plan(chain.sign("rich", leaves))), "not-owner");
  const before = motes("rich");
  const { bond } = view(played.challenger) ?? { bond: 0n };
  chain.block({
    transactions: [
      chain.sign("rich", {
        kind: "transfer",
        payments: [{ payee: address("alice"), motes: tokens(1), memo: new Uint8Array(0) }],
      }),
      chain.sign("alice", leaves),
    ],
  });
  chain.runUntil(chain.now + chain.params.unbondingSeconds * 1000 + 1000, 5000);
  assert.equal(motes("rich"), before - tokens(1) + bond);
});

test("refusals of remove-hotspot in order, and what one that left may not do", () => {
  const { chain, names } = withHotspots(3);
  const reason = (body: TestBody, actor = "rich", cosigner = actor) =>
    reasonOf(chain.plan(chain.sign(actor, body, cosigner)));
  assert.equal(reason({ ...remove, hotspot: address("nobody") } as TestBody), "hotspot-unknown");
  assert.equal(reason(remove, "alice"), "not-owner");
  const [slot] = eventsOf(runUntilEvent(chain, "slot-drawn"), "slot-drawn").slice(-1);
  const drawn = names.find((name) => address(name) === slot?.challengers[0]) as string;
  const leaves = { kind: "remove-hotspot", hotspot: address(drawn) } as const;
  chain.block({ transactions: [chain.sign("rich", leaves)] });
  assert.equal(reason(leaves), "hotspot-left");
  const cell = cellsInLine(9)[8] as ReturnType<typeof cellsInLine>[number];
  const place = { cell, gainDbi: 1 as Db, elevationMeters: 0 };
  const id = { hotspot: address(drawn) };
  assert.equal(reason({ kind: "presence" }, drawn), "hotspot-left");
  assert.equal(reason({ kind: "assert-location", ...id, ...place }), "hotspot-left");
  assert.equal(reason(fill(id)), "hotspot-left");
  const challenge = { slot: slot?.slot ?? 0, index: 0 };
  const secretHash = new Uint8Array(32);
  const open = { kind: "open-challenge", challenge, secretHash, ephemeralKey: secretHash } as const;
  assert.equal(reason(open, drawn), "hotspot-left");
  const add = { kind: "add-hotspot", ...id, owner: address("rich"), nonceHash: secretHash };
  assert.equal(reason(add as TestBody, "rich", drawn), "hotspot-known");
});

test("a hotspot leaves at once, its bond returns in time, and it may be added again", () => {
  const { chain, view, motes } = withHotspots(3);
  chain.runUntil(10_000);
  assert.equal(view()?.active, true);
  const { bonds } = supplyOf(chain.view);
  const bond = view()?.bond ?? 0n;
  const left = chain.block({ transactions: [chain.sign("rich", remove)] });
  const [told] = eventsOf([left], "hotspot-changed");
  assert.equal(told?.hotspot.leftAt, chain.now);
  assert.deepEqual(
    [view()?.active, view()?.bonded, view()?.bond, view()?.leftAt],
    [false, false, bond, chain.now],
  );
  assert.equal(supplyOf(chain.view).bonds, bonds - bond);
  assert.equal(supplyOf(chain.view).unbonding, bond);
  const since = chain.now;
  const until = since + chain.params.unbondingSeconds * 1000;
  const results = chain.runUntil(until);
  // Those drawn before it left are in the block of its leaving or before.
  assert.ok(eventsOf(results, "slot-drawn").every((e) => !e.challengers.includes(hotspot)));
  assert.ok(eventsOf(results, "target-drawn").every((e) => e.target !== hotspot));
  assert.equal(supplyOf(chain.view).unbonding, bond);
  const before = motes("rich");
  chain.block();
  assert.equal(motes("rich"), before + bond);
  assert.equal(view(), undefined);
  const nonceHash = sha256(utf8("nonce"));
  const owner = address("rich");
  const add = { kind: "add-hotspot", hotspot, owner, nonceHash } as TestBody;
  chain.block({ transactions: [chain.sign("rich", add, "h0")] });
  const again = hotspotOf(chain.view, hotspot);
  assert.ok(again?.leftAt === undefined && again?.addedAt === chain.now);
});

test("pay of grace burns when its hotspot leaves; other held pay comes in its time", () => {
  const { chain, names, view, motes } = withHotspots(4);
  const played = openOne(chain, names);
  const witnesses = others(names, played);
  meetReciprocity(chain, [played.challenger]);
  chain.block({ transactions: [reveal(chain, played, witnesses)] });
  runUntilEvent(chain, "epoch-ended");
  const [witness] = witnesses as [string];
  const inGrace = view(witness)?.earned.held ?? 0n;
  const ofChallenger = view(played.challenger)?.earned.held ?? 0n;
  assert.ok(inGrace > 0n && ofChallenger > 0n);
  const leaving = [witness, played.challenger].map((name) =>
    chain.sign("rich", { kind: "remove-hotspot", hotspot: address(name) }),
  );
  chain.block({ transactions: leaving });
  const { burned } = supplyOf(chain.view);
  chain.runUntil(chain.now + chain.params.unbondingSeconds * 1000 + 1, 5000);
  // The bonds are back, and the rows stay for what is still held.
  assert.ok(view(witness) !== undefined && view(played.challenger) !== undefined);
  const before = motes("rich");
  const results = chain.runUntil(chain.now + chain.params.holdbackSeconds * 1000, 5000);
  assert.equal(supplyOf(chain.view).burned - burned, inGrace);
  assert.equal(motes("rich") - before, ofChallenger);
  // Not a word of waiting on for reciprocity, that will not come.
  const told = results.flatMap(({ rewards }) => rewards);
  const own = told.filter((reward) => reward.hotspot === address(witness));
  assert.deepEqual(
    own.map((reward) => [reward.view.state, reward.view.reason]),
    [["burned", "left"]],
  );
  assert.equal(view(witness), undefined);
  assert.equal(view(played.challenger), undefined);
});

test("what waited past its holdback for reciprocity burns in the block of leaving", () => {
  const { chain, names } = withHotspots(4);
  const played = openOne(chain, names);
  const [witness] = others(names, played) as [string];
  chain.block({ transactions: [reveal(chain, played, [witness])] });
  chain.runUntil(chain.now + chain.params.holdbackSeconds * 1000 + 70_000, 5000);
  const waiting = hotspotOf(chain.view, address(witness))?.graceWitness ?? 0n;
  assert.ok(waiting > 0n);
  const { burned, held } = supplyOf(chain.view);
  const leaves = { kind: "remove-hotspot", hotspot: address(witness) } as const;
  const result = chain.block({ transactions: [chain.sign("rich", leaves)] });
  assert.equal(supplyOf(chain.view).held, held - waiting);
  assert.ok(supplyOf(chain.view).burned >= burned + waiting);
  const [reward] = result.rewards.filter((record) => record.hotspot === address(witness));
  assert.deepEqual([reward?.view.state, reward?.view.motes], ["burned", waiting]);
});

test("an open challenge finds whoever left as it was at the draw, and so do penalties", () => {
  const { chain, names } = withHotspots(5);
  const played = openOne(chain, names);
  const witnesses = others(names, played);
  const [gone, omitted] = witnesses as [string, string];
  const leaving = [gone, played.target, played.challenger].map((name) =>
    chain.sign("rich", { kind: "remove-hotspot", hotspot: address(name) }),
  );
  chain.block({ transactions: leaving });
  chain.block({ transactions: [reveal(chain, played, [gone])] });
  const signed = reportOf(played, omitted);
  const late = {
    kind: "late-receipt",
    challenge: played.challenge,
    evidence: { kind: "report", signed },
    acknowledgement: acknowledge(played, omitted, signed, chain.blockTime),
  } as TestBody;
  const key = unbondingKey("hotspot", addressBytes(address(played.challenger)));
  const before = chain.view.get(unbondingTable, key)?.motes ?? 0n;
  chain.block({ transactions: [chain.sign(omitted, late)] });
  // 5 percent of a full bond, from what is unbonding.
  assert.equal(chain.view.get(unbondingTable, key)?.motes, (before * 95n) / 100n);
  const results = chain.runUntil(settleOf(chain, played));
  const [settled] = eventsOf(results, "challenge-settled");
  assert.deepEqual(
    settled?.view.witnesses.map(({ verdict }) => verdict),
    ["valid", "valid"],
  );
  // None of them is active again, however it took part.
  for (const name of [gone, played.target, played.challenger]) {
    assert.equal(hotspotView(chain.view, address(name), chain.index)?.active, false);
  }
});

test("one that left after a draw is no witness of challenges drawn later", () => {
  const { chain, names } = withHotspots(5);
  chain.block({ transactions: [chain.sign("rich", remove)] });
  const staying = names.filter((name) => name !== "h0");
  const played = openOne(chain, staying);
  const [other] = others(staying, played) as [string];
  chain.block({ transactions: [reveal(chain, played, ["h0", other])] });
  const [settled] = eventsOf(chain.runUntil(settleOf(chain, played)), "challenge-settled");
  const own = settled?.view.witnesses.find(({ witness }) => witness === hotspot);
  assert.deepEqual([own?.verdict, own?.reason], ["invalid", "not-bonded"]);
});

test("a row stays while a channel owes its hotspot, and the owner is paid", () => {
  const { chain, view, motes } = withHotspots(1);
  const router = address("router");
  const endpoints = ["mqtt://127.0.0.1:1883"];
  const register = { kind: "register-router", router, endpoints, slabs: 1 } as const;
  chain.block({ transactions: [chain.sign("rich", register, "router")] });
  const expiresAt = milliseconds(chain.now + 400_000);
  const open = { kind: "open-channel", router, depositDc: dc(10_000n), expiresAt } as const;
  const [opened] = chain.block({ transactions: [chain.sign("rich", open)] }).results;
  const voucher = signMessage({
    chainId: CHAIN_ID,
    signer: keysOf("router"),
    body: {
      kind: "voucher",
      channel: fromHex(opened?.id ?? ""),
      hotspot,
      cumulativeDc: dc(600n),
      cumulativePackets: 600,
      sequence: 1,
    },
  });
  // What a router promised may be redeemed after leaving, too.
  chain.block({ transactions: [chain.sign("rich", remove)] });
  chain.block({ transactions: [chain.sign("h0", { kind: "redeem-voucher", voucher })] });
  chain.runUntil(chain.now + 300_000, 5000);
  assert.ok(view() !== undefined && supplyOf(chain.view).unbonding === 0n);
  const before = motes("rich");
  chain.runUntil(expiresAt + 200_000, 5000);
  assert.equal(motes("rich") - before, 600n * 500n);
  assert.equal(view(), undefined);
});

test("refusals of fill-bond in order, and what it fills", () => {
  const { chain, view, motes } = withHotspots(1);
  const reason = (changes: object, actor = "alice") =>
    reasonOf(chain.plan(chain.sign(actor, fill(changes))));
  assert.equal(reason({ hotspot: address("nobody"), motes: 0n }), "amount-too-small");
  assert.equal(reason({ hotspot: address("nobody") }), "hotspot-unknown");
  assert.equal(reason({}), "bond-full");
  penalize(chain, "h0", 60n);
  const full = hotspotOf(chain.view, hotspot)?.bondFull ?? 0n;
  assert.deepEqual([view()?.bond, view()?.bonded], [(full * 40n) / 100n, false]);
  // 12 tokens are lacking and alice has 10, of which some pay the fee.
  assert.equal(reason({}), "balance-too-low");
  const before = motes("alice");
  chain.block({ transactions: [chain.sign("alice", fill({ motes: tokens(2) }))] });
  assert.ok(before - motes("alice") > tokens(2));
  assert.deepEqual([view()?.bond, view()?.bonded], [full / 2n, true]);
  chain.block({ transactions: [chain.sign("rich", fill({}))] });
  assert.equal(view()?.bond, full);
});

test("one that is filled up is drawn again, and challenges see it as it was", () => {
  const { chain, names } = withHotspots(2);
  penalize(chain, "h0", 100n);
  const results = chain.runUntil(chain.now + 20_000);
  assert.ok(eventsOf(results, "slot-drawn").every((e) => !e.challengers.includes(hotspot)));
  chain.block({ transactions: [chain.sign("rich", fill())] });
  const drawn = eventsOf(chain.runUntil(chain.now + 60_000), "slot-drawn");
  assert.ok(drawn.some((event) => event.challengers.includes(hotspot)));
  assert.equal(names.length, 2);
});

test("however often a bond falls and is filled, facts are remembered within bounds", () => {
  const { chain } = withHotspots(1);
  let refused = 0;
  for (let round = 0; round < 2 * PAST_MAX; round++) {
    penalize(chain, "h0", 100n);
    const transaction = chain.sign("rich", fill({ motes: (2n ** 60n) as Motes }));
    const outcome = chain.tryBlock({ transactions: [transaction], afterMs: 100 });
    assert.equal(outcome.outcome, "applied");
    if (outcome.outcome !== "applied") return;
    const reason = outcome.results[0]?.refusal?.reason;
    if (reason === undefined) continue;
    assert.equal(reason, "moved-too-often");
    refused += 1;
  }
  assert.ok(refused > 0);
  chain.block({ transactions: [chain.sign("rich", remove)] });
  assert.ok((hotspotOf(chain.view, hotspot)?.past.length ?? 0) <= PAST_MAX);
});

test("a receipt of a target that left is taken", () => {
  const { chain, names } = withHotspots(3);
  const played = openOne(chain, names);
  const leaves = { kind: "remove-hotspot", hotspot: address(played.target) } as const;
  chain.block({ transactions: [chain.sign("rich", leaves)] });
  const witnesses = others(names, played);
  const receipt = receiptOf(played);
  chain.block({ transactions: [reveal(chain, played, witnesses, { receipt })] });
  const [settled] = eventsOf(chain.runUntil(settleOf(chain, played)), "challenge-settled");
  assert.equal(settled?.view.beaconerUnits, "0.2500");
});
