/** What every Concentrator must do. Each driver's test calls it with a rig of its own. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { airtimeOf, type DataRate, dataRate, dbm, type Hertz, hertz } from "@katydid/protocol";
import type {
  Concentrator,
  ReceivedFrame,
  TransmitRefusal,
  TransmitRequest,
} from "../concentrator.ts";

/** What was on the air. */
export interface AirFrame {
  readonly payload: Uint8Array;
  readonly frequencyHz: Hertz;
  readonly dataRate: DataRate;
}

/** A concentrator that is not started, and the air around it. */
export interface ConcentratorRig extends AsyncDisposable {
  readonly concentrator: Concentrator;
  /** After `start()`: does what else the radio needs to be on the air. */
  ready?(): Promise<void>;
  /** Puts a frame on the air so that the radio hears it; its CRC is right unless told. */
  hear(frame: AirFrame & { readonly crc?: "ok" | "bad" }): Promise<void>;
  /** The next frame that the radio puts on the air. */
  emitted(): Promise<
    AirFrame & {
      readonly invertPolarity: boolean;
      readonly crc: boolean;
      readonly powerDbm: number;
    }
  >;
  /** A request that this radio refuses, and the reason that it must give. */
  readonly refused: { readonly request: TransmitRequest; readonly reason: TransmitRefusal };
  /** Lets the world go on until the promise settles; where time is real: the promise itself. */
  settle<T>(promise: Promise<T>): Promise<T>;
}

/** A downlink at EU868, whole and legal. */
export const exampleRequest: TransmitRequest = {
  payload: Uint8Array.of(0x60, 1, 2, 3, 4, 0, 0, 0, 9, 9, 9, 9),
  frequencyHz: hertz(868_100_000),
  dataRate: dataRate("SF9BW125"),
  codingRate: "4/5",
  powerDbm: dbm(14),
  invertPolarity: true,
  crc: false,
  when: { kind: "immediate" },
};

const AIR = { frequencyHz: hertz(868_300_000), dataRate: dataRate("SF7BW125") };

/** Declares the contract's tests under `name`. `make` gives a fresh rig for each. */
export function concentratorContract(name: string, make: () => Promise<ConcentratorRig>): void {
  const check = (what: string, body: (rig: ConcentratorRig) => Promise<void>) =>
    test(what, async () => {
      await using rig = await make();
      await rig.settle(rig.concentrator.start());
      await rig.ready?.();
      await body(rig);
      await rig.concentrator[Symbol.asyncDispose]();
    });

  describe(`${name} keeps the contract of a concentrator`, () => {
    check("frames come byte for byte, in order, with what the radio measured", framesAreExact);
    check("a frame with a wrong CRC comes, if it comes, as such", wrongCrcIsTold);
    check("what is transmitted goes on the air byte for byte", transmissionIsExact);
    check("a beacon goes out as uplinks do", beaconIsExact);
    check("a refusal is an outcome, and the radio goes on", refusalIsReturned);
    check("256 bytes are too large", tooLargeIsRefused);
    check("frames end when it is disposed, and dispose may be called again", framesEnd);
    check("after dispose nothing is transmitted, and nothing throws", disposedIsSilent);
  });
}

async function framesAreExact(rig: ConcentratorRig): Promise<void> {
  const payloads = [
    Uint8Array.of(0),
    Uint8Array.from({ length: 255 }, (_, index) => index),
    Uint8Array.from({ length: 52 }, (_, index) => 255 - index),
  ];
  const frames = rig.concentrator.frames()[Symbol.asyncIterator]();
  for (const payload of payloads) {
    await rig.hear({ ...AIR, payload });
    const frame = await nextFrame(rig, frames);
    assert.deepEqual(new Uint8Array(frame.payload), payload);
    assert.equal(frame.crc, "ok");
    assert.equal(frame.modulation, "lora");
    assert.equal(frame.frequencyHz, AIR.frequencyHz);
    assert.equal(frame.dataRate, AIR.dataRate);
    assert(frame.counterUs >= 0 && frame.counterUs < 2 ** 32 && Number.isInteger(frame.counterUs));
    assert(Number.isFinite(frame.rssiDbm) && Number.isFinite(frame.snrDb));
    assert(frame.channel >= 0 && Number.isInteger(frame.channel));
  }
}

async function wrongCrcIsTold(rig: ConcentratorRig): Promise<void> {
  const frames = rig.concentrator.frames()[Symbol.asyncIterator]();
  await rig.hear({ ...AIR, payload: Uint8Array.of(1), crc: "bad" });
  await rig.hear({ ...AIR, payload: Uint8Array.of(2) });
  let frame = await nextFrame(rig, frames);
  if (frame.payload[0] === 1) {
    assert.equal(frame.crc, "bad");
    frame = await nextFrame(rig, frames);
  }
  assert.deepEqual([frame.payload[0], frame.crc], [2, "ok"]);
}

async function transmissionIsExact(rig: ConcentratorRig): Promise<void> {
  for (const length of [1, 12, 255]) {
    const payload = Uint8Array.from({ length }, (_, index) => 255 - index);
    await assertEmitted(rig, { ...exampleRequest, payload });
  }
}

async function beaconIsExact(rig: ConcentratorRig): Promise<void> {
  await assertEmitted(rig, { ...exampleRequest, invertPolarity: false, crc: true });
}

async function refusalIsReturned(rig: ConcentratorRig): Promise<void> {
  const { request, reason } = rig.refused;
  const outcome = await rig.settle(rig.concentrator.transmit(request));
  assert.deepEqual(outcome, { outcome: "refused", reason });
  await assertEmitted(rig, exampleRequest);
}

async function tooLargeIsRefused(rig: ConcentratorRig): Promise<void> {
  const request = { ...exampleRequest, payload: new Uint8Array(256) };
  const outcome = await rig.settle(rig.concentrator.transmit(request));
  assert.deepEqual(outcome, { outcome: "refused", reason: "payload-too-large" });
}

async function framesEnd(rig: ConcentratorRig): Promise<void> {
  const next = rig.concentrator.frames()[Symbol.asyncIterator]().next();
  await rig.concentrator[Symbol.asyncDispose]();
  assert.equal((await rig.settle(next)).done, true);
  await rig.concentrator[Symbol.asyncDispose]();
}

async function disposedIsSilent(rig: ConcentratorRig): Promise<void> {
  await rig.concentrator[Symbol.asyncDispose]();
  const outcome = await rig.settle(rig.concentrator.transmit(exampleRequest));
  assert.deepEqual(outcome, { outcome: "refused", reason: "radio-silent" });
}

/** Transmits, and asserts that this and nothing before it is on the air. */
async function assertEmitted(rig: ConcentratorRig, request: TransmitRequest): Promise<void> {
  const emitted = rig.emitted();
  const outcome = await rig.settle(rig.concentrator.transmit(request));
  const { dataRate: rate, codingRate, crc, payload } = request;
  const airtimeUs = airtimeOf({ dataRate: rate, codingRate, crc, payloadBytes: payload.length });
  assert.deepEqual(outcome, { outcome: "accepted", airtimeUs });
  const frame = await rig.settle(emitted);
  assert.deepEqual(new Uint8Array(frame.payload), payload);
  for (const field of ["frequencyHz", "dataRate", "invertPolarity", "crc", "powerDbm"] as const) {
    assert.equal(frame[field], request[field], field);
  }
}

async function nextFrame(
  rig: ConcentratorRig,
  frames: AsyncIterator<ReceivedFrame>,
): Promise<ReceivedFrame> {
  const { done, value } = await rig.settle(frames.next());
  assert(!done, "frames ended early");
  return value;
}
