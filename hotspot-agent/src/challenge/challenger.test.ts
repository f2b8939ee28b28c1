import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReceivedFrame } from "@katydid/firmware";
import {
  beaconOf,
  encodeMessage,
  height,
  hertz,
  milliseconds,
  payloadHash,
  regionPlan,
  sha256,
  signMessage,
  toTopic,
} from "@katydid/protocol";
import {
  beside,
  ChallengeWorld,
  challenge,
  challenger,
  far,
  near,
  stranger,
  target,
} from "../testing/challenge-world.ts";
import { CHAIN_ID } from "../testing/fixtures.ts";
import { loadRounds } from "./round-store.ts";

test("a whole challenge: three witnesses reported, the ledger judges who was too near; strangers and own ears left out", async () => {
  const world = new ChallengeWorld();
  for (const key of [challenger, target, near, far, beside, stranger]) await world.start(key);
  const open = await world.drawSlot();
  await world.drawTarget(open);
  const beacon = world.benches.get(target)?.radio.transmitted;
  assert.equal(beacon?.length, 1);
  assert.equal(beacon[0]?.payload.length, 52);
  assert.equal(beacon[0]?.crc, true);
  assert.equal(beacon[0]?.invertPolarity, false);
  assert.equal(beacon[0]?.dataRate, regionPlan("EU868").beacon.dataRate);
  for (const key of [near, far, beside, stranger, challenger, target]) {
    world.hear(key, world.heard({ rssiDbm: -105 as ReceivedFrame["rssiDbm"] }));
  }
  await world.clock.advance(245_000);
  const body = world.receipts();
  assert.deepEqual(sha256(body.secret), open.secretHash);
  assert.equal(body.receipt?.signed.target, target.address);
  assert.deepEqual(
    new Set(body.reports.map(({ signed }) => signed.witness)),
    new Set([near.address, far.address, beside.address]),
  );
  assert.deepEqual(body.listed, []);
  // Acknowledged by the host's clock, within seconds of the receipt.
  for (const { acknowledgedAt } of body.reports) {
    assert.ok(acknowledgedAt - (body.receipt?.acknowledgedAt ?? 0) <= 4000);
  }
  assert.equal(world.submitted("report-commitment").length, 0);
  world.reveal(body);
  await world.clock.advance(300_000);
  assert.equal(world.submitted("challenge-receipts").length, 1);
  assert.equal(world.submitted("late-receipt").length, 0);
  const kept = world.benches.get(near)?.agent.status().membership?.challenges.evidenceKept;
  assert.equal(kept, 0);
  await world.dispose();
});

test("a report above the free-space bound is for the ledger to judge", async () => {
  const world = new ChallengeWorld();
  for (const key of [challenger, target, near]) await world.start(key);
  await world.drawTarget(await world.drawSlot());
  world.hear(near, world.heard({ rssiDbm: -20 as ReceivedFrame["rssiDbm"] }));
  await world.clock.advance(300_000);
  const { listed, reports } = world.receipts();
  assert.deepEqual(listed, []);
  assert.deepEqual(
    reports.map(({ signed }) => signed.witness),
    [near.address],
  );
  await world.dispose();
});

test("a reveal that is in no block is submitted again before the deadline, and not after", async () => {
  const world = new ChallengeWorld();
  for (const key of [challenger, target]) await world.start(key);
  await world.drawTarget(await world.drawSlot());
  await world.clock.advance(241_000);
  assert.equal(world.submitted("challenge-receipts").length, 1);
  await world.clock.advance(400_000);
  assert.equal(world.submitted("challenge-receipts").length, 2);
  await world.dispose();
});

test("without a receipt the challenger reveals all the same, for silence is punished", async () => {
  const world = new ChallengeWorld();
  await world.start(challenger);
  await world.drawTarget(await world.drawSlot());
  await world.clock.advance(300_000);
  const body = world.receipts();
  assert.equal(body.receipt, undefined);
  assert.deepEqual(body.reports, []);
  await world.dispose();
});

test("a receipt that the ledger would refuse does not spoil the reveal", async () => {
  const world = new ChallengeWorld();
  for (const key of [challenger, near]) await world.start(key);
  const open = await world.drawSlot();
  // The target is a cheat: no agent, but its key, which signs another frequency.
  await world.drawTarget(open);
  const bench = world.benches.get(challenger);
  assert.ok(bench !== undefined);
  const round = loadRounds(bench.store.scope("challenges").scope("rounds")).values().next().value;
  assert.ok(round?.targeted !== undefined);
  const { payload } = round.targeted;
  const plan = beaconOf({ payload, plan: regionPlan("EU868") });
  const receipt = signMessage({
    chainId: CHAIN_ID,
    signer: target,
    body: {
      kind: "receipt",
      challenge,
      target: target.address,
      payloadHash: payloadHash(payload),
      frequencyHz: hertz(plan.frequencyHz + 1),
      dataRate: plan.dataRate,
      powerDbm: plan.powerDbm,
      transmittedAt: milliseconds(world.clock.now()),
    },
  });
  world.broker.publish(toTopic(challenger.address, "receipt"), encodeMessage(receipt));
  await world.clock.advance(245_000);
  assert.equal(world.receipts().receipt, undefined);
  await world.dispose();
});

test("a challenger that restarts knows its secret and what it acknowledged, and reveals once", async () => {
  const world = new ChallengeWorld();
  const first = await world.start(challenger);
  for (const key of [target, near]) await world.start(key);
  const open = await world.drawSlot();
  await world.drawTarget(open);
  world.hear(near, world.heard());
  await world.clock.advance(3000);
  await first.agent.dispose();
  await world.start(challenger, first.store);
  await world.clock.advance(242_000);
  const body = world.receipts();
  assert.deepEqual(sha256(body.secret), open.secretHash);
  assert.equal(body.receipt?.signed.target, target.address);
  assert.deepEqual(
    body.reports.map(({ signed }) => signed.witness),
    [near.address],
  );
  world.reveal(body);
  await world.clock.advance(60_000);
  assert.equal(world.submitted("challenge-receipts").length, 1);
  await world.dispose();
});

