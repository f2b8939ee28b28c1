import assert from "node:assert/strict";
import { test } from "node:test";
import { height, milliseconds, motes } from "@katydid/protocol";
import type { LedgerEvent, PageQuery, PenaltyView } from "../client/client.ts";
import { keysOf } from "../transition/testing.ts";
import { IndexStore } from "./index-store.ts";
import { PENALTIES_MAX } from "./penalty-book.ts";
import { MemoryStore } from "./testing.ts";

const { address: hotspot } = keysOf("h0");
const { address: other } = keysOf("h1");
const challenge = { slot: 12, index: 3 };

function eventAt(at: number, body: object): LedgerEvent {
  const common = {
    sequence: `${at}-0`,
    height: height(at),
    protocolTime: milliseconds(at * 10),
    blockTime: milliseconds(at * 20),
    subjects: [],
  };
  return { ...common, ...body } as unknown as LedgerEvent;
}

const silent = (penalty: bigint) => ({
  kind: "challenge-silent",
  challenge,
  challenger: hotspot,
  penalty: motes(penalty),
});
const omission = {
  kind: "challenge-omission",
  challenge,
  challenger: hotspot,
  leftOut: other,
  penalty: motes(7n),
};
const slashed = (offence: string) => ({
  kind: "slashed",
  offender: hotspot,
  offence,
  burned: motes(90n),
  reporter: other,
  reward: motes(10n),
});

async function indexOf(bodies: readonly object[]): Promise<IndexStore> {
  const store = new MemoryStore();
  const index = new IndexStore({ store });
  for (const [at, body] of bodies.entries()) {
    const events = [eventAt(at + 1, body)];
    await store.commit(index.writes({ height: at + 1, events, rewards: [], ended: [] }));
  }
  return index;
}

test("every way in which a bond shrinks is told, newest first", async () => {
  const router = slashed("router-equivocation");
  const bodies = [silent(5n), omission, slashed("target-equivocation"), router, silent(0n)];
  const index = await indexOf(bodies);
  const at = (place: number) => ({
    blockTime: milliseconds(place * 20),
    protocolTime: milliseconds(place * 10),
  });
  const expected: PenaltyView[] = [
    { reason: "equivocation", motes: motes(100n), ...at(3) },
    { reason: "omission", motes: motes(7n), ...at(2), challenge, leftOut: other },
    { reason: "silence", motes: motes(5n), ...at(1), challenge },
  ];
  assert.deepEqual(index.penaltiesOf(hotspot, {}), { items: expected });
  assert.deepEqual(index.penaltiesOf(other, {}), { items: [] });
});

test("the oldest are forgotten, and pages follow their cursor", async () => {
  const count = PENALTIES_MAX + 3;
  const index = await indexOf(Array.from({ length: count }, (_, at) => silent(BigInt(at + 1))));
  const seen: bigint[] = [];
  let query: PageQuery = { limit: 30 };
  for (let pages = 0; pages < 10; pages += 1) {
    const { items, cursor } = index.penaltiesOf(hotspot, query);
    seen.push(...items.map((view) => view.motes));
    if (cursor === undefined) break;
    query = { ...query, cursor };
  }
  const newest = Array.from({ length: PENALTIES_MAX }, (_, at) => BigInt(count - at));
  assert.deepEqual(seen, newest);
});
