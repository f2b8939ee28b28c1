import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromHex, toHex } from "../bytes/bytes.ts";
import { regionNames, regionPlan } from "../radio/regions.ts";
import { type CfList, decodeCfList, encodeCfList } from "./cf-list.ts";
import { buildDataFrame } from "./data-frame.ts";
import { openDownlink } from "./device.ts";
import { parseFrame } from "./frame.ts";
import {
  buildJoinAccept,
  buildJoinRequest,
  checkJoinRequestMic,
  deriveSessionKeys,
  parseJoinAccept,
} from "./join.ts";

const APP_KEY = fromHex("8a8b8c8d8e8f80818283848586878889");
/** From a recording of Semtech's packet forwarder; DevNonce 1a2b. */
const RECORDED = fromHex("000100000000000000010000d07ed5b3702b1a271c5f9a");

test("the recorded join request is read, holds, and is what we would build", () => {
  const frame = parseFrame(RECORDED);
  assert(frame.kind === "join-request");
  const { joinEui, devEui, devNonce } = frame;
  assert.deepEqual([joinEui, devEui, devNonce], [1n, 0x70b3d57ed0000001n, 0x1a2b]);
  assert(checkJoinRequestMic({ phyPayload: RECORDED, appKey: APP_KEY }));
  assert(!checkJoinRequestMic({ phyPayload: RECORDED, appKey: new Uint8Array(16) }));
  assert.equal(
    toHex(buildJoinRequest({ appKey: APP_KEY, joinEui, devEui, devNonce })),
    toHex(RECORDED),
  );
});

const frequencyHz = fc.integer({ min: 1, max: 2 ** 24 - 1 }).map((hundreds) => hundreds * 100);
const cfList: fc.Arbitrary<CfList> = fc.oneof(
  fc
    .array(frequencyHz, { maxLength: 5 })
    .map((frequenciesHz) => ({ kind: "frequencies" as const, frequenciesHz })),
  fc
    .array(fc.nat(0xffff), { minLength: 7, maxLength: 7 })
    .map((masks) => ({ kind: "masks" as const, masks })),
);

test("an accept is read by the device that asked, and by no other", () => {
  const accept = fc.record(
    {
      joinNonce: fc.nat(0xff_ffff),
      netId: fc.nat(0xff_ffff),
      devAddr: fc.nat(0xffff_ffff),
      rx1DrOffset: fc.nat(7),
      rx2DataRate: fc.nat(15),
      rxDelaySeconds: fc.integer({ min: 1, max: 15 }),
      cfList,
    },
    {
      noNullPrototype: true,
      requiredKeys: [
        "joinNonce",
        "netId",
        "devAddr",
        "rx1DrOffset",
        "rx2DataRate",
        "rxDelaySeconds",
      ],
    },
  );
  fc.assert(
    fc.property(accept, (input) => {
      const phyPayload = buildJoinAccept({ ...input, appKey: APP_KEY });
      assert.equal(phyPayload.length, input.cfList ? 33 : 17);
      assert.deepEqual(parseJoinAccept({ phyPayload, appKey: APP_KEY }), input);
      assert.equal(parseJoinAccept({ phyPayload, appKey: new Uint8Array(16) }), undefined);
    }),
  );
});

test("an RxDelay of 0 is one second, and what is no accept is none", () => {
  assert.equal(parseJoinAccept({ phyPayload: RECORDED, appKey: APP_KEY }), undefined);
  const accept = { joinNonce: 1, netId: 0x24, devAddr: 1, rx1DrOffset: 0, rx2DataRate: 0 };
  assert.throws(() => buildJoinAccept({ ...accept, rxDelaySeconds: 0, appKey: APP_KEY }));
});

test("the CFLists of the plans, as the specification writes them", () => {
  const [eu, us] = ["EU868", "US915"].map((name) => regionPlan(name).cfList);
  // 8671000 is 0x844f18.
  assert.equal(
    toHex(encodeCfList(eu as CfList)),
    "184f84e85684b85e8488668458 6e8400".replace(" ", ""),
  );
  assert.equal(toHex(encodeCfList(us as CfList)), "00ff0000000000000200000000000001");
  for (const name of regionNames) {
    const list = regionPlan(name).cfList;
    if (list?.kind === "frequencies") assert.deepEqual(decodeCfList(encodeCfList(list)), list);
  }
  assert.equal(decodeCfList(new Uint8Array(16).fill(9)), undefined);
});

test("a device opens its downlinks once and in order", () => {
  const keys = deriveSessionKeys({ appKey: APP_KEY, joinNonce: 1, netId: 0x24, devNonce: 2 });
  assert.notEqual(toHex(keys.nwkSKey), toHex(keys.appSKey));
  const payload = Uint8Array.of(1, 2, 3);
  const build = (fCnt32: number) =>
    buildDataFrame({ direction: "down", devAddr: 9, fCnt32, keys, fPort: 5, payload });
  const open = (phyPayload: Uint8Array, lastFCnt?: number) => {
    const opened = openDownlink({ phyPayload, devAddr: 9, keys, lastFCnt });
    return opened.outcome === "accepted" ? opened.fCnt32 : opened.reason;
  };
  assert.equal(open(build(0)), 0);
  assert.equal(open(build(5), 4), 5);
  assert.equal(open(build(0x1_0000), 0xffff), 0x1_0000);
  assert.equal(open(build(4), 4), "old-counter");
  assert.equal(open(build(3), 4), "old-counter");
  const up = buildDataFrame({ direction: "up", devAddr: 9, fCnt32: 5, keys });
  assert.equal(open(up), "not-downlink");
  const other = buildDataFrame({ direction: "down", devAddr: 8, fCnt32: 5, keys });
  assert.equal(open(other), "not-mine");
  const forged = build(5);
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
  assert.equal(open(forged, 4), "mic-invalid");
  const opened = openDownlink({ phyPayload: build(5), devAddr: 9, keys, lastFCnt: 4 });
  assert(opened.outcome === "accepted");
  assert.deepEqual(opened.payload, payload);
});
