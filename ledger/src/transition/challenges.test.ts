import assert from "node:assert/strict";
import { test } from "node:test";
import { messageHash, milliseconds, toHex, witnessOrderHash } from "@katydid/protocol";
import {
  acknowledge,
  eventsOf,
  meetReciprocity,
  openBody,
  openEarly,
  openOne,
  type Played,
  receiptOf,
  reportOf,
  reveal,
  revealableAt,
  revealBody,
  runUntilEvent,
} from "./challenge-testing.ts";
import { openChallengeView } from "./challenge-view.ts";
import { accountOf, hotspotOf, supplyOf } from "./draft.ts";
import { addHotspots, keysOf, reasonOf, type TestBody, TestChain } from "./testing.ts";
import { hotspotView } from "./views.ts";

const late = (played: Played, evidence: unknown, acknowledgement?: unknown) =>
  ({
    kind: "late-receipt",
    challenge: played.challenge,
    evidence,
    ...(acknowledgement !== undefined && { acknowledgement }),
  }) as TestBody;

const others = (names: readonly string[], { challenger, target }: Played) =>
  names.filter((name) => name !== challenger && name !== target);

test("a challenge from the slot to the released pay", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 6);
  const played = openOne(chain, names);
  assert.equal(openChallengeView(chain.view, played.challenge)?.state, "targeted");
  const witnesses = others(names, played);
  meetReciprocity(chain, [played.challenger]);
  const revealed = chain.block({ transactions: [reveal(chain, played, witnesses)] });
  const [told] = eventsOf([revealed], "challenge-revealed");
  assert.ok(told?.subjects.some((subject) => /^payload:[0-9a-f]{16}$/.test(subject)));
  assert.equal(openChallengeView(chain.view, played.challenge)?.witnesses.length, 4);

  const [settled] = eventsOf(runUntilEvent(chain, "challenge-settled"), "challenge-settled");
  assert.ok(settled);
  assert.ok(chain.now > played.deadlineAt + chain.params.lateSeconds * 1000);
  const { view } = settled;
  assert.equal(view.state, "settled");
  assert.deepEqual(
    view.witnesses.map(({ verdict, held, selected, units }) => [verdict, held, selected, units]),
    witnesses.map(() => ["valid", true, true, "1.0000"]),
  );
  assert.equal(view.beaconerUnits, "1.0000");
  assert.equal(view.challengerUnits, "1.0000");
  assert.equal(openChallengeView(chain.view, played.challenge), undefined);
  const target = hotspotOf(chain.view, keysOf(played.target).address);
  assert.ok(target?.firstBeaconedAt !== undefined);

  const [ended] = eventsOf(runUntilEvent(chain, "epoch-ended"), "epoch-ended");
  assert.ok(ended && ended.held > 0n && ended.held === supplyOf(chain.view).held);
  const owner = accountOf(chain.view, keysOf("rich").address).motes;
  chain.runUntil(chain.now + chain.params.holdbackSeconds * 1000);
  const paid = accountOf(chain.view, keysOf("rich").address).motes - owner;
  // The challenger met reciprocity: its share is released. Beaconer and witnesses were in grace, and
  // the beacon of none but the target was ever heard: what witnesses earned waits for theirs.
  const { held } = supplyOf(chain.view);
  assert.equal(paid + held, ended.held);
  const challenger = hotspotView(chain.view, keysOf(played.challenger).address, chain.index);
  assert.ok(paid > 0n);
  assert.equal(challenger?.earned.coverage, paid);
  const witness = hotspotView(chain.view, keysOf(witnesses[0] as string).address, chain.index);
  assert.ok(witness && witness.earned.held > 0n && witness.earned.coverage === 0n);
  assert.deepEqual(witness.reciprocity, { asWitness: "grace", asBeaconer: "unmet" });
});

