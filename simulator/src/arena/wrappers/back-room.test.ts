import assert from "node:assert/strict";
import { test } from "node:test";
import { NoRadio } from "../no-radio.ts";
import { BackRoom } from "./back-room.ts";
import { Forger } from "./forger.ts";
import { beaconNamed, listenTo, memberAt, rig } from "./rig.test-data.ts";
import { WrappedConcentrator } from "./wrapped-concentrator.ts";

async function room() {
  const all = rig();
  const { world, air } = all;
  const forger = new Forger({ random: world.random("forger"), plan: air.plan });
  const backRoom = new BackRoom({ world, air }, forger);
  const places = [0, 700, 1400, 60_000].map((x) => ({ x, y: 0 }));
  const members = places.map((point, index) => memberAt(index, point));
  const heard = [];
  for (const member of members) {
    const radio = new WrappedConcentrator(new NoRadio());
    await radio.start();
    backRoom.enter(member, radio);
    heard.push(listenTo(radio));
  }
  return { ...all, backRoom, members, heard };
}

test("all hear what one tells, but the teller and who claims to be too far away", async () => {
  const { world, backRoom, members, heard } = await room();
  const [teller] = members;
  assert.ok(teller);
  const { frame } = beaconNamed("one");
  backRoom.tell({ frame, from: teller.placement.claim }, teller);
  await world.run();
  assert.deepEqual(
    heard.map(({ length }) => length),
    [0, 1, 1, 0],
  );
  const [, near, far] = heard.map(([first]) => first);
  assert.ok(near && far);
  assert.deepEqual(near.payload, frame);
  assert.ok(near.rssiDbm > far.rssiDbm);
});

test("a beacon that several members hear is told once", async () => {
  const { world, backRoom, members, heard } = await room();
  const [one, other] = members;
  assert.ok(one && other);
  const told = { frame: beaconNamed("one").frame, from: one.placement.claim };
  backRoom.tell(told, one);
  backRoom.tell(told, other);
  await world.run();
  assert.equal(heard[1]?.length, 1);
});

test("a member's new identity takes the seat of the old one", async () => {
  const { world, backRoom, members, heard } = await room();
  const [one, other] = members;
  assert.ok(one && other);
  const radio = new WrappedConcentrator(new NoRadio());
  await radio.start();
  const newly = listenTo(radio);
  backRoom.enter({ ...other }, radio);
  backRoom.tell({ frame: beaconNamed("one").frame, from: one.placement.claim }, one);
  await world.run();
  assert.deepEqual([heard[1]?.length, newly.length], [0, 1]);
});
