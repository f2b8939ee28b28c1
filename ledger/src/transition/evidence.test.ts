import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Evidence,
  type Motes,
  milliseconds,
  type SignedReceipt,
  type SignedVoucher,
  sha256,
  tokens,
  utf8,
} from "@katydid/protocol";
import { eventsOf } from "./challenge-testing.ts";
import { channelView } from "./channels.ts";
import { accountOf, hotspotOf, supplyOf } from "./draft.ts";
import {
  evidenceOf,
  evidenceWorld,
  openChannel,
  otherReceipt,
  penalize,
  precommitOf,
  twoBlocks,
  twoReceipts,
  voucherOf,
} from "./evidence-testing.ts";
import { checkLink, producerIdOf } from "./producer.ts";
import { producerTable } from "./tables.ts";
import { keysOf, reasonOf, type TestBody, type TestChain } from "./testing.ts";
import type { Refusal } from "./types.ts";

const address = (name: string) => keysOf(name).address;
const motes = (chain: TestChain, name: string) => accountOf(chain.view, address(name)).motes;
const target = (first: SignedReceipt, second: SignedReceipt): Evidence => ({
  kind: "target-equivocation",
  first,
  second,
});
const router = (first: SignedVoucher, second: SignedVoucher): Evidence => ({
  kind: "router-equivocation",
  first,
  second,
});

const fillBond = (name: string): TestBody => ({
  kind: "fill-bond",
  hotspot: address(name),
  motes: tokens(99),
});

const report = (chain: TestChain, reporter: string, evidence: Evidence) =>
  evidenceOf({ chain, view: chain.view, reporter, evidence });

/** Reason, and the field where the evidence does not match. */
function verdictOn(chain: TestChain, evidence: Evidence, afterMs = 1000): string {
  const planned = chain.plan(report(chain, "alice", evidence), afterMs);
  if (planned.outcome === "accepted") return "accepted";
  const refusal: Refusal = planned.refusal;
  return "field" in refusal ? `${refusal.reason} ${refusal.field}` : refusal.reason;
}

function slashNow(chain: TestChain, reporter: string, evidence: Evidence) {
  const before = { supply: supplyOf(chain.view), motes: motes(chain, reporter) };
  const result = chain.block({ transactions: [report(chain, reporter, evidence)] });
  const [event] = eventsOf([result], "slashed");
  assert.ok(event);
  return { event, before };
}

test("refusals of a target's equivocation in order", () => {
  const { chain, played } = evidenceWorld();
  const [first, , open] = played as [(typeof played)[0], unknown, (typeof played)[0]];
  const [a, b] = twoReceipts(first);
  const signer = first.target;
  const other = (changes: Partial<SignedReceipt>, by = signer) =>
    otherReceipt(b, changes, { signer: by });
  const elsewhere = { challenge: { slot: first.challenge.slot, index: 99 } };
  const nowhere = [other(elsewhere), other({ ...elsewhere, transmittedAt: milliseconds(9) })];
  const table: [string, Evidence, string][] = [
    ["of two challenges", target(a, other(elsewhere)), "evidence-mismatch challenge"],
    ["of two targets", target(a, other({ target: address("eve") })), "evidence-mismatch target"],
    [
      "of two payloads",
      target(a, other({ payloadHash: sha256(utf8("x")) })),
      "evidence-mismatch payloadHash",
    ],
    ["the same twice", target(a, a), "evidence-mismatch contents"],
    [
      "another signature",
      target(a, { ...a, signature: b.signature }),
      "evidence-mismatch contents",
    ],
    [
      "unknown challenge",
      target(nowhere[0] as SignedReceipt, nowhere[1] as SignedReceipt),
      "challenge-unknown",
    ],
    ["not revealed", target(...twoReceipts(open)), "not-revealed"],
  ];
  for (const [name, evidence, reason] of table)
    assert.equal(verdictOn(chain, evidence), reason, name);
  const wrongTarget = { target: address("eve") };
  const strangers = [
    other(wrongTarget, "eve"),
    other({ ...wrongTarget, transmittedAt: milliseconds(9) }, "eve"),
  ];
  assert.equal(
    verdictOn(chain, target(strangers[0] as SignedReceipt, strangers[1] as SignedReceipt)),
    "evidence-mismatch target",
  );
  const payloadHash = sha256(utf8("not the prescribed one"));
  const unprescribed = [
    other({ payloadHash }),
    other({ payloadHash, transmittedAt: milliseconds(9) }),
  ];
  assert.equal(
    verdictOn(chain, target(unprescribed[0] as SignedReceipt, unprescribed[1] as SignedReceipt)),
    "evidence-mismatch payloadHash",
  );
  const forged = { ...b, signature: b.signature.with(0, (b.signature[0] as number) ^ 1) };
  assert.equal(verdictOn(chain, target(a, forged)), "receipt-signature-invalid");
  assert.equal(verdictOn(chain, target(forged, a)), "receipt-signature-invalid");
  penalize(chain, signer, 100n);
  assert.equal(verdictOn(chain, target(a, forged)), "nothing-to-slash");
  chain.block({ transactions: [chain.sign("rich", fillBond(signer))] });
  assert.equal(verdictOn(chain, target(a, b)), "accepted");
  slashNow(chain, "eve", target(a, b));
  assert.equal(verdictOn(chain, target(a, forged)), "already-slashed");
});