test("grace ends with the first beacon that is heard, and what it held is paid", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 3);
  const playOne = () => {
    const played = openOne(chain, names);
    chain.block({ transactions: [reveal(chain, played, others(names, played))] });
    chain.runUntil(played.deadlineAt + chain.params.lateSeconds * 1000 + 1);
  };
  const row = (name: string) => hotspotOf(chain.view, keysOf(name).address);
  playOne();
  chain.runUntil(chain.now + chain.params.holdbackSeconds * 1000 + 60_000);
  let waiting = 0n;
  for (const name of names) waiting += row(name)?.graceWitness ?? 0n;
  for (const name of names) waiting += row(name)?.graceBeaconer ?? 0n;
  assert.ok(waiting > 0n);
  assert.equal(waiting, supplyOf(chain.view).held);
  const presences = names.map((name) => chain.sign(name, { kind: "presence" }));
  chain.block({ transactions: presences });
  for (let round = 0; round < 40; round++) {
    playOne();
    if (names.every((name) => row(name)?.firstBeaconedAt && row(name)?.firstWitnessedAt)) break;
  }
  chain.runUntil(chain.now + 2 * chain.params.holdbackSeconds * 1000);
  assert.equal(supplyOf(chain.view).held, 0n);
  // Whoever reads only the last word on each reward knows that all of it was released.
  const last = new Map<string, bigint>();
  let released = 0n;
  for (const { hotspot, view } of chain.results.flatMap(({ rewards }) => rewards)) {
    if (view.state === "released") released += view.motes;
    last.set(`${hotspot} ${view.epoch} ${view.kind}`, view.state === "held" ? view.motes : 0n);
  }
  assert.ok([...last.values()].every((held) => held === 0n));
  const ended = eventsOf(chain.results, "epoch-ended");
  assert.equal(
    released,
    ended.reduce((sum, { held }) => sum + held, 0n),
  );
});

test("refusals of open-challenge in order", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 4);
  const [slot] = eventsOf(runUntilEvent(chain, "slot-drawn"), "slot-drawn").slice(-1);
  assert.ok(slot);
  const drawn = names.find((name) => keysOf(name).address === slot.challengers[0]) as string;
  const other = names.find((name) => name !== drawn) as string;
  const id = { slot: slot.slot, index: 0 };
  const secret = new Uint8Array(32);
  const reason = (name: string, challenge = id, afterMs = 1000) =>
    reasonOf(chain.plan(chain.sign(name, openBody(challenge, secret)), afterMs));
  assert.equal(reason("rich"), "actor-unknown");
  assert.equal(reason(other, { slot: slot.slot + 9, index: 0 }), "slot-unknown");
  assert.equal(reason(other), "not-drawn");
  assert.equal(reason(drawn, { slot: slot.slot, index: 5 }), "not-drawn");
  assert.equal(reason(drawn, id, 2001), "window-closed");
  assert.equal(reason(drawn, id, 2000), "accepted");
  chain.block({ transactions: [chain.sign(drawn, openBody(id, secret))] });
  assert.equal(reason(drawn, id, 9000), "already-opened");
});

test("refusals of a reveal in order", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 5);
  const played = openOne(chain, names);
  const [a, b] = others(names, played) as [string, string];
  const good = revealBody(chain, played, [a, b]);
  const reason = (changes: object, actor = played.challenger, afterMs = 1000) =>
    reasonOf(chain.plan(chain.sign(actor, { ...good, ...changes } as TestBody), afterMs));
  const wrongSecret = { secret: new Uint8Array(32) };
  const unknown = { challenge: { slot: played.challenge.slot, index: 3 } };
  const elsewhere = { ...receiptOf(played), challenge: unknown.challenge };
  const receipt = { signed: elsewhere, acknowledgedAt: milliseconds(0) };
  const { reports } = good as unknown as { reports: { signed: object }[] };
  const forged = reports.map((report) => ({
    ...report,
    signed: { ...report.signed, rssiDbm: -99 },
  }));
  const twice = { witness: keysOf(a).address, reason: "too-far" };
  const listedTwice = { listed: [twice] };
  assert.equal(reason({ ...wrongSecret, ...unknown }), "challenge-unknown");
  assert.equal(reason(wrongSecret, a), "not-challenger");
  assert.equal(reason(wrongSecret, played.challenger, 5000), "secret-mismatch");
  assert.equal(reason({ reports: [...reports, reports[1]] }), "not-sorted");
  assert.equal(reason({ ...listedTwice, receipt }), "witness-twice");
  assert.equal(reason({ receipt, reports: forged }), "receipt-mismatch");
  const badReceipt = { signed: { ...receiptOf(played), powerDbm: 1 }, acknowledgedAt: 0 };
  assert.equal(reason({ receipt: badReceipt, reports: forged }), "receipt-signature-invalid");
  assert.equal(reason({ reports: forged }), "report-signature-invalid");
  assert.equal(reason({}), "accepted");
  chain.block({ transactions: [chain.sign(played.challenger, good)] });
  assert.equal(reason({}), "not-targeted");
});

