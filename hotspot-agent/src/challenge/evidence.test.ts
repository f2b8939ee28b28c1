import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Acknowledgement,
  codec,
  decodeMessage,
  encodeMessage,
  type KeyPair,
  type LateReceipt,
  messageHash,
  milliseconds,
  type SignedReport,
  signMessage,
} from "@katydid/protocol";
import {
  beside,
  ChallengeWorld,
  cellNorth,
  challenge,
  challenger,
  near,
  stranger,
  target,
} from "../testing/challenge-world.ts";
import { CHAIN_ID, keyOf } from "../testing/fixtures.ts";
import { settle } from "../testing/test-clock.ts";
import { frameOf } from "../testing/test-concentrator.ts";
import { hotspotView } from "../testing/test-ledger.ts";
import { evidenceRow, HASH_KEY_BYTES } from "./rows.ts";

test("left out although acknowledged, the witness claims its place with the acknowledgement", async () => {
  const world = new ChallengeWorld();
  for (const key of [challenger, target, near]) await world.start(key);
  await world.drawTarget(await world.drawSlot());
  world.hear(near, world.heard());
  await world.clock.advance(300_000);
  world.reveal({ ...world.receipts(), reports: [] });
  await world.clock.advance(10_000);
  const [late] = world.submitted("late-receipt");
  assert.ok(late?.kind === "late-receipt");
  const { evidence, acknowledgement } = late as LateReceipt;
  assert.ok(evidence.kind === "report");
  assert.equal(evidence.signed.witness, near.address);
  assert.equal(acknowledgement?.challenger, challenger.address);
  assert.deepEqual(acknowledgement?.reportHash, messageHash(evidence.signed));
  await world.dispose();
});

test("revealed with another time than was acknowledged, witness and target put it right", async () => {
  const world = new ChallengeWorld();
  for (const key of [challenger, target, near]) await world.start(key);
  await world.drawTarget(await world.drawSlot());
  world.hear(near, world.heard());
  await world.clock.advance(300_000);
  const body = world.receipts();
  assert.ok(body.receipt !== undefined && body.reports.length === 1);
  const later = (at: number) => milliseconds(at + 5000);
  world.reveal({
    ...body,
    receipt: { ...body.receipt, acknowledgedAt: later(body.receipt.acknowledgedAt) },
    reports: body.reports.map((report) => ({
      ...report,
      acknowledgedAt: later(report.acknowledgedAt),
    })),
  });
  await world.clock.advance(10_000);
  const late = world.submitted("late-receipt").map((each) => each as LateReceipt);
  assert.deepEqual(late.map(({ evidence }) => evidence.kind).sort(), ["receipt", "report"]);
  assert.ok(late.every(({ acknowledgement }) => acknowledgement !== undefined));
  await world.dispose();
});

test("listed for a reason that holds, the witness does not waste a transaction", async () => {
  const world = new ChallengeWorld();
  for (const key of [challenger, target, beside]) await world.start(key);
  await world.drawTarget(await world.drawSlot());
  world.hear(beside, world.heard());
  await world.clock.advance(300_000);
  world.reveal(world.receipts());
  await world.clock.advance(10_000);
  assert.equal(world.submitted("late-receipt").length, 0);
  await world.dispose();
});

test("never acknowledged, the witness commits once before the reveal, and claims with that", async () => {
  const world = new ChallengeWorld();
  for (const key of [challenger, target, near]) await world.start(key);
  await world.drawTarget(await world.drawSlot());
  world.broker.losing = "kd/report/";
  world.hear(near, world.heard());
  await world.clock.advance(49_000);
  assert.equal(world.submitted("report-commitment").length, 0);
  await world.clock.advance(2_000);
  assert.equal(world.submitted("report-commitment").length, 1, "after a sixth of the timeout");
  await world.clock.advance(69_000);
  const [commitment] = world.submitted("report-commitment");
  assert.ok(commitment?.kind === "report-commitment");
  assert.ok(commitment.slot >= challenge.slot, "a slot from the challenge's own on");
  await world.clock.advance(180_000);
  const body = world.receipts();
  assert.deepEqual(body.reports, []);
  world.reveal(body);
  await world.clock.advance(10_000);
  const [late] = world.submitted("late-receipt");
  assert.ok(late?.kind === "late-receipt");
  assert.equal(late.acknowledgement, undefined);
  assert.deepEqual(messageHash(late.evidence.signed), commitment.reportHash);
  assert.equal(world.submitted("report-commitment").length, 1);
  await world.dispose();
});

