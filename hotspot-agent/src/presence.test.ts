import assert from "node:assert/strict";
import { test } from "node:test";
import type { HotspotView } from "@katydid/ledger/client";
import { ChallengeWorld, cellNorth, near } from "./testing/challenge-world.ts";
import { hotspotView } from "./testing/test-ledger.ts";

test("presence is said when nothing else kept the hotspot active for half a window", async () => {
  const world = new ChallengeWorld();
  const cell = cellNorth(1);
  const setActive = (changes: Partial<HotspotView>) =>
    world.ledger.hotspotViews.set(near.address, hotspotView(near.address, cell, changes));
  setActive({ lastActiveAt: world.ledger.protocolTime });
  await world.start(near);
  await world.clock.advance(23 * 3600 * 1000);
  assert.equal(world.submitted("presence").length, 0);
  await world.clock.advance(2 * 3600 * 1000);
  assert.equal(world.submitted("presence").length, 1);
  await world.dispose();
});
