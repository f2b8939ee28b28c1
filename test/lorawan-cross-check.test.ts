/** Our LoRaWAN frames against another implementation's: the npm package lora-packet. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  buildDataFrame,
  buildJoinAccept,
  buildJoinRequest,
  checkDataMic,
  checkJoinRequestMic,
  type DataFrameInput,
  decryptPayload,
  deriveSessionKeys,
  encodeCfList,
  fromHex,
  parseFrame,
  parseJoinAccept,
  regionPlan,
  toHex,
} from "@katydid/protocol";
import fc from "fast-check";
import loraPacket from "lora-packet";

// A CommonJS module whose typings say `export default`: what is imported is what they call default.
const theirApi = loraPacket as unknown as typeof loraPacket.default;
const { decrypt, decryptJoinAccept, fromFields, fromWire, generateSessionKeys10, verifyMIC } =
  theirApi;

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
const eui = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const dataFrame: fc.Arbitrary<DataFrameInput & { fPort: number; payload: Uint8Array }> = fc
  .record({
    direction: fc.constantFrom("up" as const, "down" as const),
    devAddr: fc.nat(0xffff_ffff),
    fCnt32: fc.nat(0xffff_ffff),
    keys: fc.record({ nwkSKey: key, appSKey: key }),
    confirmed: fc.boolean(),
    fPort: fc.nat(255),
    payload: bytes(222),
    fOpts: bytes(15),
    adr: fc.boolean(),
    ack: fc.boolean(),
  })
  .map((input) => (input.fPort === 0 ? { ...input, fOpts: new Uint8Array() } : input));

/** Upper 16 bits of a counter, little-endian as lora-packet takes them. */
function upperBytes(fCnt32: number): Buffer {
  const upper = Buffer.alloc(2);
  upper.writeUInt16LE(fCnt32 >>> 16);
  return upper;
}

/** `value` big-endian in `count` bytes, as lora-packet takes addresses and nonces. */
function bigEndian(value: number | bigint, count: number): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * count, "0"), "hex");
}

test("they read what we build: fields, MIC and payload", () => {
  fc.assert(
    fc.property(dataFrame, (input) => {
      const { keys, fCnt32 } = input;
      const theirs = fromWire(Buffer.from(buildDataFrame(input)));
      assert.equal(theirs.getDir(), input.direction);
      assert.equal(theirs.isConfirmed(), input.confirmed);
      assert.equal(toHex(theirs.DevAddr ?? Buffer.alloc(0)), toHex(bigEndian(input.devAddr, 4)));
      assert.equal(theirs.getFCnt(), fCnt32 & 0xffff);
      assert.equal(theirs.getFCtrlADR(), input.adr);
      assert.equal(theirs.getFCtrlACK(), input.ack);
      assert.equal(theirs.getFPort(), input.fPort);
      assert.equal(toHex(theirs.FOpts ?? Buffer.alloc(0)), toHex(input.fOpts ?? Buffer.alloc(0)));
      const nwkSKey = Buffer.from(keys.nwkSKey);
      const upper = upperBytes(fCnt32);
      assert(verifyMIC(theirs, nwkSKey, undefined, upper));
      const clear = decrypt(theirs, Buffer.from(keys.appSKey), nwkSKey, upper);
      assert.equal(toHex(clear), toHex(input.payload));
    }),
  );
});

test("we read what they build", () => {
  fc.assert(
    fc.property(dataFrame, ({ direction, confirmed, devAddr, fCnt32, keys, fPort, payload }) => {
      // They take an empty payload for an absent one.
      fc.pre(payload.length > 0 && fPort > 0);
      const way = direction === "up" ? "Up" : "Down";
      const theirs = fromFields(
        {
          MType: `${confirmed ? "Confirmed" : "Unconfirmed"} Data ${way}`,
          DevAddr: bigEndian(devAddr, 4),
          FCnt: fCnt32 & 0xffff,
          FPort: fPort,
          payload: Buffer.from(payload),
        },
        Buffer.from(keys.appSKey),
        Buffer.from(keys.nwkSKey),
        undefined,
        upperBytes(fCnt32),
      );
      const phyPayload = new Uint8Array(theirs.PHYPayload ?? Buffer.alloc(0));
      const frame = parseFrame(phyPayload);
      assert(frame.kind === (direction === "up" ? "data-up" : "data-down"));
      assert.deepEqual(
        [frame.confirmed, frame.devAddr, frame.fCnt16, frame.fPort],
        [confirmed, devAddr, fCnt32 & 0xffff, fPort],
      );
      assert(checkDataMic({ phyPayload, nwkSKey: keys.nwkSKey, fCnt32 }));
      assert.equal(toHex(decryptPayload({ frame, keys, fCnt32 })), toHex(payload));
    }),
  );
});