test("no reveal before those whom its challenger ignored could commit", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 4);
  const played = openEarly(chain, names);
  const body = revealBody(chain, played, others(names, played));
  const reasonAt = (afterMs: number) =>
    reasonOf(chain.plan(chain.sign(played.challenger, body), afterMs));
  const from = revealableAt(chain.params, played.deadlineAt) - chain.now;
  chain.runUntil(chain.now + from - 5000);
  const left = revealableAt(chain.params, played.deadlineAt) - chain.now;
  assert.equal(reasonAt(left - 1), "too-early");
  assert.equal(reasonAt(left), "accepted");
});

test("a challenger that does not reveal pays, and is not drawn for a window", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 3);
  const played = openOne(chain, names);
  const bond = hotspotOf(chain.view, keysOf(played.challenger).address)?.bond ?? 0n;
  const [silent] = eventsOf(runUntilEvent(chain, "challenge-silent"), "challenge-silent");
  assert.equal(silent?.penalty, bond / 20n);
  assert.equal(hotspotOf(chain.view, keysOf(played.challenger).address)?.bond, bond - bond / 20n);
  const before = chain.now;
  const later = chain.runUntil(before + 60_000);
  const drawn = eventsOf(later, "slot-drawn").flatMap(({ challengers }) => challengers);
  assert.ok(drawn.length > 20);
  assert.ok(!drawn.includes(keysOf(played.challenger).address));
});

test("a challenge without any other hotspot lapses", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 1);
  const [slot] = eventsOf(runUntilEvent(chain, "slot-drawn"), "slot-drawn").slice(-1);
  const body = openBody({ slot: slot?.slot ?? 0, index: 0 }, new Uint8Array(32));
  chain.block({ transactions: [chain.sign(names[0] as string, body)] });
  const [lapsed] = eventsOf(runUntilEvent(chain, "challenge-lapsed"), "challenge-lapsed");
  assert.equal(lapsed?.challenger, keysOf("h0").address);
});

test("an acknowledged witness that was left out counts, and the challenger pays", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 5);
  const played = openOne(chain, names);
  const [a, b, c] = others(names, played) as [string, string, string];
  chain.block({ transactions: [reveal(chain, played, [a], { listed: [c] })] });
  const at = chain.blockTime - 1000;
  const report = reportOf(played, b);
  const evidence = { kind: "report", signed: report };
  const ack = acknowledge(played, b, report, at);
  const reason = (name: string, body: TestBody) => reasonOf(chain.plan(chain.sign(name, body)));
  assert.equal(reason(b, late(played, evidence)), "commitment-missing");
  const foreign = { ...ack, subject: keysOf(c).address };
  assert.equal(reason(b, late(played, evidence, foreign)), "acknowledgement-mismatch");
  const forged = { ...ack, acknowledgedAt: at + 1 };
  assert.equal(reason(b, late(played, evidence, forged)), "acknowledgement-signature-invalid");
  const loud = reportOf(played, b, 20);
  const loudAck = acknowledge(played, b, loud, at);
  const loudBody = late(played, { kind: "report", signed: loud }, loudAck);
  assert.equal(reason(b, loudBody), "report-invalid");
  const reported = reportOf(played, a);
  const again = late(
    played,
    { kind: "report", signed: reported },
    acknowledge(played, a, reported, at),
  );
  assert.equal(reason(a, again), "not-left-out");
  const bond = hotspotOf(chain.view, keysOf(played.challenger).address)?.bond ?? 0n;
  const listed = reportOf(played, c);
  const falselyListed = late(
    played,
    { kind: "report", signed: listed },
    acknowledge(played, c, listed, at),
  );
  chain.block({
    transactions: [chain.sign(b, late(played, evidence, ack)), chain.sign(c, falselyListed)],
  });
  const after = hotspotOf(chain.view, keysOf(played.challenger).address)?.bond;
  assert.equal(after, bond - 2n * (bond / 20n));
  const results = runUntilEvent(chain, "challenge-settled");
  const [settled] = eventsOf(results, "challenge-settled");
  assert.equal(settled?.view.witnesses.filter(({ selected }) => selected).length, 3);
  const rewards = runUntilEvent(chain, "epoch-ended").flatMap((result) => result.rewards);
  assert.equal(rewards.filter(({ view }) => view.kind === "challenger").length, 0);
  assert.equal(rewards.filter(({ view }) => view.kind === "witness").length, 3);
});

