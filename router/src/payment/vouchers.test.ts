import assert from "node:assert/strict";
import { test } from "node:test";
import { verifyMessage, voucherOrder } from "@katydid/protocol";
import { CHAIN_ID, channelView } from "../testing/script-ledger.ts";
import { collarUplink, DAY_MS, ownerKey, START_MS, TestBench } from "../testing/test-bench.ts";

async function bench(options: ConstructorParameters<typeof TestBench>[0] = {}) {
  const made = await new TestBench(options).start();
  await made.addDevice();
  return made;
}

test("one voucher a second says all that is owed", async () => {
  const house = await bench();
  const hotspot = await house.connected(1);
  for (let fCnt = 0; fCnt < 5; fCnt++) await hotspot.packet(collarUplink(fCnt));
  await house.clock.advance(999);
  assert.equal(hotspot.vouchers.length, 0);
  await house.clock.advance(1);
  const [voucher, ...others] = hotspot.vouchers;
  assert.equal(others.length, 0);
  assert.equal(voucher?.cumulativeDc, 5n);
  assert.equal(voucher?.cumulativePackets, 5);
  assert.equal(voucher?.sequence, 1);
  const by = house.address;
  assert.ok(voucher !== undefined && verifyMessage({ chainId: CHAIN_ID, message: voucher, by }));
});

test("at voucherStepDc it comes at once", async () => {
  const house = await bench();
  const hotspot = await house.connected(1);
  for (let fCnt = 0; fCnt < 50; fCnt++) await hotspot.packet(collarUplink(fCnt));
  await house.clock.advance(0);
  assert.equal(hotspot.vouchers[0]?.cumulativeDc, 50n);
});

test("all vouchers of a flush are in one commit, made before the first is sent", async () => {
  const house = await bench();
  const hotspots = [await house.connected(1), await house.connected(2), await house.connected(3)];
  hotspots.forEach((hotspot, i) => {
    void hotspot.packet(collarUplink(i));
  });
  await house.clock.advance(999);
  const { commits } = house.store;
  await house.clock.advance(1);
  assert.equal(house.store.commits, commits + 1);
  assert.ok(hotspots.every(({ vouchers }) => vouchers.length === 1));
});

test("nothing is sent that the disk does not have", async () => {
  const house = await bench();
  const hotspot = await house.connected(1);
  await hotspot.packet(collarUplink(0));
  await house.clock.advance(500);
  house.store.broken = true;
  await house.clock.advance(5000);
  assert.equal(hotspot.vouchers.length, 0);
  house.store.broken = false;
  await house.clock.advance(2000);
  assert.equal(hotspot.vouchers[0]?.cumulativeDc, 1n);
});

test("after a restart the sequence goes on, and no two vouchers contradict each other", async () => {
  const house = await bench();
  const hotspot = await house.connected(1);
  for (let round = 0; round < 4; round++) {
    for (let i = 0; i < 3; i++) await hotspot.packet(collarUplink(round * 3 + i));
    await house.clock.advance(1500);
    await house.restart();
    hotspot.greet();
    await house.clock.advance(0);
  }
  const { vouchers } = hotspot;
  for (const [i, b] of vouchers.entries()) {
    for (const a of vouchers.slice(0, i)) assert.notEqual(voucherOrder(a, b), "conflict");
  }
  assert.equal(vouchers.at(-1)?.cumulativeDc, 12n);
});

test("what was bought and not vouched for when the process was killed is vouched for later", async () => {
  const house = await bench();
  const hotspot = await house.connected(1);
  await hotspot.packet(collarUplink(0));
  // Delivered, so its counters and what is owed are on disk; the voucher is not due yet.
  await house.clock.advance(300);
  await house.restart();
  hotspot.greet();
  await house.clock.advance(1500);
  assert.equal(hotspot.vouchers.at(-1)?.cumulativeDc, 1n);
});

test("a hotspot that was away gets the last voucher again at its hello, bit for bit", async () => {
  const house = await bench();
  const hotspot = await house.connected(1);
  await hotspot.packet(collarUplink(0));
  await house.clock.advance(1500);
  hotspot.greet();
  await house.clock.advance(0);
  assert.deepEqual(hotspot.vouchers[1], hotspot.vouchers[0]);
});

test("without a channel nothing is bought; with one that opens, sessions are renewed", async () => {
  const house = await bench({ channels: "none", ownerSigner: ownerKey });
  const hotspot = await house.connected(1);
  const outcome = await hotspot.packet(collarUplink(0));
  assert.equal(outcome?.kind === "declined" && outcome.reason, "no-balance");
  const opened = house.ledger.submitted.filter(({ kind }) => kind === "open-channel");
  assert.equal(opened.length, 1, "the owner's key opens one");
  const channel = channelView({ router: house.address, expiresAt: START_MS + DAY_MS });
  house.ledger.tell({ kind: "channel-changed", channel });
  assert.equal(hotspot.hints, 1);
  hotspot.greet();
  await house.clock.advance(0);
  assert.equal(
    (await hotspot.packet(collarUplink(0)))?.kind,
    "bought",
    "the same frame may come again",
  );
});

test("a channel is stopped and closed before it expires, with sorted summaries", async () => {
  const house = await bench({ ownerSigner: ownerKey });
  const hotspots = [await house.connected(1), await house.connected(2)];
  hotspots.forEach((hotspot, i) => {
    void hotspot.packet(collarUplink(i));
  });
  await house.clock.advance(2000);
  const near = START_MS + 30 * DAY_MS - house.clock.now();
  house.ledger.tell({ kind: "block", protocolTime: house.clock.now() + near - 60_000 });
  await house.clock.advance(11_000);
  const closes = house.ledger.submitted.filter((body) => body.kind === "close-channel");
  assert.equal(closes.length, 1);
  const sums = closes.flatMap(({ summaries }) => summaries.map(({ cumulativeDc }) => cumulativeDc));
  assert.deepEqual(sums, [1n, 1n]);
  const outcome = await hotspots[0]?.packet(collarUplink(5));
  assert.equal(outcome?.kind === "declined" && outcome.reason, "no-balance");
});

test("the next channel is asked for when most of the deposit is spent", async () => {
  const house = await bench({ ownerSigner: ownerKey, depositDc: 10 });
  const hotspot = await house.connected(1);
  const opens = () => house.ledger.submitted.filter(({ kind }) => kind === "open-channel").length;
  for (let fCnt = 0; fCnt < 7; fCnt++) await hotspot.packet(collarUplink(fCnt));
  await house.clock.advance(10_000);
  assert.equal(opens(), 0);
  await hotspot.packet(collarUplink(7));
  await house.clock.advance(10_000);
  assert.equal(opens(), 1);
});