test("a target that equivocates loses its bond, once, and the reporter gets a tenth", () => {
  const { chain, played } = evidenceWorld();
  const [first, second] = played as [(typeof played)[0], (typeof played)[0]];
  const name = first.target;
  const bond = hotspotOf(chain.view, address(name))?.bond ?? 0n;
  const [a, b] = twoReceipts(first);
  const { event, before } = slashNow(chain, "alice", target(b, a));
  assert.deepEqual(
    [event.offender, event.offence, event.burned, event.reward, event.reporter],
    [address(name), "target-equivocation", bond - bond / 10n, bond / 10n, address("alice")],
  );
  assert.ok(event.subjects.includes(address("rich")));
  const supply = supplyOf(chain.view);
  assert.equal(supply.bonds, before.supply.bonds - bond);
  // The rest of what was burned is the fee of a reporter without DC.
  const fee = supply.burned - before.supply.burned - event.burned;
  assert.equal(motes(chain, "alice"), before.motes + event.reward - fee);
  assert.deepEqual(hotspotOf(chain.view, address(name))?.bond, 0n);
  // Filled up again, it cannot be taken for the same deed, by whichever two receipts.
  const third = otherReceipt(a, { transmittedAt: milliseconds(7) }, { signer: name });
  const another = twoReceipts(second);
  chain.block({ transactions: [chain.sign("rich", fillBond(name))] });
  for (const evidence of [target(a, b), target(a, third), target(third, b)]) {
    assert.equal(verdictOn(chain, evidence), "already-slashed");
  }
  // For another deed it can.
  assert.equal(verdictOn(chain, target(...another)), "accepted");
});

test("evidence against a target holds before and after settlement, for its window, also unbonding", () => {
  const { chain, played } = evidenceWorld();
  const [first] = played as [(typeof played)[0]];
  const evidence = target(...twoReceipts(first));
  const leaves = { kind: "remove-hotspot", hotspot: address(first.target) } as TestBody;
  chain.block({ transactions: [chain.sign("rich", leaves)] });
  const { unbonding } = supplyOf(chain.view);
  const { challengeTimeoutSeconds, evidenceWindowSeconds } = chain.params;
  const drawnAt = first.deadlineAt - challengeTimeoutSeconds * 1000;
  const until = drawnAt + evidenceWindowSeconds * 1000;
  chain.runUntil(until - 9000, 9000);
  assert.equal(verdictOn(chain, evidence, until - chain.now), "accepted");
  assert.equal(verdictOn(chain, evidence, until - chain.now + 1), "window-closed");
  slashNow(chain, "alice", evidence);
  assert.equal(supplyOf(chain.view).unbonding, 0n);
  assert.ok(unbonding > 0n);
  chain.runUntil(until + 2000, 9000);
  assert.equal(verdictOn(chain, evidence), "challenge-unknown");
});

test("refusals of a router's equivocation in order", () => {
  const { chain, channels } = evidenceWorld();
  const [one, two] = channels as [(typeof channels)[0], (typeof channels)[0]];
  const of = { channel: one.id, hotspot: "h0", signer: "router" };
  const a = voucherOf({ ...of, dc: 50, sequence: 5 });
  const conflict = voucherOf({ ...of, dc: 60, sequence: 5 });
  const lower = voucherOf({ ...of, dc: 40, sequence: 6 });
  const unknown = { ...of, channel: new Uint8Array(32), signer: "eve" };
  const forged = voucherOf({ ...of, dc: 60, sequence: 5, signer: "router2" });
  const table: [Evidence, string][] = [
    [
      router(a, voucherOf({ ...of, channel: two.id, dc: 40, sequence: 6 })),
      "evidence-mismatch channel",
    ],
    [
      router(a, voucherOf({ ...of, hotspot: "h1", dc: 40, sequence: 6 })),
      "evidence-mismatch hotspot",
    ],
    [router(a, voucherOf({ ...of, dc: 60, sequence: 6 })), "evidence-mismatch order"],
    [router(voucherOf({ ...of, dc: 60, sequence: 6 }), a), "evidence-mismatch order"],
    [router(a, a), "evidence-mismatch order"],
    [
      router(
        voucherOf({ ...unknown, dc: 1, sequence: 1 }),
        voucherOf({ ...unknown, dc: 2, sequence: 1 }),
      ),
      "channel-unknown",
    ],
    [router(a, forged), "voucher-signature-invalid"],
    [router(forged, a), "voucher-signature-invalid"],
    [router(a, lower), "accepted"],
    [router(conflict, a), "accepted"],
  ];
  for (const [evidence, reason] of table) assert.equal(verdictOn(chain, evidence), reason);
});