test("nothing is acknowledged that is not on disk, nor after the reveal", async () => {
  const world = new ChallengeWorld();
  const { store } = await world.start(challenger);
  for (const key of [target, near, far]) await world.start(key);
  await world.drawTarget(await world.drawSlot());
  store.refusing = true;
  world.hear(near, world.heard());
  await world.clock.advance(1000);
  const acknowledgements = () =>
    world.broker.published.filter(({ topic }) => topic === `kd/to/${near.address}/ack`).length;
  assert.equal(acknowledgements(), 0);
  store.refusing = false;
  await world.clock.advance(241_000);
  // The witness has asked again meanwhile, and what was not stored then is not stored now.
  assert.equal(acknowledgements(), 0);
  assert.equal(world.submitted("challenge-receipts").length, 1);
  world.hear(far, world.heard());
  await world.clock.advance(1000);
  const late = world.broker.published.filter(({ topic }) => topic === `kd/to/${far.address}/ack`);
  assert.equal(late.length, 0);
  await world.dispose();
});

test("restarted after its reveal, the challenger acknowledges nothing that came too late for it", async () => {
  const world = new ChallengeWorld();
  const first = await world.start(challenger);
  for (const key of [target, near]) await world.start(key);
  await world.drawTarget(await world.drawSlot());
  await world.clock.advance(241_000);
  assert.equal(world.submitted("challenge-receipts").length, 1);
  await first.agent.dispose();
  // Its clock is behind now, so that by time alone it could still listen.
  await world.start(challenger, first.store);
  world.hear(near, world.heard());
  await world.clock.advance(5000);
  const acks = world.broker.published.filter(({ topic }) => topic === `kd/to/${near.address}/ack`);
  assert.equal(acks.length, 0);
  await world.dispose();
});

test("a secret that the ledger refused is kept: the slot told again is not opened with another", async () => {
  const world = new ChallengeWorld();
  const first = await world.start(challenger);
  const refused = { outcome: "refused", reason: "not-drawn", detail: {} } as const;
  world.ledger.answers.push(refused);
  const openUntil = milliseconds(world.ledger.protocolTime + 60_000);
  const { slot } = challenge;
  const challengers = [challenger.address];
  const drawn = {
    kind: "slot-drawn",
    subjects: challengers,
    slot,
    challengers,
    openUntil,
  } as const;
  world.ledger.emit(drawn);
  await world.clock.advance(1000);
  const rounds = () => [...loadRounds(first.store.scope("challenges").scope("rounds")).values()];
  const [before] = rounds();
  assert.ok(before !== undefined);
  await first.agent.dispose();
  await world.start(challenger, first.store);
  world.ledger.emit(drawn);
  world.ledger.emit(drawn);
  await world.clock.advance(1000);
  const opened = world.submitted("open-challenge").map((body) => {
    assert.ok(body.kind === "open-challenge");
    return body.secretHash;
  });
  assert.ok(opened.length > 0);
  for (const hash of opened) assert.deepEqual(hash, sha256(before.row.secret));
  await world.dispose();
});

test("two receipts of one target are brought before the ledger, once", async () => {
  const world = new ChallengeWorld();
  const first = await world.start(challenger);
  const open = await world.drawSlot();
  await world.drawTarget(open);
  const [round] = loadRounds(first.store.scope("challenges").scope("rounds")).values();
  assert.ok(round?.targeted !== undefined);
  const { payload } = round.targeted;
  const plan = beaconOf({ payload, plan: regionPlan("EU868") });
  const receiptAt = (ms: number, signer = target) =>
    encodeMessage(
      signMessage({
        chainId: CHAIN_ID,
        signer,
        body: {
          kind: "receipt",
          challenge,
          target: target.address,
          payloadHash: payloadHash(payload),
          frequencyHz: plan.frequencyHz,
          dataRate: plan.dataRate,
          powerDbm: plan.powerDbm,
          transmittedAt: milliseconds(ms),
        },
      }),
    );
  const topic = toTopic(challenger.address, "receipt");
  world.broker.publish(topic, receiptAt(1));
  await world.clock.advance(1000);
  world.broker.publish(topic, receiptAt(2, near));
  await world.clock.advance(1000);
  const reports = () => world.submitted("report-evidence").length;
  for (let i = 0; i < 3; i++) world.broker.publish(topic, receiptAt(2));
  // The ledger takes it when the challenge is revealed.
  world.ledger.answers.push({ outcome: "refused", reason: "not-revealed", detail: {} });
  await world.clock.advance(59_000);
  assert.equal(reports(), 0);
  await first.agent.dispose();
  const again = await world.start(challenger, first.store);
  await world.clock.advance(200_000);
  const sent = reports();
  assert.ok(sent >= 1);
  const status = again.agent.status();
  assert.ok(status.problems.some((line) => line.includes("signed two things")));
  for (const [i, { kind }] of world.ledger.submitted.entries()) {
    if (kind !== "report-evidence") continue;
    const seen = { id: `t${i}`, height: height(1), kind, outcome: "applied" } as const;
    world.ledger.transactions.set(seen.id, seen);
  }
  await world.clock.advance(60_000);
  const settled = reports();
  await world.clock.advance(600_000);
  assert.equal(reports(), settled, "taken, and not sent again");
  assert.equal(again.agent.status().membership?.reports[0]?.state, "taken");
  await world.dispose();
});
