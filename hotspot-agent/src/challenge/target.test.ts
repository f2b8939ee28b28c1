import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMessageOf, milliseconds, sha256, toHex, utf8 } from "@katydid/protocol";
import {
  ChallengeWorld,
  challenge,
  challenger,
  target,
  targetEntropy,
} from "../testing/challenge-world.ts";
import { settle } from "../testing/test-clock.ts";

/** A challenge whose secret the test holds, so that it can play the challenger. */
async function targetAlone() {
  const world = new ChallengeWorld();
  await world.start(challenger);
  const bench = await world.start(target);
  const open = await world.drawSlot();
  return { world, bench, open };
}

function receiptsOf(world: ChallengeWorld): Uint8Array[] {
  const topic = `kd/to/${challenger.address}/receipt`;
  return world.broker.published.filter((one) => one.topic === topic).map(({ payload }) => payload);
}

test("the target obeys one order, transmits once, and says the same when asked again", async () => {
  const { world, bench, open } = await targetAlone();
  // The challenger never hears the receipt, so it asks and asks.
  world.broker.losing = `kd/to/${challenger.address}/receipt`;
  await world.drawTarget(open);
  await world.clock.advance(100_000);
  assert.equal(bench.radio.transmitted.length, 1);
  const receipts = receiptsOf(world);
  assert.ok(receipts.length > 3, `${receipts.length} receipts`);
  assert.equal(new Set(receipts.map(toHex)).size, 1);
  await world.dispose();
});

for (const fineTimeNs of [undefined, 999_999_999]) {
  test(`a chip's fine time ${fineTimeNs} is in the receipt`, async () => {
    const { world, bench, open } = await targetAlone();
    bench.radio.fineTimeNs = fineTimeNs;
    await world.drawTarget(open);
    await settle();
    const [bytes] = receiptsOf(world);
    assert(bytes);
    const receipt = decodeMessageOf("receipt", bytes);
    assert.equal(receipt.fineTimeNs, fineTimeNs);
    assert.equal("fineTimeNs" in receipt, fineTimeNs !== undefined);
    await world.dispose();
  });
}

test("restarted between disk and radio, the target transmits once and signs one receipt", async () => {
  const { world, bench, open } = await targetAlone();
  bench.radio.hanging = true;
  await world.drawTarget(open);
  assert.equal(bench.radio.asked, 1);
  const rows = [...bench.store.scope("challenges").scope("orders").range()];
  assert.equal(rows.length, 2, "the order was on disk before the radio was asked");
  assert.equal(bench.radio.transmitted.length, 0);
  assert.equal(receiptsOf(world).length, 0);
  await bench.agent.dispose();
  const again = await world.start(target, bench.store);
  await world.clock.advance(60_000);
  assert.equal(again.radio.transmitted.length, 1);
  assert.equal(new Set(receiptsOf(world).map(toHex)).size, 1);
  await world.dispose();
});

test("restarted after its receipt, the target sends the same bytes and no second beacon", async () => {
  const { world, bench, open } = await targetAlone();
  world.broker.losing = `kd/to/${challenger.address}/receipt`;
  await world.drawTarget(open);
  await settle();
  await bench.agent.dispose();
  const again = await world.start(target, bench.store);
  await world.clock.advance(100_000);
  assert.equal(bench.radio.transmitted.length, 1);
  assert.equal(again.radio.transmitted.length, 0);
  const receipts = receiptsOf(world);
  assert.ok(receipts.length > 2);
  assert.equal(new Set(receipts.map(toHex)).size, 1);
  await world.dispose();
});

test("an order whose secret is not the one on the ledger is not obeyed", async () => {
  const { world, bench, open } = await targetAlone();
  await world.drawTarget({ ...open, secretHash: sha256(utf8("another secret")) });
  await world.clock.advance(100_000);
  assert.equal(bench.radio.transmitted.length, 0);
  assert.equal(receiptsOf(world).length, 0);
  await world.dispose();
});

test("an order that overtakes the ledger's word waits for it", async () => {
  const { world, bench, open } = await targetAlone();
  const deadlineAt = milliseconds(world.ledger.protocolTime + 300_000);
  const drawn = {
    kind: "target-drawn",
    challenge,
    challenger: challenger.address,
    target: target.address,
    targetEntropy,
    secretHash: open.secretHash,
    ephemeralKey: open.ephemeralKey,
    deadlineAt,
  } as const;
  world.ledger.emit({ ...drawn, subjects: [challenger.address] });
  await settle();
  assert.equal(bench.radio.transmitted.length, 0);
  world.ledger.emit({ ...drawn, subjects: [target.address] });
  await settle();
  assert.equal(bench.radio.transmitted.length, 1);
  await world.dispose();
});

test("a radio that is busy is asked again; no receipt is signed for a beacon that never left", async () => {
  const { world, bench, open } = await targetAlone();
  bench.radio.refusals.push("collision-packet", "collision-packet");
  await world.drawTarget(open);
  await world.clock.advance(2500);
  assert.equal(bench.radio.transmitted.length, 1);
  await world.dispose();
  const second = await targetAlone();
  second.bench.radio.refusals.push(...Array.from({ length: 200 }, () => "radio-silent" as const));
  await second.world.drawTarget(second.open);
  await second.world.clock.advance(60_000);
  assert.equal(receiptsOf(second.world).length, 0);
  await second.world.dispose();
});
