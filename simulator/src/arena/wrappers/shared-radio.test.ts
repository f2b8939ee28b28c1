import assert from "node:assert/strict";
import { test } from "node:test";
import { NoRadio } from "../no-radio.ts";
import type { AgentParts, Member } from "../strategy.ts";
import { beaconNamed, keyOf, listenTo, memberAt, rig } from "./rig.test-data.ts";
import { SharedRadio } from "./shared-radio.ts";

const HOME = { x: 0, y: 0 };

async function household() {
  const all = rig();
  const sent: number[] = [];
  const shared = new SharedRadio({ onBeacon: (_frame, by) => sent.push(by.index) });
  const owner = memberAt(0, HOME);
  const ghost: Member = {
    ...{ index: 1, key: keyOf("ghost"), owner: keyOf("ghost's owner") },
    placement: { radio: undefined, claim: owner.placement.claim },
  };
  // Of an agent's parts it only takes the radio.
  const real = shared.wrap({ concentrator: all.radioAt(HOME) } as unknown as AgentParts, owner);
  const none = shared.wrap({ concentrator: new NoRadio() } as unknown as AgentParts, ghost);
  await real.start();
  await none.start();
  const stranger = all.radioAt({ x: 400, y: 0 });
  await stranger.start();
  return { ...all, sent, real, none, stranger, heard: [listenTo(real), listenTo(none)] };
}

test("one radio hears beacons for all, and data for its owner alone", async () => {
  const { world, stranger, heard } = await household();
  const { request } = beaconNamed("a stranger's");
  await stranger.transmit(request);
  await stranger.transmit({ ...request, payload: Uint8Array.of(0x40, 1, 2, 3) });
  await world.run();
  assert.deepEqual(
    heard.map((frames) => frames.length),
    [2, 1],
  );
  assert.deepEqual(heard[1]?.[0], heard[0]?.[0]);
});

test("an identity without a radio transmits with the shared one, and is told of once", async () => {
  const { world, air, none, real, sent } = await household();
  assert.equal((await none.transmit(beaconNamed("ghost's").request)).outcome, "accepted");
  await real.transmit(beaconNamed("owner's").request);
  await world.run();
  assert.equal(air.counts.transmissions, 2);
  assert.deepEqual(sent, [1, 0]);
});
