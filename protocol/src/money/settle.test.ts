import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Dc, dc } from "../units.ts";
import { settleChannel, voucherOrder } from "./settle.ts";

type Figures = Record<string, number>;
const mapOf = (figures: Figures) =>
  new Map(Object.entries(figures).map(([claimant, amount]) => [claimant, dc(BigInt(amount))]));
const settle = (deposit: number, claims: Figures, reserved: Figures = {}) =>
  settleChannel({
    depositDc: dc(BigInt(deposit)),
    claims: mapOf(claims),
    reserved: mapOf(reserved),
  });

test("reserved first, then what is left in proportion to clipped claims", () => {
  const table: [number, Figures, Figures, Figures, boolean, number, number][] = [
    [100, { a: 30, b: 60 }, {}, { a: 30, b: 60 }, false, 10, 0],
    [90, { a: 30, b: 60 }, {}, { a: 30, b: 60 }, false, 0, 0],
    [20, { a: 30, b: 40 }, {}, { a: 10, b: 10 }, true, 0, 50],
    [10, { a: 5, b: 6 }, { a: 5 }, { a: 5, b: 5 }, true, 0, 1],
    [10, { a: 10, b: 10, c: 10 }, {}, { a: 3, b: 3, c: 3 }, true, 1, 21],
    [10, { a: 8, b: 12 }, { a: 4 }, { a: 6, b: 3 }, true, 1, 11],
    [10, { a: 3 }, { a: 7 }, { a: 7 }, false, 3, 0],
    [10, {}, { a: 7 }, { a: 7 }, false, 3, 0],
    [10, { a: 11, b: 1 }, { a: 10 }, { a: 10, b: 0 }, true, 0, 2],
    [0, { a: 1 }, {}, { a: 0 }, true, 0, 1],
    [5, {}, {}, {}, false, 5, 0],
  ];
  for (const [deposit, claims, reserved, payouts, overspent, refund, cut] of table) {
    const name = JSON.stringify({ deposit, claims, reserved });
    const actual = settle(deposit, claims, reserved);
    assert.deepEqual(actual.payouts, mapOf(payouts), name);
    assert.equal(actual.overspent, overspent, name);
    assert.equal(actual.refundDc, BigInt(refund), name);
    assert.equal(actual.cutDc, BigInt(cut), name);
  }
});

const amount = fc.bigInt({ min: 0n, max: 10n ** 6n }).map(dc);
const claimants = fc.array(fc.tuple(amount, amount), { maxLength: 8 });

test("settling conserves the deposit, whatever the order of the claims", () => {
  fc.assert(
    fc.property(claimants, amount, (figures, spare) => {
      const reserved = new Map(figures.map(([held], i) => [i, held]));
      const claims = new Map(figures.map(([held, more], i) => [i, (held + more) as Dc]));
      const held = figures.reduce((sum, [one]) => sum + one, 0n);
      const depositDc = dc(held + spare);
      const settled = settleChannel({ depositDc, claims, reserved });
      let paid = 0n;
      let owed = 0n;
      for (const [claimant, payout] of settled.payouts) {
        assert.ok(
          payout >= (reserved.get(claimant) ?? 0n) && payout <= (claims.get(claimant) ?? 0n),
        );
        paid += payout;
        owed += claims.get(claimant) ?? 0n;
      }
      assert.equal(paid + settled.refundDc, depositDc);
      assert.equal(paid + settled.cutDc, owed);
      assert.equal(settled.overspent, owed > depositDc);
      assert.ok(!settled.overspent || settled.refundDc <= BigInt(figures.length), "only rests");
      const turned = settleChannel({
        depositDc,
        claims: new Map([...claims].toReversed()),
        reserved: new Map([...reserved].toReversed()),
      });
      assert.deepEqual(new Map([...turned.payouts].sort()), new Map([...settled.payouts].sort()));
    }),
  );
});

test("what the ledger never lets happen is a bug", () => {
  assert.throws(() => settle(5, {}, { a: 6 }), /reserved/);
  assert.throws(() => settle(-1, {}), /deposit/);
  assert.throws(() => settle(5, { a: -1 }), /claim/);
  assert.throws(() => settle(5, {}, { a: -1 }), /reservation/);
});

const voucher = (sequence: number, cumulativeDc: number, cumulativePackets: number) => ({
  sequence,
  cumulativeDc: dc(BigInt(cumulativeDc)),
  cumulativePackets,
});

test("vouchers of one channel and hotspot are ordered, or prove equivocation", () => {
  type Row = [ReturnType<typeof voucher>, ReturnType<typeof voucher>, string];
  const table: Row[] = [
    [voucher(1, 2, 1), voucher(1, 2, 1), "equal"],
    [voucher(1, 2, 1), voucher(2, 4, 2), "follows"],
    [voucher(1, 2, 1), voucher(2, 2, 1), "follows"],
    [voucher(1, 2, 1), voucher(9, 2, 2), "follows"],
    [voucher(2, 4, 2), voucher(1, 2, 1), "precedes"],
    [voucher(2, 4, 2), voucher(1, 4, 2), "precedes"],
    [voucher(1, 2, 1), voucher(1, 3, 1), "conflict"],
    [voucher(1, 2, 1), voucher(1, 2, 2), "conflict"],
    [voucher(8, 2, 1), voucher(9, 0, 0), "conflict"],
    [voucher(8, 2, 2), voucher(9, 3, 1), "conflict"],
    [voucher(8, 2, 1), voucher(7, 3, 1), "conflict"],
    [voucher(8, 2, 1), voucher(7, 1, 2), "conflict"],
  ];
  for (const [a, b, expected] of table) {
    const name = `${Object.values(a)} then ${Object.values(b)}`;
    assert.equal(voucherOrder(a, b), expected, name);
    const mirrored = { follows: "precedes", precedes: "follows" }[expected] ?? expected;
    assert.equal(voucherOrder(b, a), mirrored, `mirrored ${name}`);
  }
});
