import assert from "node:assert/strict";
import { test } from "node:test";
import { type DataRate, dbm, hertz } from "@katydid/protocol";
import fc from "fast-check";
import { exampleRequest } from "../contract/index.ts";
import { parseRxpk } from "./rxpk.ts";
import { makeTxpk, refusalOf } from "./txpk.ts";

const ENTRY = {
  jver: 1,
  tmst: 5_007_309,
  chan: 1,
  rfch: 1,
  freq: 868.3,
  mid: 1,
  stat: 1,
  modu: "LORA",
  datr: "SF9BW125",
  codr: "4/5",
  rssis: -110,
  lsnr: 5.2,
  foff: -282,
  rssi: -109,
  size: 3,
  data: "AQID",
};

function frameOf(fields: object) {
  const parsed = parseRxpk({ ...ENTRY, ...fields });
  assert(parsed.outcome === "frame", JSON.stringify(parsed));
  return parsed.frame;
}

test("an entry becomes a frame", () => {
  assert.deepEqual(frameOf({}), {
    payload: Uint8Array.of(1, 2, 3),
    crc: "ok",
    modulation: "lora",
    frequencyHz: 868_300_000,
    dataRate: "SF9BW125",
    codingRate: "4/5",
    channel: 1,
    rssiDbm: -109,
    snrDb: 5.2,
    counterUs: 5_007_309,
  });
  assert.equal(frameOf({ stat: -1 }).crc, "bad");
  assert.equal(frameOf({ stat: 0 }).crc, "none");
  assert.equal(frameOf({ codr: "OFF" }).codingRate, "off");
  assert.equal(frameOf({ ftime: 123_456_789 }).fineTimeNs, 123_456_789);
  assert.equal("fineTimeNs" in frameOf({ ftime: -1 }), false);
  assert.equal(frameOf({ size: 2, data: "AQI" }).payload.length, 2);
  assert.equal(frameOf({ size: 0, data: "" }).payload.length, 0);
});

test("FSK has a bit rate, no coding rate and no signal-to-noise ratio", () => {
  const { codr: _, lsnr: __, ...rest } = ENTRY;
  const parsed = parseRxpk({ ...rest, modu: "FSK", datr: 50_000 });
  assert(parsed.outcome === "frame");
  const { modulation, dataRate, codingRate, snrDb } = parsed.frame;
  assert.deepEqual([modulation, dataRate, codingRate, snrDb], ["fsk", "50000", "off", 0]);
});

test("of several antennas the one that heard best counts", () => {
  const rsig = [
    { ant: 0, chan: 3, rssic: -101, lsnr: 2 },
    { ant: 1, chan: 4, rssic: -99, lsnr: 6.5, etime: "AAAA" },
    "nonsense",
  ];
  const { rssi: _, lsnr: __, chan: ___, ...rest } = ENTRY;
  const parsed = parseRxpk({ ...rest, rsig });
  assert(parsed.outcome === "frame");
  const { channel, rssiDbm, snrDb } = parsed.frame;
  assert.deepEqual([channel, rssiDbm, snrDb], [4, -99, 6.5]);
  assert.equal(frameOf({ rsig }).rssiDbm, -109);
  assert.deepEqual(parseRxpk({ ...rest, rsig: [] }), { outcome: "skipped", reason: "signal" });
});

// Each row breaks one rule more than the row below: the order of checks is pinned.
const broken: readonly (readonly [string, object])[] = [
  ["crc-status", { stat: 2 }],
  ["modulation", { modu: "LR-FHSS" }],
  ["data-rate", { datr: "SF13BW125" }],
  ["coding-rate", { codr: "4/9" }],
  ["frequency", { freq: "868.3" }],
  ["counter", { tmst: -1 }],
  ["signal", { rssi: null }],
  ["base64", { data: "AQ_D" }],
  ["size", { size: 4 }],
];

test("what is wrong is skipped, the first reason in order", () => {
  for (const index of broken.keys()) {
    const rows = broken.slice(index);
    const entry = Object.assign({}, ENTRY, ...rows.map(([, fields]) => fields));
    assert.deepEqual(parseRxpk(entry), { outcome: "skipped", reason: rows[0]?.[0] });
    const alone = parseRxpk({ ...ENTRY, ...rows[0]?.[1] });
    assert.deepEqual(alone, { outcome: "skipped", reason: rows[0]?.[0] });
  }
  for (const entry of [null, [], 7, "x", undefined]) {
    assert.deepEqual(parseRxpk(entry), { outcome: "skipped", reason: "not-object" });
  }
  const long = Buffer.alloc(256).toString("base64");
  assert.equal(parseRxpk({ ...ENTRY, size: 256, data: long }).outcome, "skipped");
});

test("any JSON is a frame or skipped, and none throws", () => {
  const anything = fc.record(
    Object.fromEntries(Object.keys(ENTRY).map((key) => [key, fc.jsonValue()])),
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(anything, (fields) => {
      assert(parseRxpk(fields).outcome === "skipped" || Number.isFinite(fields.freq));
      parseRxpk({ ...ENTRY, ...fields });
    }),
  );
});

test("every whole Hz of MHz with six decimals is found again, and the counter wraps", () => {
  fc.assert(
    fc.property(fc.integer({ min: 100_000_000, max: 2 ** 32 - 1_000_000 }), (frequencyHz) => {
      assert.equal(
        frameOf({ freq: Number((frequencyHz / 1e6).toFixed(6)) }).frequencyHz,
        frequencyHz,
      );
      assert.equal(
        makeTxpk({ ...exampleRequest, frequencyHz: hertz(frequencyHz) }).freq,
        frequencyHz / 1e6,
      );
    }),
  );
  assert.equal(frameOf({ tmst: 2 ** 32 + 5 }).counterUs, 5);
});

test("a request becomes a txpk", () => {
  assert.deepEqual(makeTxpk({ ...exampleRequest, powerDbm: dbm(14.9) }), {
    imme: true,
    freq: 868.1,
    rfch: 0,
    powe: 14,
    modu: "LORA",
    datr: "SF9BW125",
    codr: "4/5",
    ipol: true,
    ncrc: true,
    size: 12,
    data: "YAECAwQAAAAJCQkJ",
  });
  const when = { kind: "at-counter", counterUs: 7 } as const;
  const fsk = makeTxpk({ ...exampleRequest, when, dataRate: "50000" as DataRate, crc: true });
  assert.deepEqual(
    [fsk.tmst, fsk.imme, fsk.modu, fsk.datr, fsk.fdev, fsk.ncrc],
    [7, undefined, "FSK", 50_000, 25_000, false],
  );
});

test("a TX_ACK is accepted unless it names an error", () => {
  const accepted = [
    undefined,
    {},
    { txpk_ack: {} },
    { txpk_ack: { error: "NONE" } },
    { txpk_ack: 7 },
  ];
  for (const json of accepted) assert.equal(refusalOf(json), undefined);
  assert.equal(refusalOf({ txpk_ack: { warn: "TX_POWER", value: 20 } }), undefined);
  assert.equal(refusalOf({ txpk_ack: { error: "TOO_LATE" } }), "too-late");
  assert.equal(refusalOf({ txpk_ack: { error: "TX_POWER" } }), "power-unsupported");
  assert.equal(refusalOf({ txpk_ack: { error: "COFFEE" } }), "other");
});
