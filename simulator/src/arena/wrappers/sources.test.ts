import assert from "node:assert/strict";
import { test } from "node:test";
import { distanceMeters } from "../../air/geometry.ts";
import { Forger } from "./forger.ts";
import { beaconNamed, heardBeacon, memberAt, rig } from "./rig.test-data.ts";
import { Sources } from "./sources.ts";

const FLAT = { point: { x: 0, y: 0 }, gainDbi: 1.2 };

function listening() {
  const all = rig();
  const { world, air, ledger } = all;
  const members = [memberAt(0, { x: 4000, y: 0 })];
  const forger = new Forger({ random: world.random("forger"), plan: air.plan });
  const sources = new Sources({ world, air, members }, forger);
  sources.follow(ledger);
  /** A frame as strong as one from there is on average. */
  const heardFrom = (x: number) =>
    heardBeacon("a stranger's", forger.expectedDbm({ ...FLAT, point: { x, y: 0 } }, FLAT));
  return { ...all, members, sources, heardFrom };
}

test("an own beacon is known by its bytes", () => {
  const { sources, members } = listening();
  const [member] = members;
  assert.ok(member);
  const { frame } = beaconNamed("own");
  assert.ok(!sources.isOwn(frame));
  sources.own(frame, member);
  assert.ok(sources.isOwn(frame));
  assert.equal(sources.of(heardBeacon("own"), FLAT), member.placement.claim);
});

test("of the strangers who were just drawn, the one whom the signal fits", async () => {
  const { world, ledger, sources, heardFrom } = listening();
  assert.equal(sources.of(heardFrom(500), FLAT), undefined);
  for (const x of [500, 2500]) ledger.draw({ target: ledger.settle(`at ${x}`, { x, y: 0 }) });
  await world.run();
  for (const x of [500, 2500]) {
    const found = sources.of(heardFrom(x), FLAT);
    // A cell of resolution 12 is some 20 m wide.
    assert.ok(found && distanceMeters(found.point, { x, y: 0 }) < 20, `${x} m`);
  }
});

test("a draw of some time ago explains nothing, nor one of a member", async () => {
  const { world, ledger, sources, members, heardFrom } = listening();
  ledger.draw({ target: ledger.settle("member 0", { x: 4000, y: 0 }) });
  assert.equal(members[0]?.key.address, ledger.settle("member 0", { x: 4000, y: 0 }));
  await world.run();
  assert.equal(sources.of(heardFrom(4000), FLAT), undefined);
  ledger.draw({ target: ledger.settle("at 500", { x: 500, y: 0 }) });
  await world.settle(world.clock.sleep(60_000));
  assert.equal(sources.of(heardFrom(500), FLAT), undefined);
});
