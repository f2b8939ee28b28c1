import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, compareAddresses, sha256, u32Bytes } from "@katydid/protocol";
import fc from "fast-check";
import type { PartnerShare, PartnerShares } from "./classifier-rows.ts";
import { PARTNERS_MAX } from "./limits.ts";
import { shareOut, splitShares, sumOfShares, withShare } from "./shares.ts";

const partners = Array.from({ length: PARTNERS_MAX + 20 }, (_, i) =>
  addressOf(sha256(u32Bytes(i))),
);
const added = fc.array(
  fc.record({ partner: fc.constantFrom(...partners), amount: fc.bigInt(1n, 10n ** 13n) }),
  { maxLength: 150 },
);
const gathered = (all: readonly PartnerShare[]): PartnerShares =>
  all.reduce<PartnerShares>(withShare, []);

test("shares are sorted, bounded and one for each partner; who has room is told apart in full", () => {
  fc.assert(
    fc.property(added, (all) => {
      const shares = gathered(all);
      assert.ok(shares.length <= PARTNERS_MAX);
      shares.slice(1).forEach(({ partner }, i) => {
        assert.ok(compareAddresses(shares[i]?.partner ?? partner, partner) < 0);
      });
      for (const { partner, amount } of shares) {
        const own = all.filter((one) => one.partner === partner);
        assert.equal(amount, sumOfShares(own));
      }
    }),
  );
});

test("an amount is shared out in proportion, whole where all of it is told apart, never more", () => {
  fc.assert(
    fc.property(
      added,
      fc.bigInt(0n, 10n ** 16n),
      fc.bigInt(0n, 10n ** 13n),
      (all, amount, rest) => {
        const shares = gathered(all);
        const told = sumOfShares(shares);
        const whole = told + rest;
        if (whole === 0n) return;
        const out = shareOut({ amount, whole, shares });
        assert.equal(sumOfShares(out), (amount * told) / whole);
        out.forEach((one, i) => {
          const exact = (amount * (shares[i]?.amount ?? 0n)) / whole;
          assert.ok(one.amount === exact || one.amount === exact + 1n);
        });
      },
    ),
  );
});

test("what is taken out and what is kept are all there was", () => {
  fc.assert(
    fc.property(added, fc.subarray(partners), (all, chosen) => {
      const shares = gathered(all);
      const { kept, taken } = splitShares(shares, new Set(chosen));
      assert.equal(sumOfShares(kept) + sumOfShares(taken), sumOfShares(shares));
      assert.ok(taken.every(({ partner }) => chosen.includes(partner)));
      assert.ok(!kept.some(({ partner }) => chosen.includes(partner)));
    }),
  );
});
