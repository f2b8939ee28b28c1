/**
 * Whatever a hostile challenger, target, router or reporter makes of what honest ones have signed,
 * no honest one is slashed. Who did say two things: equivocation.test.ts.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  dbm,
  type Evidence,
  type Height,
  hertz,
  milliseconds,
  type SignedPrecommit,
  type SignedReceipt,
  type SignedVoucher,
  signMessage,
  verifySignature,
} from "@katydid/protocol";
import fc from "fast-check";
import { nextContext } from "./apply-block.ts";
import { receiptOf } from "./challenge-testing.ts";
import {
  blockIdOf,
  evidenceOf,
  evidenceWorld,
  otherReceipt,
  precommitOf,
  type VoucherOf,
  voucherOf,
} from "./evidence-testing.ts";
import { plan } from "./plan.ts";
import { CHAIN_ID, keysOf } from "./testing.ts";
import type { Refusal } from "./types.ts";

const world = evidenceWorld();
const { chain, names, played, channels } = world;
const blockTime = milliseconds(chain.blockTime + 1000);
const context = nextContext(chain.view, { blockTime, verify: verifySignature });
const HEIGHTS = [2, 3, 5, chain.height];

const producer = { producerKey: keysOf("producer").publicKey };
type Of<A> = A extends fc.Arbitrary<infer T> ? T : never;
const at = <T>(pool: readonly T[], i: number) => pool[i % pool.length] as T;
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const small = fc.nat({ max: 40 });

// ---- What honest ones say ------------------------------------------------------------------

/** One receipt for each challenge, whose bytes are sent again when asked. */
const honestReceipts = played.map(receiptOf);

const steps = fc.array(
  fc.record({ dc: small, packets: small, gap: fc.integer({ min: 1, max: 3 }) }),
  { minLength: 1, maxLength: 4 },
);

/** Of one channel and hotspot: no figure ever falls, and each sequence is used once. */
function vouchersInOrder(channel: (typeof channels)[number], hotspot: string) {
  return steps.map((all) => {
    let figures = { dc: 0, packets: 0, sequence: 0 };
    return all.map(({ dc, packets, gap }): VoucherOf => {
      figures = {
        dc: figures.dc + dc,
        packets: figures.packets + packets,
        sequence: figures.sequence + gap,
      };
      return { ...figures, channel: channel.id, hotspot, signer: channel.router };
    });
  });
}

/** Of several channels, routers and hotspots. */
const honestVouchers = fc
  .tuple(
    ...channels.map((channel) => vouchersInOrder(channel, "h0")),
    vouchersInOrder(channels[0] as (typeof channels)[number], "h1"),
  )
  .map((lists) => lists.flat());

/** One block for each height, signed again as it was. */
const honestPrecommit = (height: number) => precommitOf({ height, block: `block ${height}` });

// ---- What others make of it ----------------------------------------------------------------

const receiptChanges: fc.Arbitrary<Partial<SignedReceipt>> = fc.oneof(
  small.map((ms) => ({ transmittedAt: milliseconds(ms) })),
  small.map((power) => ({ powerDbm: dbm(power) })),
  small.map((offset) => ({ frequencyHz: hertz(902_300_000 + offset) })),
  small.map((fineTimeNs) => ({ fineTimeNs })),
  bytes32.map((payloadHash) => ({ payloadHash })),
  fc.constantFrom(...played).map(({ challenge }) => ({ challenge })),
  fc.constantFrom(...names, "eve").map((name) => ({ target: keysOf(name).address })),
);

/** Signed by someone else, on another chain, or not signed at all. */
const receipts: fc.Arbitrary<SignedReceipt> = fc
  .record({
    one: fc.constantFrom(...played),
    changes: receiptChanges,
    how: fc.constantFrom("honest", "kept", "forged", "elsewhere", "fork"),
    by: fc.constantFrom("eve", ...names),
    payloadHash: bytes32,
  })
  .map(({ one, changes, how, by, payloadHash }) => {
    const honest = receiptOf(one);
    switch (how) {
      case "kept":
        return { ...honest, ...changes };
      case "forged":
        return otherReceipt(honest, changes, { signer: by === one.target ? "eve" : by });
      case "elsewhere":
        return otherReceipt(honest, changes, { signer: one.target, chainId: "another-chain" });
      // Of a fork with another entropy: not the payload that this chain prescribes.
      case "fork":
        return otherReceipt(honest, { payloadHash }, { signer: one.target });
      default:
        return honest;
    }
  });

const voucherChanges: fc.Arbitrary<Partial<SignedVoucher>> = fc.oneof(
  small.map((sequence) => ({ sequence })),
  small.map((cumulativePackets) => ({ cumulativePackets })),
  fc.constantFrom(...channels).map(({ id }) => ({ channel: id })),
  fc.constantFrom(...names).map((name) => ({ hotspot: keysOf(name).address })),
);

/** What others make of a voucher: changed, signed by someone else, or of another chain. */
const voucherTricks = fc.record({
  of: fc.nat(),
  changes: voucherChanges,
  how: fc.constantFrom("kept", "forged", "elsewhere"),
  signer: fc.constantFrom("eve", ...names),
});

