import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Motes,
  type Params,
  tokens,
  undefendedParams,
  verifySignature,
} from "@katydid/protocol";
import { nextContext } from "./apply-block.ts";
import {
  acknowledge,
  eventsOf,
  openEarly,
  openOne,
  type Played,
  reportOf,
  reveal,
  revealableAt,
  runUntilEvent,
} from "./challenge-testing.ts";
import { chainOf, Draft, hotspotOf } from "./draft.ts";
import { addHotspots, keysOf, type TestBody, TestChain } from "./testing.ts";

const BOND = tokens(20);

function bondOf(chain: TestChain, name: string): bigint {
  return hotspotOf(chain.view, keysOf(name).address)?.bond ?? 0n;
}

/** As if the last epoch had paid that much for a challenge. */
function payChallenges(chain: TestChain, challengePay: Motes): void {
  const context = nextContext(chain.view, { blockTime: chain.blockTime, verify: verifySignature });
  const draft = new Draft(chain.view, context);
  draft.updateChain({ challengePay });
  chain.view.commit(draft.writes());
}

/** What silence takes where a challenge is worth so much. */
function silencePenalty(challengePay: Motes, params?: Params): bigint | undefined {
  const chain = new TestChain(params === undefined ? {} : { params });
  const played = openEarly(chain, addHotspots(chain, 3));
  payChallenges(chain, challengePay);
  const before = bondOf(chain, played.challenger);
  chain.runUntil(played.deadlineAt + 1, 7000);
  const [silent] = eventsOf(chain.results, "challenge-silent");
  assert.equal(before - bondOf(chain, played.challenger), silent?.penalty);
  return silent?.penalty;
}

test("silence costs 5 % of the bond, or what a challenge is worth, at most a quarter", () => {
  assert.equal(silencePenalty(0n as Motes), BOND / 20n);
  assert.equal(silencePenalty(tokens(1)), tokens(1), "5 % of 20 tokens");
  assert.equal(silencePenalty((tokens(1) + 1n) as Motes), tokens(1) + 1n);
  assert.equal(silencePenalty(tokens(21)), BOND / 4n);
});

test("where penalties are 0 % there is none, whatever a challenge is worth", () => {
  assert.equal(silencePenalty(tokens(7), undefendedParams), 0n);
});

test("each omission costs what a challenge is worth", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 5);
  const played = openOne(chain, names);
  const { challenger, target } = played;
  const witnesses = names.filter((name) => name !== challenger && name !== target);
  chain.block({ transactions: [reveal(chain, played, [])] });
  payChallenges(chain, tokens(4));
  const left = witnesses.map((name) => {
    chain.block({ transactions: [chain.sign(name, acknowledgedLate(chain, played, name))] });
    return bondOf(chain, challenger);
  });
  assert.deepEqual(left, [tokens(16), tokens(12), tokens(8)]);
  const told = eventsOf(chain.results, "challenge-omission");
  assert.deepEqual(
    told.map(({ penalty, leftOut }) => [penalty, leftOut]),
    witnesses.map((name) => [tokens(4), keysOf(name).address]),
  );
});

function acknowledgedLate(chain: TestChain, played: Played, name: string): TestBody {
  const signed = reportOf(played, name);
  const acknowledgement = acknowledge(played, name, signed, chain.blockTime - 5000);
  const evidence = { kind: "report", signed } as const;
  return { kind: "late-receipt", challenge: played.challenge, evidence, acknowledgement };
}

test("a challenge's worth is the epoch's coverage pay over its challenges, rounded up", () => {
  const chain = new TestChain();
  const names = addHotspots(chain, 4);
  assert.equal(chainOf(chain.view).challengePay, 0n);
  const all = [openEarly(chain, names), openEarly(chain, names), openEarly(chain, names)];
  for (const [at, played] of all.entries()) {
    chain.runUntil(revealableAt(chain.params, played.deadlineAt));
    const { challenger, target } = played;
    const others = names.filter((name) => name !== challenger && name !== target);
    // The last has no witness: it pays nothing and is not counted.
    chain.block({ transactions: [reveal(chain, played, at === 2 ? [] : others)] });
  }
  const [ended] = eventsOf(runUntilEvent(chain, "epoch-ended"), "epoch-ended");
  assert.equal(eventsOf(chain.results, "challenge-settled").length, 3);
  const { challengePay } = chainOf(chain.view);
  assert.ok(ended && ended.held > 0n);
  assert.equal(ended.held % 2n, 1n, "or rounding is not tested");
  assert.equal(challengePay, (ended.held + 1n) / 2n);
  const [empty] = eventsOf(runUntilEvent(chain, "epoch-ended"), "epoch-ended");
  assert.equal(empty?.held, 0n);
  assert.equal(chainOf(chain.view).challengePay, challengePay, "an empty epoch changes nothing");
});
