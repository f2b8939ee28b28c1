/** The 23 frames that a real packet forwarder brought, pushed through the router one by one. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fromHex, parseJoinAccept, toHex } from "@katydid/protocol";
import type { CodecName } from "../device.ts";
import type { NewDevice } from "../owners/device-service.ts";
import { TestBench } from "../testing/test-bench.ts";

const path = new URL("../../../../shared/recordings/frames.json", import.meta.url);

interface Recording {
  readonly abpDevices: readonly {
    readonly name: string;
    readonly devAddr: string;
    readonly nwkSKey: string;
    readonly appSKey: string;
  }[];
  readonly otaaDevice: {
    readonly devEui: string;
    readonly joinEui: string;
    readonly appKey: string;
  };
  readonly frames: readonly {
    readonly phyPayload: string;
    readonly kind: string;
    readonly device?: string;
    readonly fCnt?: number;
    readonly fPort?: number;
    readonly payload?: string;
  }[];
}

/** What the router says of each kind of frame; the radio and the hotspot stop some before. */
const EXPECTED: Readonly<Record<string, string>> = {
  join: "bought",
  data: "bought",
  "bad-mic": "mic-invalid",
  replay: "replay",
  "no-route": "unknown-device",
  proprietary: "malformed",
  garbage: "malformed",
  // Its bits are those of a frame that came before: the CRC is the radio's business.
  "crc-error": "replay",
};
const CODECS: Readonly<Record<string, CodecName>> = {
  collar: "cayenne-lpp",
  sensor: "cayenne-lpp",
  oyster: "none",
};

const skip = existsSync(path) ? false : "the recordings are not here";

test("every frame of the recording is told what frames.json says", { skip }, async () => {
  const recording: Recording = JSON.parse(readFileSync(path, "utf8"));
  const house = await new TestBench().start();
  const names = new Map<string, string>();
  for (const { name, ...keys } of recording.abpDevices) {
    const codec = CODECS[name] ?? "none";
    const device: NewDevice = { name, codec, activation: { kind: "abp", ...keys } };
    names.set((await house.addDevice(device)).entry.device.devEui, name);
  }
  const { appKey, ...otaa } = recording.otaaDevice;
  await house.addDevice({ ...otaa, name: "tag", activation: { kind: "otaa", appKey } });
  const hotspot = await house.connected(1);

  for (const frame of recording.frames) {
    const outcome = await hotspot.packet(fromHex(frame.phyPayload));
    const said = outcome?.kind === "declined" ? outcome.reason : outcome?.kind;
    assert.equal(said, EXPECTED[frame.kind], `${frame.kind}: ${frame.phyPayload}`);
    await house.clock.advance(1200);
  }

  const delivered = house.events("up").map((event) => ({
    device: names.get(event.deviceInfo.devEui),
    fCnt: event.fCnt,
    fPort: event.fPort,
    payload: toHex(Buffer.from(event.data ?? "", "base64")),
  }));
  const expected = recording.frames
    .filter(({ kind }) => kind === "data")
    .map(({ device, fCnt, fPort, payload }) => ({ device, fCnt, fPort, payload }));
  assert.ok(expected.length >= 14);
  assert.deepEqual(delivered, expected);

  const objects = house.events("up").map(({ object }) => object);
  assert.deepEqual(objects.at(-2), { temperature_3: 27.2, temperature_5: 25.5 });
  assert.deepEqual(objects.at(-1), { temperature_3: -4.1 });
  assert.equal(objects[0]?.latitude, 40.015, "the collar is in Boulder");

  const [join] = hotspot.downlinks;
  const accept = parseJoinAccept({
    phyPayload: join?.phyPayload ?? new Uint8Array(0),
    appKey: fromHex(appKey),
  });
  assert.ok(accept !== undefined, "the join is answered");
  const cost = recording.frames
    .filter(({ kind }) => kind === "data")
    .reduce((sum, { phyPayload }) => sum + Math.ceil(phyPayload.length / 2 / 24), 0);
  assert.equal(hotspot.vouchers.at(-1)?.cumulativeDc, BigInt(cost));
});