test("a reveal full of reports that do not hold leaves room for those that do", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 4);
  const played = openOne(chain, names);
  const [a] = others(names, played) as [string];
  const { secret, targetEntropy } = played;
  const orderOf = (name: string) =>
    toHex(witnessOrderHash({ secret, targetEntropy, witness: keysOf(name).address }));
  // Keys that the ledger never heard of, all before the honest witness in the hash order.
  const strangers = Array.from({ length: 2000 }, (_, i) => `stranger ${i}`)
    .filter((name) => orderOf(name) < orderOf(a))
    .slice(0, chain.params.reportsMax);
  assert.equal(strangers.length, chain.params.reportsMax);
  chain.block({ transactions: [reveal(chain, played, strangers)] });
  const report = reportOf(played, a);
  const ack = acknowledge(played, a, report, chain.blockTime - 1000);
  const body = late(played, { kind: "report", signed: report }, ack);
  chain.block({ transactions: [chain.sign(a, body)] });
  const [settled] = eventsOf(runUntilEvent(chain, "challenge-settled"), "challenge-settled");
  const valid = settled?.view.witnesses.filter(({ verdict }) => verdict === "valid");
  assert.deepEqual(
    valid?.map(({ witness }) => witness),
    [keysOf(a).address],
  );
});

test("a reveal with other times than were acknowledged is put right, and the challenger pays", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 4);
  const played = openOne(chain, names);
  const [a, b] = others(names, played) as [string, string];
  const body = revealBody(chain, played, [a, b]);
  assert.ok(body.kind === "challenge-receipts" && body.receipt !== undefined);
  const { acknowledgedAt: at } = body.receipt;
  // The receipt ten seconds early makes a late; b's own time makes b later still.
  const early = { ...body.receipt, acknowledgedAt: milliseconds(at - 10_000) };
  chain.block({ transactions: [chain.sign(played.challenger, { ...body, receipt: early })] });
  const bond = hotspotOf(chain.view, keysOf(played.challenger).address)?.bond ?? 0n;
  const receipt = receiptOf(played);
  const reason = (
    name: string,
    evidence: unknown,
    signed: Parameters<typeof acknowledge>[2],
    when: number,
  ) =>
    reasonOf(
      chain.plan(chain.sign(name, late(played, evidence, acknowledge(played, name, signed, when)))),
    );
  const report = reportOf(played, a);
  assert.equal(
    reason(played.target, { kind: "receipt", signed: receipt }, receipt, at - 10_000),
    "not-left-out",
  );
  assert.equal(reason(a, { kind: "report", signed: report }, report, at), "report-invalid");
  const ack = acknowledge(played, played.target, receipt, at);
  const righted = late(played, { kind: "receipt", signed: receipt }, ack);
  chain.block({ transactions: [chain.sign(played.target, righted)] });
  assert.equal(reason(a, { kind: "report", signed: report }, report, at), "not-left-out");
  const after = hotspotOf(chain.view, keysOf(played.challenger).address)?.bond;
  assert.equal(after, bond - bond / 20n);
  const [settled] = eventsOf(runUntilEvent(chain, "challenge-settled"), "challenge-settled");
  assert.equal(settled?.view.witnesses.filter(({ selected }) => selected).length, 2);
});

