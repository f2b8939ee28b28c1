import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { UNITS_ONE } from "../coverage/reward-units.ts";
import { mainParams, minimalParams } from "../params.ts";
import { dc, microUsd, motes } from "../units.ts";
import { emissionOfEpoch, type PayoutInput, payoutEpoch, shareConsensus } from "./payout.ts";

const none = new Map<string, never>();
const base: PayoutInput<string> = {
  emission: motes(1_000_000_000n),
  dustIn: motes(0n),
  priceMicroUsd: microUsd(1_000_000),
  dcByHotspot: none,
  burnedByHotspot: none,
  challengerUnits: none,
  beaconerUnits: none,
  witnessUnits: none,
};
const one = (hotspot: string) => new Map([[hotspot, UNITS_ONE]]);

test("a bucket without units is not minted, and no other gets it", () => {
  const all = payoutEpoch(base);
  assert.equal(all.consensus, 60_000_000n);
  assert.equal(all.unminted, 940_000_000n);
  const some = payoutEpoch({ ...base, witnessUnits: one("w") });
  assert.equal(some.witnesses.get("w"), 714_400_000n, "76 of 100");
  assert.equal(some.unminted, 225_600_000n);
  const zero = payoutEpoch({ ...base, witnessUnits: new Map([["w", 0n]]) });
  assert.deepEqual([zero.witnesses.get("w"), zero.unminted], [0n, 940_000_000n]);
});

test("data is paid first, and never above what was burned or what it is worth", () => {
  const paid = (credits: bigint, burned: bigint) =>
    payoutEpoch({
      ...base,
      dcByHotspot: new Map([["a", dc(credits)]]),
      burnedByHotspot: new Map([["a", motes(burned)]]),
    }).data.get("a");
  assert.equal(paid(1000n, 2_000_000n), 1_000_000n, "at today's price");
  assert.equal(paid(1000n, 600_000n), 600_000n, "what was burned");
  assert.equal(paid(1000n, 0n), 0n, "granted DC earn nothing");
  assert.equal(paid(10n ** 9n, 10n ** 12n), 940_000_000n, "no more than there is");
  const noBurn = payoutEpoch({ ...base, dcByHotspot: new Map([["a", dc(5n)]]) });
  assert.equal(noBurn.data.get("a"), 0n);
});

test("the price is not asked where there is nothing to price", () => {
  const free = { ...base, priceMicroUsd: microUsd(0) };
  assert.equal(payoutEpoch(free).unminted, 940_000_000n);
  assert.throws(() => payoutEpoch({ ...free, dcByHotspot: new Map([["a", dc(1n)]]) }), /price/);
});

const hotspot = fc.constantFrom("a", "b", "c", "d", "e");
const perHotspot = <Amount extends bigint>(max: bigint, as: (value: bigint) => Amount) =>
  fc
    .array(fc.tuple(hotspot, fc.bigInt({ min: 0n, max }).map(as)))
    .map((entries) => new Map(entries));
const units = () => perHotspot(20n * UNITS_ONE, (value) => value);
const epoch: fc.Arbitrary<PayoutInput<string>> = fc.record({
  emission: fc.bigInt({ min: 0n, max: 10n ** 13n }).map(motes),
  dustIn: fc.bigInt({ min: 0n, max: 1000n }).map(motes),
  priceMicroUsd: fc.integer({ min: 1, max: 10 ** 9 }).map(microUsd),
  dcByHotspot: perHotspot(10n ** 8n, dc),
  burnedByHotspot: perHotspot(10n ** 12n, motes),
  challengerUnits: units(),
  beaconerUnits: units(),
  witnessUnits: units(),
});

const sum = (amounts: ReadonlyMap<string, bigint>) =>
  [...amounts.values()].reduce((total, amount) => total + amount, 0n);

test("paid + dust out + unminted = emission + dust in, always", () => {
  fc.assert(
    fc.property(epoch, (input) => {
      const result = payoutEpoch(input);
      const maps = [result.data, result.challengers, result.beaconers, result.witnesses];
      const paid = maps.reduce(
        (total, amounts) => total + sum(amounts),
        result.consensus as bigint,
      );
      assert.equal(paid + result.dustOut + result.unminted, input.emission + input.dustIn);
      for (const [key, amount] of result.data) {
        assert.ok(
          amount <= (input.burnedByHotspot.get(key) ?? 0n),
          "nobody earns what was not burned",
        );
      }
      assert.ok(result.dustOut < 15n, "at most a mote for each payee");
      assert.deepEqual([...result.witnesses.keys()], [...input.witnessUnits.keys()]);
    }),
    { numRuns: 500 },
  );
});

test("the scale of units and the order of payees do not matter", () => {
  fc.assert(
    fc.property(epoch, fc.bigInt({ min: 1n, max: 10n ** 6n }), (input, factor) => {
      const scaled = new Map([...input.witnessUnits].map(([key, units]) => [key, units * factor]));
      const turned = new Map([...scaled].toReversed());
      assert.deepEqual(
        new Map([...payoutEpoch({ ...input, witnessUnits: turned }).witnesses].sort()),
        new Map([...payoutEpoch(input).witnesses].sort()),
      );
    }),
  );
});

test("consensus pay is shared by blocks made, its rest is dust", () => {
  const blocksByProducer = new Map([
    ["x", 2],
    ["y", 1],
  ]);
  const { shares, dust } = shareConsensus({ motes: motes(100n), blocksByProducer });
  assert.deepEqual([...shares.values(), dust], [66n, 33n, 1n]);
  const idle = shareConsensus({ motes: motes(100n), blocksByProducer: new Map() });
  assert.equal(idle.dust, 100n);
});

test("emission is floored per epoch and halves every two years", () => {
  const at = (index: number) => emissionOfEpoch({ params: mainParams, epoch: index });
  const perPeriod = (2 * 365 * 24 * 3600) / mainParams.epochSeconds;
  // 60,000,000 tokens x 3600 s / 31,536,000 s.
  assert.equal(at(0), 684_931_506_849n);
  assert.equal(at(perPeriod - 1), at(0));
  assert.equal(at(perPeriod), 342_465_753_424n);
  assert.equal(at(2 * perPeriod), 171_232_876_712n);
  assert.equal(at(100 * perPeriod), 0n);
  assert.equal(emissionOfEpoch({ params: minimalParams, epoch: 0 }), 11_415_525_114n);
  assert.throws(() => at(-1), /not an epoch/);
});
