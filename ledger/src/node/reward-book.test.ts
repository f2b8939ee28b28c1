import assert from "node:assert/strict";
import { test } from "node:test";
import { motes } from "@katydid/protocol";
import type { RewardView } from "../client/client.ts";
import { keyName } from "../transition/index.ts";
import { keysOf } from "../transition/testing.ts";
import { RewardBook } from "./reward-book.ts";

const { address: hotspot } = keysOf("h0");
const { address: owner } = keysOf("rich");

/** What the index says after blocks of records; what is nothing is gone. */
function indexed(blocks: readonly (readonly RewardView[])[]): RewardView[] {
  const index = new Map<string, RewardView>();
  for (const views of blocks) {
    const book = new RewardBook((key) => index.get(keyName(key)));
    for (const view of views) book.enter({ hotspot, owner, view });
    for (const [key, view] of book.entries()) {
      if (view.motes === 0n) index.delete(keyName(key));
      else index.set(keyName(key), view);
    }
  }
  return [...index].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, view]) => view);
}

const witness = { epoch: 7, kind: "witness" } as const;
const held: RewardView = { ...witness, motes: motes(100n), state: "held" };
const burned = (amount: bigint, reason: RewardView["reason"] = "flat-signal"): RewardView => ({
  ...witness,
  motes: motes(amount),
  state: "burned",
  ...(reason !== undefined && { reason }),
});

test("what is burned of a reward is told beside what is left of it", () => {
  assert.deepEqual(indexed([[held], [burned(30n)]]), [{ ...held, motes: 70n }, burned(30n)]);
});

test("burned twice for one reason it is one sum, for two reasons two", () => {
  const twice = indexed([[held], [burned(30n)], [burned(20n), burned(1n, "closed-cluster")]]);
  assert.deepEqual(twice, [{ ...held, motes: 49n }, burned(1n, "closed-cluster"), burned(50n)]);
});

test("burned whole nothing is held, and other rewards are what they were", () => {
  const data: RewardView = { epoch: 7, kind: "data", motes: motes(5n), state: "paid" };
  assert.deepEqual(indexed([[data, held, burned(100n, "left")]]), [data, burned(100n, "left")]);
});

test("what is left is released as it is booked", () => {
  const released: RewardView = { ...witness, motes: motes(70n), state: "released" };
  assert.deepEqual(indexed([[held], [burned(30n), released]]), [released, burned(30n)]);
});