test("a router that equivocates loses the stake of that channel, open or settled, once", () => {
  const { chain, channels } = evidenceWorld();
  const [one, two] = channels as [(typeof channels)[0], (typeof channels)[0]];
  const evidenceOn = (channel: Uint8Array) => {
    const of = { channel, hotspot: "h0", signer: "router" };
    return router(
      voucherOf({ ...of, dc: 50, sequence: 5 }),
      voucherOf({ ...of, dc: 40, sequence: 6 }),
    );
  };
  const stake = channelView(chain.view, one.id)?.stake ?? 0n;
  assert.ok(stake > 0n);
  // A hotspot reports it: what it earns is its owner's.
  const before = motes(chain, "rich");
  const { event } = slashNow(chain, "h0", evidenceOn(one.id));
  assert.equal(motes(chain, "rich"), before + stake / 10n);
  assert.deepEqual(
    [event.offender, event.burned, event.reward, event.reporter],
    [address("router"), stake - stake / 10n, stake / 10n, address("h0")],
  );
  const view = channelView(chain.view, one.id);
  assert.deepEqual([view?.stake, view?.slashed, view?.state], [0n, true, "open"]);
  assert.equal(verdictOn(chain, evidenceOn(one.id)), "already-slashed");
  // The other one is closed honestly, and settles: its stake is there still.
  const close = { kind: "close-channel", channel: two.id, summaries: [], more: false } as const;
  chain.block({ transactions: [chain.sign("router", close)] });
  while (channelView(chain.view, two.id)?.state !== "settled") chain.block({ afterMs: 5000 });
  assert.equal(channelView(chain.view, two.id)?.stake, stake);
  const late = evidenceOn(two.id);
  const settledAt = chain.now;
  const until = settledAt + chain.params.evidenceWindowSeconds * 1000;
  chain.runUntil(until - 9000, 9000);
  assert.equal(verdictOn(chain, late, until - chain.now), "accepted");
  assert.equal(verdictOn(chain, late, until - chain.now + 1), "window-closed");
  slashNow(chain, "alice", late);
  assert.equal(verdictOn(chain, late), "already-slashed");
  // Nothing of either stake is left to return.
  const balance = motes(chain, "rich");
  chain.runUntil(until + 2000, 9000);
  assert.equal(motes(chain, "rich"), balance);
  assert.equal(verdictOn(chain, late), "channel-unknown");
});

test("a channel that lost its stake at settlement has none to take", () => {
  const { chain } = evidenceWorld();
  const channel = openChannel(chain, "router");
  while (channelView(chain.view, channel)?.state !== "settled") chain.block({ afterMs: 5000 });
  const of = { channel, hotspot: "h0", signer: "router" };
  const evidence = router(
    voucherOf({ ...of, dc: 50, sequence: 5 }),
    voucherOf({ ...of, dc: 40, sequence: 6 }),
  );
  assert.equal(verdictOn(chain, evidence), "nothing-to-slash");
});

test("refusals of a producer's equivocation in order", () => {
  const { chain } = evidenceWorld();
  const deed = twoBlocks(3);
  const forged = precommitOf({ height: 3, block: "b", signer: "eve" });
  const prevote = precommitOf({ height: 3, block: "b", type: "prevote" });
  const table: [Evidence, string][] = [
    [{ ...deed, second: deed.first }, "evidence-mismatch blockId"],
    [twoBlocks(3, "eve"), "producer-unknown"],
    [twoBlocks(chain.height + 2), "evidence-mismatch height"],
    [twoBlocks(0), "evidence-too-old"],
    [{ ...deed, second: forged }, "vote-signature-invalid"],
    [{ ...deed, second: prevote }, "vote-signature-invalid"],
    [{ ...twoBlocks(4), height: deed.height }, "vote-signature-invalid"],
    [deed, "accepted"],
    [{ ...deed, second: precommitOf({ height: 3, block: "b", round: 1 }) }, "accepted"],
  ];
  for (const [evidence, reason] of table) assert.equal(verdictOn(chain, evidence), reason);
});