function tricked(pool: readonly VoucherOf[], trick: Of<typeof voucherTricks>): SignedVoucher {
  const honest = at(pool, trick.of);
  const changed = { ...voucherOf(honest), ...trick.changes };
  if (trick.how === "kept") return changed;
  const isForged = trick.how === "forged";
  return signMessage({
    chainId: isForged ? CHAIN_ID : "another-chain",
    signer: keysOf(isForged ? trick.signer : honest.signer),
    body: changed,
  });
}

const precommits: fc.Arbitrary<{ height: number; precommit: SignedPrecommit }> = fc
  .record({
    height: fc.constantFrom(...HEIGHTS),
    other: fc.constantFrom(...HEIGHTS),
    how: fc.constantFrom("honest", "kept", "forged", "elsewhere", "prevote", "other-height"),
    block: fc.constantFrom("x", "y"),
    round: fc.constantFrom(0, 1),
    by: fc.constantFrom("eve", "rich"),
  })
  .map(({ height, other, how, block, round, by }) => {
    const honest = honestPrecommit(height);
    const precommit = () => {
      switch (how) {
        case "kept":
          return { ...honest, round, blockId: blockIdOf(block) };
        case "forged":
          return precommitOf({ height, block, round, signer: by });
        case "elsewhere":
          return precommitOf({ height, block, round, chainId: "another-chain" });
        case "prevote":
          return precommitOf({ height, block, round, type: "prevote" });
        case "other-height":
          return honestPrecommit(other);
        default:
          return honest;
      }
    };
    return { height, precommit: precommit() };
  });

/** Two of the things that there are, whichever. */
const adversarial: fc.Arbitrary<Evidence> = fc.oneof(
  fc
    .tuple(receipts, receipts)
    .map(([a, b]) => ({ kind: "target-equivocation", first: a, second: b }) as const),
  fc
    .tuple(honestVouchers, fc.nat(), voucherTricks, fc.option(voucherTricks))
    .map(([pool, i, trick, other]) => {
      const first = other === null ? voucherOf(at(pool, i)) : tricked(pool, other);
      return { kind: "router-equivocation", first, second: tricked(pool, trick) } as const;
    }),
  fc
    .record({
      a: precommits,
      b: precommits,
      height: fc.constantFrom("a", "b", "other"),
      by: fc.constantFrom("producer", "eve"),
    })
    .map(({ a, b, height, by }) => {
      const heights = { a: a.height, b: b.height, other: HEIGHTS[0] as number };
      const producerKey = keysOf(by).publicKey;
      const both = { first: a.precommit, second: b.precommit };
      const told = { producerKey, height: heights[height] as Height };
      return { kind: "producer-equivocation", ...told, ...both } as const;
    }),
);

/** What becomes of evidence in the next block. */
function refusalOf(evidence: Evidence, reporter: string): Refusal | undefined {
  const transaction = evidenceOf({ view: chain.view, chain, reporter, evidence });
  const result = plan(chain.view, transaction, context);
  return result.outcome === "refused" ? result.refusal : undefined;
}

test("nobody honest is slashed, whatever is made of what they signed", () => {
  const reasons = new Set<string>();
  fc.assert(
    fc.property(adversarial, fc.constantFrom("alice", "eve", "h0"), (evidence, reporter) => {
      const refusal = refusalOf(evidence, reporter);
      assert.ok(refusal !== undefined);
      const field = "field" in refusal ? ` ${refusal.field}` : "";
      reasons.add(`${refusal.reason}${field}`);
    }),
    // Forged signatures are checked by the reference, which takes its time. The seed reaches them all.
    { numRuns: 200, seed: 3 },
  );
  // The adversary gets past everything but the signatures.
  for (const word of ["receipt", "voucher", "vote"]) {
    assert.ok(reasons.has(`${word}-signature-invalid`), `no ${word} got as far as its signature`);
  }
  for (const field of ["payloadHash", "order", "blockId"]) {
    assert.ok(reasons.has(`evidence-mismatch ${field}`), field);
  }
});

test("what honest ones said proves nothing, in whatever pairs it is shown", () => {
  const pairs = fc.oneof(
    fc
      .tuple(fc.constantFrom(...honestReceipts), fc.constantFrom(...honestReceipts))
      .map(([first, second]) => ({ kind: "target-equivocation", first, second }) as const),
    fc.tuple(honestVouchers, fc.nat(), fc.nat()).map(([pool, i, j]) => {
      const pair = { first: voucherOf(at(pool, i)), second: voucherOf(at(pool, j)) };
      return { kind: "router-equivocation", ...pair } as const;
    }),
    fc.constantFrom(...HEIGHTS).map((height) => {
      const pair = { first: honestPrecommit(height), second: honestPrecommit(height) };
      return {
        kind: "producer-equivocation",
        ...producer,
        height: height as Height,
        ...pair,
      } as const;
    }),
  );
  fc.assert(
    fc.property(pairs, (evidence) => {
      assert.equal(refusalOf(evidence, "eve")?.reason, "evidence-mismatch");
    }),
    { numRuns: 200 },
  );
});