test("an acknowledgement by anyone but the challenger counts for nothing", async () => {
  const world = new ChallengeWorld();
  for (const key of [target, near, challenger]) await world.start(key);
  await world.drawTarget(await world.drawSlot());
  world.broker.losing = "kd/report/";
  world.hear(near, world.heard());
  await settle();
  const forged = forgedAcknowledgement(world);
  world.broker.losing = undefined;
  world.broker.publish(`kd/to/${near.address}/ack`, forged);
  world.broker.losing = "kd/report/";
  await world.clock.advance(120_000);
  assert.equal(world.submitted("report-commitment").length, 1, "it still lacks the real one");
  await world.dispose();
});

/** Mallory heard the beacon too, and knows the hash of what `near` reports. */
function forgedAcknowledgement(world: ChallengeWorld): Uint8Array {
  const rows = world.benches.get(near)?.store.scope("challenges").scope("evidence").range() ?? [];
  const [row] = [...rows];
  assert.ok(row, "the report is on disk");
  const mallory = keyOf("mallory");
  const signed: Acknowledgement = signMessage({
    chainId: CHAIN_ID,
    signer: mallory,
    body: {
      kind: "acknowledgement",
      challenge,
      challenger: mallory.address,
      subject: near.address,
      reportHash: row[0],
      acknowledgedAt: world.clock.now(),
    },
  });
  return encode(signed);
}

function encode(message: Acknowledgement): Uint8Array {
  const bytes = encodeMessage(message);
  assert.equal(decodeMessage(bytes).kind, "acknowledgement");
  return bytes;
}

test("a forger's beacons cost the hotspot at most its daily budget of commitments", async () => {
  const world = new ChallengeWorld();
  await world.start(near);
  for (let i = 0; i < 60; i++) {
    const payload = new Uint8Array(52).fill(i);
    payload[0] = 0xe0;
    world.hear(near, frameOf(payload, { receivedAt: world.clock.now() }));
    await world.clock.advance(120_000);
  }
  assert.equal(world.submitted("report-commitment").length, 24);
  await world.dispose();
});

test("a target that is not acknowledged commits before the reveal, and claims its beacon", async () => {
  const world = new ChallengeWorld();
  for (const key of [challenger, target]) await world.start(key);
  world.broker.losing = `kd/to/${challenger.address}/receipt`;
  await world.drawTarget(await world.drawSlot());
  await world.clock.advance(300_000);
  const [commitment, ...others] = world.submitted("report-commitment");
  assert.equal(others.length, 0);
  const body = world.receipts();
  assert.equal(body.receipt, undefined);
  world.reveal(body);
  await world.clock.advance(10_000);
  const [late] = world.submitted("late-receipt");
  assert.ok(late?.kind === "late-receipt" && late.evidence.kind === "receipt");
  assert.ok(commitment?.kind === "report-commitment");
  assert.deepEqual(messageHash(late.evidence.signed), commitment.reportHash);
  const order = world.ledger.submitted.map(({ kind }) => kind);
  assert.ok(order.indexOf("report-commitment") < order.indexOf("challenge-receipts"));
  await world.dispose();
});

test("killed between its commitment's row and the ledger, the witness commits after all, once", async () => {
  const world = new ChallengeWorld();
  for (const key of [challenger, target]) await world.start(key);
  const first = await world.start(near);
  await world.drawTarget(await world.drawSlot());
  world.broker.losing = "kd/report/";
  world.hear(near, world.heard());
  await settle();
  world.ledger.away = true;
  await world.clock.advance(55_000);
  await first.agent.dispose();
  world.ledger.away = false;
  await world.start(near, first.store);
  await world.clock.advance(60_000);
  assert.equal(world.submitted("report-commitment").length, 1);
  await world.dispose();
});

