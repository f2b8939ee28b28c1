/** OTAA with a device made from the protocol's own LoRaWAN. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  buildDataFrame,
  buildJoinRequest,
  deriveSessionKeys,
  fromHex,
  hertz,
  type LorawanKeys,
  openDownlink,
  parseJoinAccept,
} from "@katydid/protocol";
import type { NewDevice } from "../owners/device-service.ts";
import { TestBench } from "../testing/test-bench.ts";
import type { TestHotspot } from "../testing/test-hotspot.ts";

const appKey = "8a8b8c8d8e8f80818283848586878889";
const devEui = "70b3d57ed0000001";
const tag: NewDevice = {
  name: "tag",
  devEui,
  joinEui: "0000000000000001",
  activation: { kind: "otaa", appKey },
};

const request = (devNonce: number, key = appKey) =>
  buildJoinRequest({ appKey: fromHex(key), joinEui: 1n, devEui: BigInt(`0x${devEui}`), devNonce });

interface Joined {
  readonly devAddr: number;
  readonly keys: LorawanKeys;
}

function joined(hotspot: TestHotspot, devNonce: number): Joined {
  const downlink = hotspot.downlinks.at(-1);
  assert.ok(downlink !== undefined, "a join accept");
  const accept = parseJoinAccept({ phyPayload: downlink.phyPayload, appKey: fromHex(appKey) });
  assert.ok(accept !== undefined);
  const { joinNonce, netId, devAddr } = accept;
  const keys = deriveSessionKeys({ appKey: fromHex(appKey), joinNonce, netId, devNonce });
  return { devAddr, keys };
}

const uplink = ({ devAddr, keys }: Joined, fCnt32: number) =>
  buildDataFrame({ direction: "up", devAddr, keys, fCnt32, fPort: 2, payload: fromHex("0102") });

async function bench() {
  const house = await new TestBench().start();
  await house.addDevice(tag);
  return house;
}

test("a join is bought for 0 DC and accepted in RX1 or RX2 of the best hotspot", async () => {
  const house = await bench();
  const [far, near] = [await house.connected(1), await house.connected(2)];
  const counterUs = 2 ** 32 - 1_000_000;
  assert.deepEqual(await far.packet(request(7)), { kind: "bought", dc: 0n });
  const radio = { rssiDbm: -80 as never, counterUs };
  assert.deepEqual(await near.packet(request(7), radio), { kind: "bought", dc: 0n });
  await house.clock.advance(200);
  assert.equal(far.downlinks.length, 0);
  const [downlink] = near.downlinks;
  assert.equal(downlink?.counterUs, 4_000_000, "5 s later, and the counter wrapped");
  assert.equal(downlink?.frequencyHz, 868_100_000);
  assert.equal(downlink?.second?.counterUs, 5_000_000);
  assert.equal(downlink?.second?.frequencyHz, 869_525_000);
  const { devAddr } = joined(near, 7);
  assert.ok(devAddr >= 0x48000010 && devAddr < 0x48000020, "of our slabs");
  assert.equal(house.events("join").length, 1);
  assert.equal(house.router.stats().boughtDc, 0);
});

test("the device speaks with its new keys, and is answered with them", async () => {
  const house = await bench();
  const hotspot = await house.connected(1);
  await hotspot.packet(request(7));
  await house.clock.advance(300);
  const device = joined(hotspot, 7);
  const confirmed = buildDataFrame({
    ...device,
    direction: "up",
    fCnt32: 0,
    fPort: 2,
    confirmed: true,
    payload: fromHex("0102"),
  });
  assert.equal((await hotspot.packet(confirmed))?.kind, "bought");
  await house.clock.advance(300);
  assert.equal(house.events("up")[0]?.data, "AQI=");
  const phyPayload = hotspot.downlinks.at(-1)?.phyPayload ?? new Uint8Array(0);
  const opened = openDownlink({ ...device, phyPayload, lastFCnt: undefined });
  assert.ok(opened.outcome === "accepted" && opened.frame.ack);
});

test("a DevNonce is never accepted twice, not even after a restart", async () => {
  const house = await bench();
  const first = await house.connected(1);
  await first.packet(request(7));
  await house.clock.advance(300);
  await first.packet(request(8));
  await house.clock.advance(300);
  await house.restart();
  const hotspot = await house.connected(2);
  for (const devNonce of [7, 8]) {
    const outcome = await hotspot.packet(request(devNonce));
    assert.equal(outcome?.kind === "declined" && outcome.reason, "replay");
  }
  assert.equal((await hotspot.packet(request(9)))?.kind, "bought");
});

test("a join's refusals: unknown EUI, wrong JoinEUI, wrong key", async () => {
  const house = await bench();
  const hotspot = await house.connected(1);
  const key = fromHex(appKey);
  const rows: readonly (readonly [Uint8Array, string])[] = [
    [buildJoinRequest({ appKey: key, joinEui: 1n, devEui: 5n, devNonce: 1 }), "unknown-device"],
    [
      buildJoinRequest({ appKey: key, joinEui: 2n, devEui: BigInt(`0x${devEui}`), devNonce: 1 }),
      "unknown-device",
    ],
    [request(1, "00".repeat(16)), "mic-invalid"],
  ];
  for (const [frame, reason] of rows) {
    const outcome = await hotspot.packet(frame);
    assert.equal(outcome?.kind === "declined" && outcome.reason, reason);
  }
});

test("the old session holds until the new one is used, then it is over", async () => {
  const house = await bench();
  const hotspot = await house.connected(1);
  await hotspot.packet(request(7));
  await house.clock.advance(300);
  const old = joined(hotspot, 7);
  await hotspot.packet(uplink(old, 0));
  await house.clock.advance(300);
  await hotspot.packet(request(8));
  await house.clock.advance(300);
  const fresh = joined(hotspot, 8);
  assert.equal(
    (await hotspot.packet(uplink(old, 1)))?.kind,
    "bought",
    "the accept may have been lost",
  );
  await house.clock.advance(300);
  await house.restart();
  const later = await house.connected(2);
  assert.equal((await later.packet(uplink(fresh, 0)))?.kind, "bought");
  const outcome = await later.packet(uplink(old, 2));
  assert.equal(outcome?.kind === "declined" && outcome.reason, "mic-invalid");
  await house.clock.advance(300);
  await house.restart();
  const last = await house.connected(3);
  assert.equal((await last.packet(uplink(fresh, 1)))?.kind, "bought", "the new session is on disk");
});

test("US915: RX1 is on its own channels, and RX2 at SF12BW500", async () => {
  const house = await bench();
  const hotspot = house.hotspot(1);
  hotspot.greet("US915");
  await house.clock.advance(0);
  await hotspot.packet(request(7), { frequencyHz: hertz(903_900_000) });
  await house.clock.advance(300);
  const [downlink] = hotspot.downlinks;
  assert.equal(downlink?.dataRate.endsWith("BW500"), true);
  assert.equal(downlink?.frequencyHz, 923_300_000);
  assert.deepEqual(downlink?.second?.dataRate, "SF12BW500");
});