test("join requests: the same bytes, both ways", () => {
  fc.assert(
    fc.property(key, eui, eui, fc.nat(0xffff), (appKey, joinEui, devEui, devNonce) => {
      const theirs = fromFields(
        {
          MType: "Join Request",
          AppEUI: bigEndian(joinEui, 8),
          DevEUI: bigEndian(devEui, 8),
          DevNonce: bigEndian(devNonce, 2),
        },
        undefined,
        undefined,
        Buffer.from(appKey),
      );
      const phyPayload = buildJoinRequest({ appKey, joinEui, devEui, devNonce });
      assert.equal(toHex(phyPayload), toHex(theirs.PHYPayload ?? Buffer.alloc(0)));
      assert(checkJoinRequestMic({ phyPayload, appKey }));
    }),
  );
});

test("join accepts and session keys, with and without a CFList", () => {
  const lists = ["EU868", "US915"].flatMap((name) => regionPlan(name).cfList ?? []);
  const accept = fc.record({
    appKey: key,
    joinNonce: fc.nat(0xff_ffff),
    netId: fc.nat(0xff_ffff),
    devAddr: fc.nat(0xffff_ffff),
    devNonce: fc.nat(0xffff),
    cfList: fc.constantFrom(undefined, ...lists),
  });
  fc.assert(
    fc.property(accept, ({ appKey, joinNonce, netId, devAddr, devNonce, cfList }) => {
      const fields = { joinNonce, netId, devAddr, rx1DrOffset: 1, rx2DataRate: 8 };
      const input = { ...fields, rxDelaySeconds: 1, ...(cfList && { cfList }) };
      const phyPayload = buildJoinAccept({ ...input, appKey });
      const clear = decryptJoinAccept(fromWire(Buffer.from(phyPayload)), Buffer.from(appKey));
      const theirs = fromWire(clear);
      assert.equal(toHex(theirs.AppNonce ?? Buffer.alloc(0)), toHex(bigEndian(joinNonce, 3)));
      assert.equal(toHex(theirs.NetID ?? Buffer.alloc(0)), toHex(bigEndian(netId, 3)));
      assert.equal(toHex(theirs.DevAddr ?? Buffer.alloc(0)), toHex(bigEndian(devAddr, 4)));
      assert.equal(theirs.getDLSettingsRxOneDRoffset(), 1);
      assert.equal(theirs.getDLSettingsRxTwoDataRate(), 8);
      assert(verifyMIC(theirs, undefined, Buffer.from(appKey)));
      if (cfList)
        assert.equal(toHex(theirs.CFList ?? Buffer.alloc(0)), toHex(encodeCfList(cfList)));
      assert.equal(parseJoinAccept({ phyPayload, appKey })?.devAddr, devAddr);

      const ours = deriveSessionKeys({ appKey, joinNonce, netId, devNonce });
      const keys = generateSessionKeys10(
        Buffer.from(appKey),
        bigEndian(netId, 3),
        bigEndian(joinNonce, 3),
        bigEndian(devNonce, 2),
      );
      assert.equal(toHex(ours.nwkSKey), toHex(keys.NwkSKey));
      assert.equal(toHex(ours.appSKey), toHex(keys.AppSKey));
    }),
  );
});

test("one flipped bit: they and we agree that the MIC is wrong", () => {
  const published = "40f17dbe4900020001954378762b11ff0d";
  const nwkSKey = fromHex("44024241ed4ce9a68c6a8bc055233fd3");
  // From DevAddr on: in the MHDR and FCtrl a bit makes another kind of frame.
  for (let bit = 8 * 8; bit < 17 * 8; bit++) {
    const phyPayload = fromHex(published);
    phyPayload[bit >> 3] = (phyPayload[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const ours = checkDataMic({ phyPayload, nwkSKey, fCnt32: 2 });
    assert.equal(ours, verifyMIC(fromWire(Buffer.from(phyPayload)), Buffer.from(nwkSKey)));
    assert.equal(ours, false);
  }
});
