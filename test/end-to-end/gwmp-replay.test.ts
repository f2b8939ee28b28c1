/**
 * Real input: what a real packet forwarder sent in 34 s, replayed over UDP in its own time into a
 * real hotspot agent, with a real router, broker and ledger; from the chirp to the owner's pay.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  buildDataFrame,
  dc,
  dcForBytes,
  equalBytes,
  fromHex,
  motesForDc,
  parseJoinAccept,
  regionPlan,
  toHex,
  verifyMessage,
  voucherOrder,
} from "@katydid/protocol";
import { devEuis } from "./joining.ts";
import { CHAIN_ID, PRICE_MICRO_USD } from "./network.ts";
import type { Heard } from "./packet-forwarder.ts";
import { frames, phyPayloadOf, pushes, recording } from "./recording.ts";
import { bought, type Replay, runReplay } from "./replay-run.ts";
import { byLabel, parseMetrics } from "./scrape.ts";
import { decisionsIn, vouchersIn } from "./sessions.ts";

const boughtDc = bought.reduce(
  (sum, { phyPayload }) => sum + dcForBytes(phyPayload.length / 2),
  0n,
);

describe("a packet forwarder's recording, from UDP to the owner's pay", {
  timeout: 200_000,
}, () => {
  const cleanup = new AsyncDisposableStack();
  let replay: Replay;

  before(async () => {
    replay = await runReplay(cleanup);
  });
  after(() => cleanup.disposeAsync());

  test("the recording holds what frames.json says", () => {
    assert.deepEqual(
      pushes.map(({ rxpk }) => phyPayloadOf(rxpk)),
      frames.frames.map(({ phyPayload }) => phyPayload),
    );
    assert.equal(bought.length, 16);
    assert.equal(boughtDc, 16n);
  });

  test("every datagram of the forwarder is acknowledged", () => {
    const acknowledged = replay.forwarder.heard.items.flatMap(({ datagram }) =>
      datagram.kind === "push-ack" || datagram.kind === "pull-ack" ? [datagram.token] : [],
    );
    assert.deepEqual(
      acknowledged,
      recording.map(({ hex }) => hex.slice(2, 6)),
    );
  });

  test("collar, tracker and sensor payloads reach their owner, once and in order", () => {
    const seen = replay.ups.map(({ topic, event }) => ({
      device: event.deviceInfo.deviceName,
      topic: topic.split("/").slice(2).join("/"),
      fCnt: event.fCnt,
      fPort: event.fPort,
      payload: Buffer.from(event.data, "base64").toString("hex"),
    }));
    assert.deepEqual(
      seen,
      bought.map(({ device = "", fCnt, fPort, payload }) => ({
        device,
        topic: `device/${devEuis[device]}/event/up`,
        fCnt,
        fPort,
        payload,
      })),
    );
  });

  test("as ChirpStack v4 writes them, with what the radio said", () => {
    const first = replay.ups[0]?.event;
    const rxpk = pushes[1]?.rxpk;
    assert.ok(first && rxpk);
    assert.equal(first.devAddr, "48000011");
    assert.equal(first.confirmed, false);
    assert.equal(first.deviceInfo.devEui, devEuis.collar);
    assert.deepEqual(first.txInfo, {
      frequency: 868_100_000,
      modulation: { lora: { bandwidth: 125_000, spreadingFactor: 7, codeRate: "CR_4_5" } },
    });
    assert.equal(first.rxInfo.length, 1);
    const trackers = replay.ups.filter(({ event }) => event.deviceInfo.deviceName === "oyster");
    assert.deepEqual(
      trackers.map(({ event }) => event.confirmed),
      [true, true],
    );
  });

  test("what is in Cayenne LPP is decoded, what is not is left alone", () => {
    for (const { event } of replay.ups) {
      const bytes = Buffer.from(event.data, "base64");
      switch (event.deviceInfo.deviceName) {
        case "collar":
          // Channel, type 88 (GPS), latitude and longitude in 0.0001 degree, altitude in 0.01 m.
          assert.deepEqual(event.object?.gps_1, {
            latitude: bytes.readIntBE(2, 3) / 10_000,
            longitude: bytes.readIntBE(5, 3) / 10_000,
            altitude: bytes.readIntBE(8, 3) / 100,
          });
          break;
        case "sensor":
          assert.deepEqual(
            event.object,
            event.fCnt === 1
              ? { temperature_3: 27.2, temperature_5: 25.5 }
              : { temperature_3: -4.1 },
          );
          break;
        default:
          assert.equal(event.object, undefined);
      }
    }
  });

  test("the join is answered in time, in RX1, for that device alone", () => {
    const [answer] = downlinks(replay.forwarder.heard.items);
    const request = pushes[0]?.rxpk;
    assert.ok(answer && request);
    const { devEui: _devEui, appKey } = frames.otaaDevice;
    const accept = parseJoinAccept({ phyPayload: answer.payload, appKey: fromHex(appKey) });
    assert.ok(accept, "the AppKey opens it and its MIC holds");
    assert.ok(accept.devAddr >= 0x4800_0000 && accept.devAddr <= 0x4800_001f, "of the slabs");
    assert.equal(accept.rxDelaySeconds, 1);
    assert.equal(answer.txpk.tmst, request.tmst + 5_000_000);
    assert.equal(answer.txpk.freq, request.freq);
    assert.equal(answer.txpk.datr, request.datr);
    assert.equal(answer.txpk.ipol, true);
    assert.ok(Number(answer.txpk.powe) <= regionPlan("EU868").maxEirpDbm);
    const joinAtMs = recording.find(({ hex }) => hex === pushes[0]?.hex)?.atMs ?? 0;
    const delayMs = answer.at - replay.firstSentAt - (joinAtMs - (recording[0]?.atMs ?? 0));
    assert.ok(delayMs < 4000, `${delayMs} ms after the request, RX1 opens at 5000 ms`);
  });

  test("the tracker's confirmed frames are acknowledged in RX1", () => {
    const [, ...acks] = downlinks(replay.forwarder.heard.items);
    const device = frames.abpDevices.find(({ name }) => name === "oyster");
    const requests = pushes.filter(({ rxpk }) => phyPayloadOf(rxpk).startsWith("80"));
    assert.ok(device);
    const keys = { nwkSKey: fromHex(device.nwkSKey), appSKey: fromHex(device.appSKey) };
    const devAddr = Number.parseInt(device.devAddr, 16);
    assert.deepEqual(
      acks.map(({ payload, txpk }) => ({ payload: toHex(payload), tmst: txpk.tmst })),
      requests.map(({ rxpk }, fCnt32) => ({
        payload: toHex(buildDataFrame({ direction: "down", devAddr, fCnt32, keys, ack: true })),
        tmst: rxpk.tmst + 1_000_000,
      })),
    );
  });

  test("what shall not pass does not, each counted under its own name", () => {
    const atAgent = parseMetrics(replay.agentMetrics);
    const { queued = 0, forwarded = 0, ...stopped } = byLabel(atAgent, "katydid_frames_total");
    assert.equal(queued + forwarded, 19, "16 payloads, the join, the wrong MIC and the replay");
    assert.deepEqual(stopped, {
      "no-route": 1,
      proprietary: 1,
      malformed: 1,
      "crc-error": 1,
    });
    assert.deepEqual(byLabel(atAgent, "gwmp_frames_total"), { ok: 22, bad: 1 });
    assert.deepEqual(byLabel(atAgent, "gwmp_malformed_total"), {});
    assert.deepEqual(byLabel(atAgent, "gwmp_entries_skipped_total"), {});
    assert.deepEqual(byLabel(atAgent, "katydid_uplinks_total"), { bought: 17, declined: 2 });
    assert.deepEqual(byLabel(atAgent, "katydid_downlinks_total"), { transmitted: 3 });
    const atRouter = parseMetrics(replay.routerMetrics);
    assert.deepEqual(byLabel(atRouter, "katydid_router_packets_total"), {
      bought: 16,
      joined: 1,
      "mic-invalid": 1,
      replay: 1,
    });
    const { packets, delivered, boughtDc: spent } = replay.host.router.stats();
    assert.equal(packets.replay + packets["mic-invalid"], 2);
    assert.equal(delivered, 16);
    assert.equal(BigInt(spent), boughtDc);
    assert.equal(decisionsIn(replay.network.sessions).length, 19);
  });

  test("the vouchers cover exactly the bought frames", () => {
    const vouchers = vouchersIn(replay.network.sessions).filter(({ channel: id }) =>
      equalBytes(id, replay.channel),
    );
    assert.ok(vouchers.length > 0);
    const router = replay.network.keys.router.address;
    for (const [i, voucher] of vouchers.entries()) {
      assert.equal(voucher.hotspot, replay.agent.address);
      assert.ok(verifyMessage({ chainId: CHAIN_ID, message: voucher, by: router }));
      const before = vouchers[i - 1];
      if (before) assert.match(voucherOrder(before, voucher), /^(?:follows|equal)$/);
    }
    const last = vouchers.at(-1);
    assert.equal(last?.cumulativeDc, boughtDc);
    assert.equal(last?.cumulativePackets, bought.length);
    const verdicts = byLabel(parseMetrics(replay.agentMetrics), "katydid_vouchers_total");
    for (const bad of ["bad-signature", "equivocation", "wrong-hotspot", "precedes"]) {
      assert.equal(verdicts[bad], undefined, bad);
    }
  });

  test("the channel settles for the bought frames and nothing else", async () => {
    const view = await replay.network.ledger.channel(replay.channel);
    assert.equal(view?.state, "settled");
    assert.deepEqual(view?.payouts, [{ hotspot: replay.agent.address, dc: boughtDc }]);
  });

  test("the hotspot's owner is paid the data value of those frames", () => {
    const value = motesForDc({
      dc: dc(boughtDc),
      priceMicroUsd: PRICE_MICRO_USD,
      rounding: "down",
    });
    // Genesis priced the router's DC as the ledger prices them now: burned and worth is the same.
    assert.equal(value, 16_000n);
    assert.deepEqual(replay.pay, { earned: value, credited: value });
  });
});

interface SentDown {
  readonly at: number;
  readonly payload: Uint8Array;
  readonly txpk: Readonly<Record<string, unknown>>;
}

/** What the forwarder was told to transmit, in order. */
function downlinks(heard: readonly Heard[]): SentDown[] {
  return heard.flatMap(({ at, datagram }) => {
    if (datagram.kind !== "pull-resp") return [];
    const { txpk } = datagram.json as { txpk: Record<string, unknown> & { data: string } };
    return [{ at, payload: new Uint8Array(Buffer.from(txpk.data, "base64")), txpk }];
  });
}
