/** Opening, closing and making good, with a ledger that loses what it was given. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addressBytes,
  addressOf,
  type CloseChannel,
  dc,
  height,
  SUMMARIES_MAX,
  sha256,
  type TransactionBody,
  toHex,
  transactionId,
  utf8,
} from "@katydid/protocol";
import { rowKeys } from "../store/keys.ts";
import { encodeAccount } from "../store/rows.ts";
import { CHAIN_ID, channelView } from "../testing/script-ledger.ts";
import { collarUplink, DAY_MS, ownerKey, START_MS, TestBench } from "../testing/test-bench.ts";

const EXPIRES_AT = START_MS + 30 * DAY_MS;
const LOST_MS = 60_000;

/** What is submitted is in a block when the test says so. */
function include(house: TestBench, body: TransactionBody, reason?: string): void {
  const id = toHex(transactionId({ chainId: CHAIN_ID, body }));
  const outcome = reason === undefined ? "applied" : "no-effect";
  const why = reason === undefined ? {} : { reason };
  house.ledger.transactions.set(id, { id, height: height(1), kind: body.kind, outcome, ...why });
}

const closesOf = (house: TestBench): CloseChannel[] =>
  house.ledger.submitted.filter((body) => body.kind === "close-channel");

async function nearExpiry(house: TestBench): Promise<void> {
  house.ledger.tell({ kind: "block", protocolTime: EXPIRES_AT - 60_000 });
  await house.clock.advance(11_000);
}

test("a close that gets lost is sent again until it is in a block, with the same figures", async () => {
  const house = await new TestBench({ ownerSigner: ownerKey }).start();
  await house.addDevice();
  const hotspot = await house.connected(1);
  await hotspot.packet(collarUplink(0));
  await nearExpiry(house);
  assert.equal(closesOf(house).length, 1);
  await house.clock.advance(3 * LOST_MS);
  const closes = closesOf(house);
  assert.ok(closes.length >= 3, `sent ${closes.length} times`);
  for (const { summaries } of closes) assert.deepEqual(summaries, closes[0]?.summaries);
  const last = closes.at(-1);
  assert(last);
  include(house, last);
  await house.clock.advance(5 * LOST_MS);
  assert.equal(closesOf(house).length, closes.length, "then it is done");
});

/** A router that owes so many hotspots. */
async function owing(count: number): Promise<TestBench> {
  const house = new TestBench({ ownerSigner: ownerKey, depositDc: 1_000_000 });
  const [channel] = house.ledger.channelViews;
  assert(channel);
  await house.store.commit(
    Array.from({ length: count }, (_, i) => {
      const hotspot = addressBytes(addressOf(sha256(utf8(`hotspot ${i}`))));
      const figures = { cumulativeDc: i + 1, cumulativePackets: 1, sequence: 1 };
      const value = encodeAccount({ ...figures, vouchedDc: i + 1, vouchedPackets: 1 });
      return { key: rowKeys.account(channel.id, hotspot), value };
    }),
  );
  return house.start();
}

test("chunks follow each other block by block, also over a restart; each is there once", async () => {
  const house = await owing(2 * SUMMARIES_MAX + 1);
  await nearExpiry(house);
  await house.clock.advance(LOST_MS * 2);
  const [first] = closesOf(house);
  assert(first);
  assert.ok(
    closesOf(house).every(({ summaries }) => summaries.length === SUMMARIES_MAX),
    "nothing but the first chunk while that is in no block",
  );
  include(house, first);
  // Killed with the first chunk in a block and nothing else.
  house.ledger.submitted.length = 0;
  const there = new Set(first.summaries.map(({ hotspot }) => hotspot));
  house.ledger.answer = (body) => {
    if (body.kind !== "close-channel") return undefined;
    const twice = body.summaries.find(({ hotspot }) => there.has(hotspot));
    if (twice !== undefined) {
      return { outcome: "refused", reason: "summary-duplicate", detail: { ...twice } };
    }
    for (const { hotspot } of body.summaries) there.add(hotspot);
    include(house, body);
    return undefined;
  };
  await house.restart();
  await nearExpiry(house);
  await house.clock.advance(LOST_MS);
  assert.equal(there.size, 2 * SUMMARIES_MAX + 1);
  assert.deepEqual(
    closesOf(house).map(({ summaries, more }) => [summaries.length, more]),
    [
      [SUMMARIES_MAX, true],
      [SUMMARIES_MAX, true],
      [1, false],
    ],
  );
});

test("a router that comes back after the expiry still closes, within the grace", async () => {
  const house = await new TestBench().start();
  await house.addDevice();
  const hotspot = await house.connected(1);
  await hotspot.packet(collarUplink(0));
  await house.clock.advance(2000);
  const [view] = house.ledger.channelViews;
  assert(view);
  house.ledger.channelViews = [{ ...view, state: "grace" }];
  await house.restart();
  await house.clock.advance(11_000);
  assert.deepEqual(
    closesOf(house)[0]?.summaries.map(({ cumulativeDc }) => cumulativeDc),
    [1n],
  );
});

test("a channel on its way is not opened twice, and again if it was lost", async () => {
  const house = await new TestBench({ channels: "none", ownerSigner: ownerKey }).start();
  const opens = () => house.ledger.submitted.filter(({ kind }) => kind === "open-channel").length;
  await house.clock.advance(LOST_MS - 20_000);
  assert.equal(opens(), 1);
  await house.clock.advance(LOST_MS);
  assert.equal(opens(), 2);
});

const due = { outcome: "refused", reason: "make-good-due", detail: { owed: 300n } } as const;

function cutBench(makeGoodDcMax?: bigint): TestBench {
  const channelPolicy = {
    ...{ depositDc: dc(10_000n), lifetimeSeconds: 36_000, renewAtPercent: 80 },
    closeMarginSeconds: 1800,
    ...(makeGoodDcMax === undefined ? {} : { makeGoodDcMax: dc(makeGoodDcMax) }),
  };
  const house = new TestBench({ channels: "none", ownerSigner: ownerKey, channelPolicy });
  const view = channelView({ router: house.address, expiresAt: START_MS });
  house.ledger.channelViews = [{ ...view, state: "settled", cutDc: dc(300n) }];
  return house;
}

for (const allowed of [undefined, 299n]) {
  test(`make-good of 300 DC is left to the owner who allows ${allowed}, and says so`, async () => {
    const house = cutBench(allowed);
    house.ledger.answer = ({ kind }) => (kind === "open-channel" ? due : undefined);
    await house.start();
    await house.clock.advance(LOST_MS);
    assert.equal(house.ledger.submitted.filter(({ kind }) => kind === "make-good").length, 0);
    const [problem] = house.router.problems();
    assert.match(problem ?? "", /300 DC too little.*makeGoodDcMax/);
  });
}

test("what the owner allows is made good once, and then a channel opens", async () => {
  const house = cutBench(300n);
  let paid = false;
  house.ledger.answer = (body) => {
    if (body.kind === "open-channel" && !paid) return due;
    if (body.kind !== "make-good") return undefined;
    paid = true;
    house.ledger.channelViews = [];
    include(house, body);
    return undefined;
  };
  await house.start();
  await house.clock.advance(LOST_MS);
  const kinds = house.ledger.submitted.map(({ kind }) => kind);
  assert.equal(kinds.filter((kind) => kind === "make-good").length, 1);
  assert.equal(kinds.at(-1), "open-channel");
  assert.deepEqual(house.router.problems(), []);
});