test("a producer that equivocates loses its stake once for all that it did until then", () => {
  const { chain } = evidenceWorld();
  const { stakes } = supplyOf(chain.view);
  const { event } = slashNow(chain, "alice", twoBlocks(3));
  assert.deepEqual(
    [event.offender, event.burned, event.reward],
    [address("producer"), tokens(9000), tokens(1000)],
  );
  assert.equal(supplyOf(chain.view).stakes, stakes - tokens(10_000));
  // What it stakes anew is not taken for what was done before.
  const stake = {
    kind: "stake",
    motes: tokens(5),
    producerKey: keysOf("producer").publicKey,
    chainTip: new Uint8Array(32),
    chainLength: 5,
  } as const;
  chain.block({ transactions: [chain.sign("producer", stake)] });
  for (const at of [3, 4, chain.height - 1]) {
    assert.equal(verdictOn(chain, twoBlocks(at)), "already-slashed");
  }
  assert.equal(verdictOn(chain, twoBlocks(chain.height)), "accepted");
  const row = chain.view.get(producerTable, producerIdOf(keysOf("producer").publicKey));
  assert.equal(row?.stake, tokens(5));
});

test("heights are too old an evidence window later, and not much before", () => {
  const { chain } = evidenceWorld();
  chain.runUntil(chain.now + 100_000, 9000);
  const at = chain.height;
  const since = chain.now;
  const { evidenceWindowSeconds, epochSeconds } = chain.params;
  const windowMs = evidenceWindowSeconds * 1000;
  chain.runUntil(since + windowMs - epochSeconds * 1000 - 5000, 9000);
  assert.equal(verdictOn(chain, twoBlocks(at)), "accepted");
  chain.runUntil(since + windowMs, 9000);
  assert.equal(verdictOn(chain, twoBlocks(at)), "evidence-too-old");
});

test("refusals of unstake in order; what unbonds is slashable, returns, and blocks are paid", () => {
  const { chain } = evidenceWorld();
  const unstake = (name: string) =>
    ({ kind: "unstake", producerKey: keysOf(name).publicKey }) as TestBody;
  const reason = (name: string, actor: string) =>
    reasonOf(chain.plan(chain.sign(actor, unstake(name))));
  assert.equal(reason("second", "producer"), "producer-unknown");
  assert.equal(reason("producer", "alice"), "not-owner");
  assert.equal(reason("producer", "producer"), "last-producer");
  const stake = {
    kind: "stake",
    motes: tokens(10_000),
    producerKey: keysOf("second").publicKey,
    chainTip: new Uint8Array(32),
    chainLength: 5,
  } as const;
  chain.block({ transactions: [chain.sign("eve", stake)] });
  // It is not in force yet.
  assert.equal(reason("producer", "producer"), "last-producer");
  chain.runUntil(chain.now + chain.params.epochSeconds * 1000, 5000);
  assert.equal(reason("producer", "producer"), "accepted");
  const at = chain.height;
  const proposer = producerIdOf(keysOf("second").publicKey);
  const link = new Uint8Array(32);
  const block = () => checkLink(chain.view, { proposer, link, protocolTime: chain.now })?.reason;
  assert.equal(block(), "link-mismatch");
  chain.block({ transactions: [chain.sign("eve", unstake("second"))] });
  assert.equal(block(), "proposer-unknown");
  assert.equal(reason("second", "eve"), "producer-left");
  assert.equal(reasonOf(chain.plan(chain.sign("eve", stake))), "producer-left");
  assert.equal(reason("producer", "producer"), "last-producer");
  assert.equal(supplyOf(chain.view).unbonding, tokens(10_000));
  const { event } = slashNow(chain, "alice", twoBlocks(at, "second"));
  assert.deepEqual([event.offender, event.reward], [address("eve"), tokens(1000)]);
  assert.equal(verdictOn(chain, twoBlocks(at, "second")), "already-slashed");
  assert.equal(supplyOf(chain.view).unbonding, 0n);
});

test("a stake that was not slashed returns after unbonding", () => {
  const { chain } = evidenceWorld();
  const producerKey = keysOf("second").publicKey;
  const stake = {
    kind: "stake",
    motes: tokens(10_000),
    producerKey,
    chainTip: new Uint8Array(32),
    chainLength: 5,
  } as const;
  chain.block({ transactions: [chain.sign("eve", stake)] });
  chain.block({ transactions: [chain.sign("eve", { kind: "unstake", producerKey })] });
  const before = motes(chain, "eve");
  const until = chain.now + chain.params.unbondingSeconds * 1000;
  chain.runUntil(until - 9000, 9000);
  chain.block({ afterMs: until - chain.now });
  assert.equal(motes(chain, "eve"), before);
  chain.block();
  assert.equal(motes(chain, "eve"), (before + tokens(10_000)) as Motes);
  assert.equal(chain.view.get(producerTable, producerIdOf(producerKey)), undefined);
});
