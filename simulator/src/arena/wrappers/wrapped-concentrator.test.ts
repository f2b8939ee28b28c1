import assert from "node:assert/strict";
import { test } from "node:test";
import type { TransmitRequest } from "@katydid/firmware";
import { dbm } from "@katydid/protocol";
import { isBeacon, isBeaconRequest, withSignal } from "./beacon-frames.ts";
import { beaconNamed, heardBeacon, listenTo, rig } from "./rig.test-data.ts";
import { pretended, type RadioWrap, WrappedConcentrator } from "./wrapped-concentrator.ts";

const FROM = { x: 0, y: 0 };
const TO = { x: 500, y: 0 };

/** A plain radio that sends, and a wrapped one that hears it. */
async function pair(wrap: RadioWrap) {
  const all = rig();
  const sender = all.radioAt(FROM);
  const wrapped = new WrappedConcentrator(all.radioAt(TO), wrap);
  await sender.start();
  await wrapped.start();
  return { ...all, sender, wrapped, heard: listenTo(wrapped) };
}

const data = (): TransmitRequest => ({
  ...beaconNamed("data").request,
  payload: Uint8Array.of(0x40, 1, 2, 3, 4, 0, 0, 0, 1, 9, 9, 9, 9),
});

test("without wraps it is the radio", async () => {
  const { world, sender, wrapped, heard, air } = await pair({});
  const { request } = beaconNamed("one");
  await sender.transmit(request);
  await world.run();
  assert.deepEqual(heard[0]?.payload, request.payload);
  assert.equal((await wrapped.transmit(request)).outcome, "accepted");
  await world.run();
  assert.equal(air.counts.transmissions, 2);
});

test("what it does not let through its agent does not hear, and only that", async () => {
  const { world, sender, heard } = await pair({
    hear: (frame) => (isBeacon(frame) ? undefined : frame),
  });
  await sender.transmit(beaconNamed("one").request);
  await sender.transmit(data());
  await world.run();
  assert.equal(heard.length, 1);
  assert.deepEqual(heard[0]?.payload, data().payload);
});

test("a pretended transmission is accepted, and nothing is on the air", async () => {
  const { world, air, wrapped } = await pair({
    transmit: (request, radio) =>
      isBeaconRequest(request) ? pretended(request) : radio.transmit(request),
  });
  const outcome = await wrapped.transmit(beaconNamed("one").request);
  assert.ok(outcome.outcome === "accepted" && outcome.airtimeUs > 300_000);
  await world.run();
  assert.equal(air.counts.transmissions, 0);
  await wrapped.transmit(data());
  await world.run();
  assert.equal(air.counts.transmissions, 1);
});

test("a frame that is put in comes as if it were heard, and none after the end", async () => {
  const { world, wrapped, heard } = await pair({});
  const frame = heardBeacon("made up");
  wrapped.inject(frame);
  await world.run();
  assert.deepEqual(heard, [frame]);
  await wrapped[Symbol.asyncDispose]();
  wrapped.inject(frame);
  await world.run();
  assert.equal(heard.length, 1);
});

test("another signal takes the fine time away, which would give the place away", () => {
  const frame = withSignal(heardBeacon("one"), { rssiDbm: -120, snrDb: -3 });
  assert.equal(frame.rssiDbm, dbm(-120));
  assert.equal("fineTimeNs" in frame, false);
});

test("a downlink is no beacon of one's own", () => {
  const { request } = beaconNamed("one");
  assert.ok(isBeaconRequest(request));
  assert.ok(!isBeaconRequest({ ...request, invertPolarity: true }));
  assert.ok(!isBeaconRequest(data()));
});
