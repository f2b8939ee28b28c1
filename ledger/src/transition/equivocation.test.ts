/** Whoever did say two things is slashed exactly once, however it is proven and by whomever. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Evidence,
  type Height,
  milliseconds,
  type SignedReceipt,
  verifySignature,
} from "@katydid/protocol";
import fc from "fast-check";
import { nextContext } from "./apply-block.ts";
import { type Played, receiptOf } from "./challenge-testing.ts";
import { checkConservation } from "./conservation.ts";
import { supplyOf } from "./draft.ts";
import {
  evidenceOf,
  evidenceWorld,
  otherReceipt,
  precommitOf,
  voucherOf,
} from "./evidence-testing.ts";
import { plan } from "./plan.ts";
import { CHAIN_ID, keysOf } from "./testing.ts";
import { Overlay } from "./view.ts";

const { chain, played, channels } = evidenceWorld();
const blockTime = milliseconds(chain.blockTime + 1000);
const context = nextContext(chain.view, { blockTime, verify: verifySignature });
const HEIGHTS = [2, 3, chain.height];
const one = played[0] as Played;

/** Statements of one deed: any two of them prove it. */
interface Deed {
  readonly statements: number;
  readonly evidence: (pair: { first: number; second: number }) => Evidence;
}

const marks = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 4 });

const ofTarget = marks.map((all): Deed => {
  const pool = all.map((ms) => {
    const changes = { transmittedAt: milliseconds(ms) };
    return otherReceipt(receiptOf(one), changes, { signer: one.target });
  });
  return deedOf(pool, (pair) => ({ kind: "target-equivocation", ...pair }));
});

const ofRouter = fc.tuple(marks, fc.constantFrom(...channels)).map(([all, channel]): Deed => {
  const of = { channel: channel.id, hotspot: "h1", sequence: 7, signer: channel.router };
  const pool = all.map((dc) => voucherOf({ ...of, dc }));
  return deedOf(pool, (pair) => ({ kind: "router-equivocation", ...pair }));
});

const ofProducer = fc.tuple(marks, fc.constantFrom(...HEIGHTS)).map(([all, height]): Deed => {
  const pool = all.map((mark) => precommitOf({ height, block: `${mark}`, round: mark % 2 }));
  const at = { producerKey: keysOf("producer").publicKey, height: height as Height };
  return deedOf(pool, (pair) => ({ kind: "producer-equivocation", ...at, ...pair }));
});

function deedOf<T>(pool: readonly T[], make: (pair: { first: T; second: T }) => Evidence): Deed {
  const at = (i: number) => pool[i] as T;
  return {
    statements: pool.length,
    evidence: ({ first, second }) => make({ first: at(first), second: at(second) }),
  };
}

const reports = fc.array(
  fc.record({ by: fc.constantFrom("alice", "eve", "h0"), i: fc.nat(), j: fc.nat() }),
  { minLength: 1, maxLength: 5 },
);

test("who equivocates is slashed once, whoever reports it how often", () => {
  fc.assert(
    fc.property(fc.oneof(ofTarget, ofRouter, ofProducer), reports, (deed, all) => {
      const overlay = new Overlay(chain.view);
      const before = supplyOf(overlay);
      const slashes = all.flatMap(({ by, i, j }, place) => {
        const first = i % deed.statements;
        const second = (first + 1 + (j % (deed.statements - 1))) % deed.statements;
        const evidence = deed.evidence({ first, second });
        const transaction = evidenceOf({ chain, view: overlay, reporter: by, evidence });
        const result = plan(overlay, transaction, context);
        if (result.outcome === "refused") {
          assert.deepEqual([result.refusal.reason, place > 0], ["already-slashed", true]);
          return [];
        }
        overlay.absorb(result.changes);
        const events = result.notices.flatMap((n) => (n.kind === "event" ? [n.event] : []));
        return events.filter((event) => event.kind === "slashed");
      });
      const after = supplyOf(overlay);
      const taken = before.bonds + before.stakes - after.bonds - after.stakes;
      const [slash] = slashes;
      assert.equal(slashes.length, 1);
      assert.ok(taken > 0n && slash?.kind === "slashed");
      assert.deepEqual([slash.reward, slash.burned], [taken / 10n, taken - taken / 10n]);
      assert.deepEqual(checkConservation(after), []);
    }),
    { numRuns: 60 },
  );
});

test("two words for two chains are no equivocation, two for this one are", () => {
  const first = receiptOf(one);
  const changes = { transmittedAt: milliseconds(5) };
  const outcome = (second: SignedReceipt) => {
    const evidence: Evidence = { kind: "target-equivocation", first, second };
    const transaction = evidenceOf({ chain, view: chain.view, reporter: "eve", evidence });
    return plan(chain.view, transaction, context).outcome;
  };
  const by = { signer: one.target };
  assert.equal(outcome(otherReceipt(first, changes, { ...by, chainId: "another" })), "refused");
  assert.equal(outcome(otherReceipt(first, changes, { ...by, chainId: CHAIN_ID })), "accepted");
});