test("a witness revealed with another time than was acknowledged is put right", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 4);
  const played = openOne(chain, names);
  const [a, b] = others(names, played) as [string, string];
  const body = revealBody(chain, played, [a, b]);
  assert.ok(body.kind === "challenge-receipts" && body.receipt !== undefined);
  const { acknowledgedAt: at } = body.receipt;
  const reports = body.reports.map((report) =>
    report.signed.witness === keysOf(a).address
      ? { ...report, acknowledgedAt: milliseconds(at + 4001) }
      : report,
  );
  chain.block({ transactions: [chain.sign(played.challenger, { ...body, reports })] });
  const report = reportOf(played, a);
  const righted = late(
    played,
    { kind: "report", signed: report },
    acknowledge(played, a, report, at),
  );
  chain.block({ transactions: [chain.sign(a, righted)] });
  const [settled] = eventsOf(runUntilEvent(chain, "challenge-settled"), "challenge-settled");
  assert.equal(settled?.view.witnesses.length, 2);
  assert.equal(settled?.view.witnesses.filter(({ selected }) => selected).length, 2);
});

test("a commitment stands for an acknowledgement, and its fee is returned if it holds", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 5);
  const played = openOne(chain, names);
  const [a, b] = others(names, played) as [string, string];
  const report = reportOf(played, b);
  const receipt = receiptOf(played);
  const commit = (slot: number, hash: Uint8Array) =>
    ({ kind: "report-commitment", slot, reportHash: hash }) as const;
  const { slot } = played.challenge;
  const dcBefore = accountOf(chain.view, keysOf("rich").address).dc;
  chain.block({
    transactions: [
      chain.sign(b, commit(slot, messageHash(report))),
      chain.sign(played.target, commit(slot, messageHash(receipt))),
    ],
  });
  const again = chain.sign(b, commit(slot, messageHash(receipt)));
  assert.equal(reasonOf(chain.plan(again)), "already-committed");
  const unknown = chain.sign(a, commit(slot + 99, messageHash(receipt)));
  assert.equal(reasonOf(chain.plan(unknown)), "slot-unknown");
  assert.ok(accountOf(chain.view, keysOf("rich").address).dc < dcBefore);
  // The challenger hides the target's receipt and b's report.
  chain.block({ transactions: [reveal(chain, played, [a], { receipt: undefined })] });
  const silentTarget = late(played, { kind: "receipt", signed: receipt });
  const leftOut = late(played, { kind: "report", signed: report });
  chain.block({
    transactions: [chain.sign(played.target, silentTarget), chain.sign(b, leftOut)],
  });
  const [settled] = eventsOf(runUntilEvent(chain, "challenge-settled"), "challenge-settled");
  assert.equal(settled?.view.witnesses.filter(({ selected }) => selected).length, 2);
  assert.ok(settled?.view.receipt !== undefined);
  assert.equal(accountOf(chain.view, keysOf("rich").address).dc, dcBefore);
});

test("without the target's receipt nobody is paid", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 4);
  const played = openOne(chain, names);
  const witnesses = others(names, played);
  chain.block({ transactions: [reveal(chain, played, witnesses, { receipt: undefined })] });
  const [settled] = eventsOf(runUntilEvent(chain, "challenge-settled"), "challenge-settled");
  assert.deepEqual(
    settled?.view.witnesses.map(({ units }) => units),
    witnesses.map(() => "0.0000"),
  );
  const results = runUntilEvent(chain, "epoch-ended");
  assert.equal(results.flatMap((result) => result.rewards).length, 0);
});

test("facts are those of the block that drew the target", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 4);
  const played = openOne(chain, names);
  const witnesses = others(names, played);
  const [mover] = witnesses as [string];
  const target = hotspotOf(chain.view, keysOf(played.target).address);
  const move = {
    kind: "assert-location",
    hotspot: keysOf(mover).address,
    cell: target?.cell,
    gainDbi: 0,
    elevationMeters: 0,
  } as TestBody;
  // Beside the target now, which would be too close; but it was not when the target was drawn.
  chain.block({ transactions: [chain.sign("rich", move)] });
  chain.block({ transactions: [reveal(chain, played, witnesses)] });
  const [settled] = eventsOf(runUntilEvent(chain, "challenge-settled"), "challenge-settled");
  assert.ok(settled?.view.witnesses.every(({ verdict }) => verdict === "valid"));
});
