import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "@katydid/platform";
import { dc, type SignedVoucher, sha256, signMessage, utf8 } from "@katydid/protocol";
import { CHAIN_ID, keyOf } from "../testing/fixtures.ts";
import { MemoryStore } from "../testing/memory-store.ts";
import { settle } from "../testing/test-clock.ts";
import { VoucherBook, type VoucherVerdict } from "./voucher-book.ts";

const hotspot = keyOf("hotspot");
const router = keyOf("router");
const mallory = keyOf("mallory");
const channel = sha256(utf8("channel"));

interface Shape {
  sequence: number;
  cumulativeDc: number;
  cumulativePackets: number;
  channel?: Uint8Array;
  hotspot?: typeof hotspot;
  signer?: typeof hotspot;
  chainId?: string;
}

function voucher(shape: Shape): SignedVoucher {
  return signMessage({
    chainId: shape.chainId ?? CHAIN_ID,
    signer: shape.signer ?? router,
    body: {
      kind: "voucher",
      channel: shape.channel ?? channel,
      hotspot: (shape.hotspot ?? hotspot).address,
      cumulativeDc: dc(BigInt(shape.cumulativeDc)),
      cumulativePackets: shape.cumulativePackets,
      sequence: shape.sequence,
    },
  });
}

function bookOn(store: MemoryStore, { checkStepDc = 0 } = {}) {
  const accepted: number[] = [];
  const counted: VoucherVerdict[] = [];
  const book = new VoucherBook({
    store,
    chainId: CHAIN_ID,
    hotspot: hotspot.address,
    checkStepDc,
    log: silentLog,
    count: (verdict) => counted.push(verdict),
    onEquivocation: () => {},
    onAccepted: (_router, { sequence }) => accepted.push(sequence),
  });
  book.expect({ channel, router: router.address });
  return { book, accepted, counted };
}

const good: Shape = { sequence: 5, cumulativeDc: 50, cumulativePackets: 20 };
// Each row breaks one rule more than the row below, so that the order of checks is pinned.
const table: readonly (readonly [string, Shape, VoucherVerdict])[] = [
  [
    "another's wins over the wrong channel",
    { ...good, hotspot: mallory, channel: sha256(utf8("other")), signer: mallory },
    "wrong-hotspot",
  ],
  [
    "the wrong channel wins over the signature",
    { ...good, channel: sha256(utf8("other")), signer: mallory },
    "wrong-channel",
  ],
  ["the same again is no news", good, "repeated"],
  ["an older one is dropped", { ...good, sequence: 4, cumulativeDc: 40 }, "precedes"],
  [
    "a forged contradiction is a forgery and no evidence",
    { ...good, cumulativeDc: 51, signer: mallory },
    "bad-signature",
  ],
  ["the same sequence with other figures", { ...good, cumulativeDc: 51 }, "equivocation"],
  [
    "a higher sequence with a lower figure",
    { ...good, sequence: 6, cumulativePackets: 19 },
    "equivocation",
  ],
  [
    "a following one of another network",
    { ...good, sequence: 6, cumulativeDc: 60, chainId: "elsewhere" },
    "bad-signature",
  ],
  [
    "a following one with a forged signature",
    { ...good, sequence: 6, signer: mallory },
    "bad-signature",
  ],
  ["a following one", { ...good, sequence: 6, cumulativeDc: 60 }, "accepted"],
  ["a following one of no higher figures", { ...good, sequence: 9 }, "accepted"],
];
for (const [name, shape, expected] of table) {
  test(`voucher: ${name}`, () => {
    const { book } = bookOn(new MemoryStore());
    assert.equal(book.receive(voucher(good), router.address), "accepted");
    assert.equal(book.receive(voucher(shape), router.address), expected);
    assert.equal(book.equivocations, expected === "equivocation" ? 1 : 0);
    const latest = book.of(channel)?.latest?.sequence;
    assert.equal(latest, expected === "accepted" ? shape.sequence : 5);
  });
}

test("a voucher of a channel is good from its own router's session only", () => {
  const { book } = bookOn(new MemoryStore());
  assert.equal(book.receive(voucher(good), mallory.address), "wrong-channel");
});

test("after a restart the last good voucher, what is redeemed and the evidence are there", async () => {
  const store = new MemoryStore();
  const { book } = bookOn(store);
  book.receive(voucher(good), router.address);
  book.receive(voucher({ ...good, cumulativeDc: 51 }), router.address);
  book.redeemed(channel, 30);
  await settle();
  const again = bookOn(store).book;
  assert.equal(again.of(channel)?.latest?.cumulativeDc, 50n);
  assert.equal(again.of(channel)?.redeemedDc, 30);
  assert.equal(again.equivocations, 1);
});

test("small steps are held and checked when asked; only the newest costs a signature", () => {
  const { book, accepted, counted } = bookOn(new MemoryStore(), { checkStepDc: 50 });
  for (let sequence = 1; sequence <= 4; sequence++) {
    book.receive(
      voucher({ sequence, cumulativeDc: sequence, cumulativePackets: 1 }),
      router.address,
    );
  }
  assert.deepEqual(accepted, []);
  book.settle();
  assert.deepEqual(accepted, [4]);
  book.receive(voucher({ sequence: 5, cumulativeDc: 54, cumulativePackets: 9 }), router.address);
  assert.deepEqual(accepted, [4, 5]);
  assert.deepEqual(counted, ["held", "held", "held", "held", "accepted", "accepted"]);
});

test("a forged voucher that is held does not shut out the router's next", () => {
  const { book } = bookOn(new MemoryStore(), { checkStepDc: 1000 });
  const forged = voucher({
    sequence: 900,
    cumulativeDc: 90,
    cumulativePackets: 90,
    signer: mallory,
  });
  assert.equal(book.receive(forged, router.address), "held");
  // It contradicts the forgery, which is found out and thrown away.
  const honest = voucher({ sequence: 901, cumulativeDc: 10, cumulativePackets: 1 });
  assert.equal(book.receive(honest, router.address), "accepted");
  assert.equal(book.equivocations, 0);
});
