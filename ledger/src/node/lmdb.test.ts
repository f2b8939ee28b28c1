import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createMetrics, openLmdbStore, type Store, silentLog } from "@katydid/platform";
import { minimalParams } from "@katydid/protocol";
import { keysOf } from "../transition/testing.ts";
import { EmbeddedProducer } from "./embedded-producer.ts";
import { LedgerNode } from "./ledger-node.ts";
import { ManualClock, producerSeed, TestNode, testGenesis } from "./testing.ts";

test("a node on disk is the one in memory, and is found again when it is opened anew", async () => {
  const folder = mkdtempSync(join(tmpdir(), "katydid-ledger-"));
  try {
    await using memory = await TestNode.open();
    await memory.blocks(5);
    const clock = new ManualClock();
    {
      await using store = openLmdbStore({ path: folder });
      await makeBlocks({ store, clock, count: 3 });
    }
    await using store = openLmdbStore({ path: folder });
    const node = await makeBlocks({ store, clock, count: 2 });
    assert.deepEqual(node.queries.status(), memory.node.queries.status());
    node.state.assertConsistent();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

async function makeBlocks(options: {
  readonly store: Store;
  readonly clock: ManualClock;
  readonly count: number;
}): Promise<LedgerNode> {
  const { store, clock, count } = options;
  const common = { clock, log: silentLog };
  const genesis = testGenesis();
  const node = await LedgerNode.open({ ...common, store, genesis, metrics: createMetrics() });
  const secrets = { key: keysOf("producer"), seed: producerSeed };
  await using producer = new EmbeddedProducer({
    ...common,
    ...secrets,
    node,
    params: minimalParams,
  });
  for (let made = 0; made < count; made += 1) {
    await clock.advance(1000);
    await producer.produce();
  }
  return node;
}