test("killed before its late receipt is in, the witness claims it in its next life", async () => {
  const world = new ChallengeWorld();
  for (const key of [challenger, target]) await world.start(key);
  const first = await world.start(near);
  await world.drawTarget(await world.drawSlot());
  world.hear(near, world.heard());
  await world.clock.advance(250_000);
  const body = { ...world.receipts(), reports: [] };
  world.ledger.away = true;
  world.reveal(body);
  await world.clock.advance(5000);
  await first.agent.dispose();
  world.ledger.away = false;
  assert.equal(world.submitted("late-receipt").length, 0);
  await world.start(near, first.store);
  // A node tells what was missed.
  world.reveal(body);
  await world.clock.advance(5000);
  assert.equal(world.submitted("late-receipt").length, 1);
  await world.dispose();
});

test("an order that leaves witnesses no time to commit before a reveal is not obeyed", async () => {
  const world = new ChallengeWorld();
  await world.start(challenger);
  const open = await world.drawSlot();
  world.broker.losing = `kd/to/${target.address}/order`;
  const bench = await world.start(target);
  await world.drawTarget(open);
  await world.clock.advance(10_000);
  const order = world.broker.published.find(({ topic }) => topic.endsWith("/order"));
  assert.ok(order);
  await world.clock.advance(111_000);
  world.broker.losing = undefined;
  world.broker.publish(order.topic, order.payload);
  await world.clock.advance(5000);
  assert.equal(bench.radio.transmitted.length, 0);
  await world.dispose();
});

/** Says what the challenger, or whoever signs, would say of the report that `near` has on disk. */
function sayAcknowledged(
  world: ChallengeWorld,
  changes: Partial<Acknowledgement> & { readonly signer?: KeyPair } = {},
): void {
  const { signer = challenger, ...rest } = changes;
  const [report] = reportsOnDisk(world);
  assert.ok(report, "the report is on disk");
  const signed: Acknowledgement = signMessage({
    chainId: CHAIN_ID,
    signer,
    body: {
      ...{ kind: "acknowledgement", challenge, challenger: signer.address, subject: near.address },
      ...{ reportHash: messageHash(report), acknowledgedAt: world.clock.now(), ...rest },
    },
  });
  const { losing } = world.broker;
  world.broker.losing = undefined;
  world.broker.publish(`kd/to/${near.address}/ack`, encode(signed));
  world.broker.losing = losing;
}

/** The target has chirped, `near` has heard it, and its reports do not arrive. */
async function unheard(): Promise<ChallengeWorld> {
  const world = new ChallengeWorld();
  for (const key of [challenger, target, near]) await world.start(key);
  await world.drawTarget(await world.drawSlot());
  world.broker.losing = "kd/report/";
  world.hear(near, world.heard());
  await settle();
  return world;
}

const later = (world: ChallengeWorld, ms: number) => milliseconds(world.clock.now() + ms);

test("acknowledged with a late time, in the reveal with it: the commitment puts it right", async () => {
  const world = await unheard();
  const acknowledgedAt = later(world, 5000);
  sayAcknowledged(world, { acknowledgedAt });
  await world.clock.advance(300_000);
  assert.equal(world.submitted("report-commitment").length, 1);
  const body = world.receipts();
  const [signed] = reportsOnDisk(world);
  assert.ok(body.receipt !== undefined && signed !== undefined);
  world.reveal({ ...body, reports: [{ signed, acknowledgedAt }] });
  await world.clock.advance(10_000);
  const [late, ...others] = world.submitted("late-receipt") as LateReceipt[];
  assert.ok(late !== undefined && others.length === 0);
  assert.equal(late.acknowledgement, undefined, "it rests on the commitment");
  await world.dispose();
});

test("acknowledged with a late time and left out: the commitment first", async () => {
  const world = await unheard();
  sayAcknowledged(world, { acknowledgedAt: later(world, 5000) });
  await world.clock.advance(300_000);
  world.reveal({ ...world.receipts(), reports: [] });
  await world.clock.advance(10_000);
  const [late, ...others] = world.submitted("late-receipt") as LateReceipt[];
  assert.ok(late !== undefined && others.length === 0);
  assert.equal(late.acknowledgement, undefined);
  await world.dispose();
});

