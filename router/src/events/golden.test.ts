/**
 * Events as whoever reads ChirpStack v4 expects them, byte for byte (reference: chirpstack
 * api/proto/integration). KATYDID_GOLDEN=write writes the files anew; look at the difference.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import {
  buildJoinRequest,
  type Dbm,
  dbm,
  encodeCollarFrame,
  fromHex,
  hertz,
  milliseconds,
} from "@katydid/protocol";
import { collar, collarUplink, START_MS, TestBench } from "../testing/test-bench.ts";

const folder = new URL("../fixtures/", import.meta.url);

function golden(name: string, text: string | undefined): void {
  const pretty = `${JSON.stringify(JSON.parse(text ?? "null"), null, 2)}\n`;
  const file = new URL(`${name}.json`, folder);
  if (process.env.KATYDID_GOLDEN === "write") {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, pretty);
  }
  assert.equal(pretty, readFileSync(file, "utf8"));
}

const appKey = fromHex("8a8b8c8d8e8f80818283848586878889");
const otaa = { kind: "otaa", appKey: "8a8b8c8d8e8f80818283848586878889" } as const;

test("up: two hotspots, one of them bought, Cayenne LPP", async () => {
  const house = await new TestBench().start();
  await house.addDevice({ ...collar, tags: { colour: "brown" } });
  const [first, second] = [await house.connected(1), await house.connected(2)];
  await first.packet(collarUplink(42, { adr: true }), {
    receivedAt: milliseconds(START_MS - 30),
    channel: 3,
    frequencyHz: hertz(867_100_000),
  });
  // Zeros are left out inside rxInfo, and kept at the top.
  await second.packet(collarUplink(42, { adr: true }), { rssiDbm: 0 as Dbm });
  await house.clock.advance(300);
  golden("up", house.bus.texts("/event/up")[0]);
});

test("up: the collar's own frame", async () => {
  const house = await new TestBench().start();
  await house.addDevice({ ...collar, codec: "collar" });
  const hotspot = await house.connected(1);
  const payload = encodeCollarFrame({
    button: false,
    outside: true,
    moving: true,
    position: {
      latDegrees: 40.015,
      lngDegrees: -105.2705,
      accuracyMeters: 8,
      ageMinutes: 2,
      stale: false,
    },
    speedKmh: 6,
    batteryVolts: 3.9,
    temperatureCelsius: 20,
    activity: 5,
    sequence: 9,
  });
  await hotspot.packet(collarUplink(1, { fPort: 11, payload, confirmed: true }));
  await house.clock.advance(300);
  golden("up-collar", house.bus.texts("/event/up")[0]);
});

test("join, txack of its accept, and the topics", async () => {
  const house = await new TestBench().start();
  const devEui = "70b3d57ed0000001";
  await house.addDevice({ name: "tag", devEui, joinEui: "0000000000000001", activation: otaa });
  const hotspot = await house.connected(1);
  const ids = { joinEui: 1n, devEui: BigInt(`0x${devEui}`), devNonce: 1 };
  await hotspot.packet(buildJoinRequest({ appKey, ...ids }));
  await house.clock.advance(300);
  golden("join", house.bus.texts("/event/join")[0]);
  const downlink = hotspot.downlinks[0]?.downlink ?? 0;
  hotspot.send({ kind: "downlink-outcome", downlink, refusal: "", window: 2 });
  golden("txack-join", house.bus.texts("/event/txack")[0]);
  const topic = house.bus.published.find(({ topic }) => topic.startsWith("application/"))?.topic;
  assert.equal(topic, `application/${house.application?.id}/device/${devEui}/event/join`);
});

test("txack, ack and log of a confirmed downlink", async () => {
  const house = await new TestBench().start();
  const { entry } = await house.addDevice();
  const hotspot = await house.connected(1);
  const item = { id: "7f1c", confirmed: true, fPort: 10, data: Uint8Array.of(1) };
  await house.router.enqueue(entry, item);
  for (const refusal of ["collision-packet", ""]) {
    void hotspot.packet(collarUplink(refusal === "" ? 1 : 0), { rssiDbm: dbm(-90) });
    await house.clock.advance(300);
    const downlink = hotspot.downlinks.at(-1)?.downlink ?? 0;
    hotspot.send({ kind: "downlink-outcome", downlink, refusal, window: 1 });
    await house.clock.advance(3000);
  }
  await hotspot.packet(collarUplink(2, { ack: true }));
  await house.clock.advance(300);
  golden("log", house.bus.texts("/event/log")[0]);
  golden("txack", house.bus.texts("/event/txack")[0]);
  golden("ack", house.bus.texts("/event/ack")[0]);
});