test("a late time that rule 6 forgives needs no late receipt", async () => {
  const world = await unheard();
  const acknowledgedAt = later(world, 3000);
  sayAcknowledged(world, { acknowledgedAt });
  await world.clock.advance(300_000);
  assert.equal(world.submitted("report-commitment").length, 1, "nobody could know before");
  const [signed] = reportsOnDisk(world);
  assert.ok(signed !== undefined);
  world.reveal({ ...world.receipts(), reports: [{ signed, acknowledgedAt }] });
  await world.clock.advance(10_000);
  assert.equal(world.submitted("late-receipt").length, 0);
  await world.dispose();
});

test("acknowledged in time, the witness commits nothing, also where clocks differ a little", async () => {
  const world = await unheard();
  sayAcknowledged(world, { acknowledgedAt: later(world, 2000) });
  await world.clock.advance(300_000);
  assert.equal(world.submitted("report-commitment").length, 0);
  await world.dispose();
});

const other = { slot: 15, index: 3 };

/** `stranger` is a challenger, too, of a target so far from `near`. */
function drawAnother(world: ChallengeWorld, kilometers: number): void {
  const { address } = keyOf("another target");
  world.ledger.hotspotViews.set(address, hotspotView(address, cellNorth(kilometers)));
  world.ledger.challengeViews.set("15/3", {
    ...{ challenge: other, state: "targeted", challenger: stranger.address, target: address },
    drawnAt: world.ledger.protocolTime,
    deadlineAt: milliseconds(world.ledger.protocolTime + 300_000),
    witnesses: [],
  });
}

test("two challengers that claim one report leave it in doubt, at once or later", async () => {
  for (const pauseMs of [0, 30_000, 100_000]) {
    const world = await unheard();
    drawAnother(world, 3);
    sayAcknowledged(world);
    await world.clock.advance(pauseMs);
    sayAcknowledged(world, {
      signer: stranger,
      challenge: other,
      acknowledgedAt: later(world, -pauseMs),
    });
    await world.clock.advance(120_000 - pauseMs);
    assert.equal(world.submitted("report-commitment").length, 1, `after ${pauseMs} ms`);
    await world.dispose();
  }
});

test("the word of a challenger of another town, or of one that is over, counts for nothing", async () => {
  for (const [kilometers, passMs] of [
    [300, 0],
    [3, 301_000],
  ] as const) {
    const world = new ChallengeWorld();
    for (const key of [challenger, target, near]) await world.start(key);
    drawAnother(world, kilometers);
    await world.clock.advance(passMs);
    await world.drawTarget(await world.drawSlot());
    world.broker.losing = "kd/report/";
    world.hear(near, world.heard());
    await settle();
    sayAcknowledged(world, { signer: stranger, challenge: other });
    await world.clock.advance(120_000);
    assert.equal(world.submitted("report-commitment").length, 1);
    await world.dispose();
  }
});

for (const reason of ["payload-mismatch", "beyond-limit"]) {
  test(`listed as ${reason}, a witness that committed claims its place`, async () => {
    const world = await unheard();
    await world.clock.advance(300_000);
    const listed = [{ witness: near.address, reason }] as const;
    world.reveal({ ...world.receipts(), reports: [], listed } as never);
    await world.clock.advance(10_000);
    assert.equal(world.submitted("late-receipt").length, 1);
    await world.dispose();
  });
}

test("where the ledger refuses the acknowledgement, the commitment is shown", async () => {
  const world = await unheard();
  await world.clock.advance(60_000);
  assert.equal(world.submitted("report-commitment").length, 1);
  sayAcknowledged(world, { acknowledgedAt: later(world, -60_000) });
  await world.clock.advance(240_000);
  const refused = { outcome: "refused", reason: "report-invalid", detail: {} } as const;
  const body = world.receipts();
  world.ledger.answers.push(refused as never);
  world.reveal({ ...body, reports: [] });
  await world.clock.advance(10_000);
  const [late] = world.submitted("late-receipt") as LateReceipt[];
  assert.equal(late?.acknowledgement, undefined);
  assert.ok(late !== undefined);
  await world.dispose();
});

function reportsOnDisk(world: ChallengeWorld): SignedReport[] {
  const rows = world.benches.get(near)?.store.scope("challenges").scope("evidence").range() ?? [];
  return [...rows].flatMap(([key, value]) => {
    if (key.length !== HASH_KEY_BYTES) return [];
    const { report } = codec.decode(evidenceRow, value);
    return report === undefined ? [] : [report];
  });
}
