/**
 * Real input: what a real packet forwarder sent in 34 s, replayed over UDP in its own time into a
 * real hotspot agent, with a real router, broker and ledger; from the chirp to the owner's pay.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type RunningAgent, runAgent } from "@katydid/hotspot-agent";
import type { LedgerEvent } from "@katydid/ledger/client";
import { connectBus, createMetrics, realClock } from "@katydid/platform";
import {
  buildDataFrame,
  dc,
  dcForBytes,
  equalBytes,
  fromHex,
  fromUtf8,
  motesForDc,
  parseJoinAccept,
  regionPlan,
  toHex,
  verifyMessage,
  voucherOrder,
} from "@katydid/protocol";
import { Deadline, Recorder } from "./awaiting.ts";
import { addDevices, addHotspot, devEuis, registerRouter, untilReady } from "./joining.ts";
import { CHAIN_ID, PRICE_MICRO_USD, startNetwork, type TestNetwork } from "./network.ts";
import { type Heard, PacketForwarder } from "./packet-forwarder.ts";
import { frames, gatewayEui, phyPayloadOf, pushes, recording } from "./recording.ts";
import { openRouterHost, type RouterHost } from "./router-host.ts";
import { byLabel, parseMetrics } from "./scrape.ts";
import { decisionsIn, isDeclined, vouchersIn } from "./sessions.ts";

/** Setup 10 s, recording 25 s, channel and grace 50 s, the rest of an epoch 60 s. */
const SECONDS_MAX = 150;
/** The channel outlives the frames by a little, so that it settles within the first epoch. */
const CHANNEL_SECONDS = 35;
const CLOSE_MARGIN_SECONDS = 4;

const bought = frames.frames.filter(({ kind }) => kind === "data");
const boughtDc = bought.reduce(
  (sum, { phyPayload }) => sum + dcForBytes(phyPayload.length / 2),
  0n,
);

interface Up {
  readonly topic: string;
  readonly event: {
    readonly fCnt: number;
    readonly fPort: number;
    readonly data: string;
    readonly confirmed: boolean;
    readonly devAddr: string;
    readonly object?: Readonly<Record<string, unknown>>;
    readonly deviceInfo: Readonly<Record<string, unknown>>;
    readonly rxInfo: readonly { readonly gatewayId: string; readonly rssi: number }[];
    readonly txInfo: Readonly<Record<string, unknown>>;
  };
}

describe("a packet forwarder's recording, from UDP to the owner's pay", {
  timeout: 200_000,
}, () => {
  const cleanup = new AsyncDisposableStack();
  const ups = new Recorder<Up>();
  let network: TestNetwork;
  let host: RouterHost;
  let agent: RunningAgent;
  let forwarder: PacketForwarder;
  let channel: Uint8Array;
  let agentMetrics: string;
  let routerMetrics: string;
  let pay: { readonly earned: bigint; readonly credited: bigint };
  const firstSentAt = { ms: 0 };

  before(async () => {
    const deadline = cleanup.use(new Deadline({ seconds: SECONDS_MAX }));
    network = cleanup.use(await startNetwork());
    host = cleanup.use(await openHost(network));
    agent = cleanup.use(await startHotspot(network));
    await deadline.for("registration of router and hotspot", enter(network, agent));
    const token = await startRouter(network, host);
    await listenAsOwner({ network, host, token, ups, cleanup });
    ({ channel } = await deadline.for(
      "location, EUI filter and channel on the ledger",
      untilReady(network, agent.address),
    ));
    const owner = network.keys.hotspotOwner.address;
    const balanceBefore = (await network.ledger.account(owner)).motes;

    forwarder = cleanup.use(await PacketForwarder.start({ eui: gatewayEui, port: agent.gwmpPort }));
    firstSentAt.ms = realClock.now();
    await deadline.for("the recording's own time", forwarder.replay(recording));
    await deadline.for(
      "the owner's events",
      ups.atLeast(bought.length, () => true),
    );
    await deadline.for("a decision mic-invalid", network.sessions.first(isDeclined("mic-invalid")));
    await deadline.for("a decision replay", network.sessions.first(isDeclined("replay")));
    await deadline.for("settlement of the channel", settled(network, channel));
    agentMetrics = await (await fetch(`${agent.statusUrl}/metrics`)).text();
    routerMetrics = await host.metrics.text();
    await deadline.for("data pay at the epoch's end", paid(network, agent));
    const { earned } = await network.ledger.hotspot(agent.address).then((view) => {
      assert.ok(view);
      return view;
    });
    const balanceAfter = (await network.ledger.account(owner)).motes;
    pay = { earned: earned.data, credited: balanceAfter - balanceBefore };
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
    const acknowledged = forwarder.heard.items.flatMap(({ datagram }) =>
      datagram.kind === "push-ack" || datagram.kind === "pull-ack" ? [datagram.token] : [],
    );
    assert.deepEqual(
      acknowledged,
      recording.map(({ hex }) => hex.slice(2, 6)),
    );
  });

  test("collar, tracker and sensor payloads reach their owner, once and in order", () => {
    const seen = ups.items.map(({ topic, event }) => ({
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
    const first = ups.items[0]?.event;
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
    const trackers = ups.items.filter(({ event }) => event.deviceInfo.deviceName === "oyster");
    assert.deepEqual(
      trackers.map(({ event }) => event.confirmed),
      [true, true],
    );
  });

  test("what is in Cayenne LPP is decoded, what is not is left alone", () => {
    for (const { event } of ups.items) {
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
    const [answer] = downlinks(forwarder.heard.items);
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
    const delayMs = answer.at - firstSentAt.ms - (joinAtMs - (recording[0]?.atMs ?? 0));
    assert.ok(delayMs < 4000, `${delayMs} ms after the request, RX1 opens at 5000 ms`);
  });

  test("the tracker's confirmed frames are acknowledged in RX1", () => {
    const [, ...acks] = downlinks(forwarder.heard.items);
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
    const atAgent = parseMetrics(agentMetrics);
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
    const atRouter = parseMetrics(routerMetrics);
    assert.deepEqual(byLabel(atRouter, "katydid_router_packets_total"), {
      bought: 16,
      joined: 1,
      "mic-invalid": 1,
      replay: 1,
    });
    const { packets, delivered, boughtDc: spent } = host.router.stats();
    assert.equal(packets.replay + packets["mic-invalid"], 2);
    assert.equal(delivered, 16);
    assert.equal(BigInt(spent), boughtDc);
    assert.equal(decisionsIn(network.sessions).length, 19);
  });

  test("the vouchers cover exactly the bought frames", () => {
    const vouchers = vouchersIn(network.sessions).filter(({ channel: id }) =>
      equalBytes(id, channel),
    );
    assert.ok(vouchers.length > 0);
    const router = network.keys.router.address;
    for (const [i, voucher] of vouchers.entries()) {
      assert.equal(voucher.hotspot, agent.address);
      assert.ok(verifyMessage({ chainId: CHAIN_ID, message: voucher, by: router }));
      const before = vouchers[i - 1];
      if (before) assert.match(voucherOrder(before, voucher), /^(?:follows|equal)$/);
    }
    const last = vouchers.at(-1);
    assert.equal(last?.cumulativeDc, boughtDc);
    assert.equal(last?.cumulativePackets, bought.length);
    const verdicts = byLabel(parseMetrics(agentMetrics), "katydid_vouchers_total");
    for (const bad of ["bad-signature", "equivocation", "wrong-hotspot", "precedes"]) {
      assert.equal(verdicts[bad], undefined, bad);
    }
  });

  test("the channel settles for the bought frames and nothing else", async () => {
    const view = await network.ledger.channel(channel);
    assert.equal(view?.state, "settled");
    assert.deepEqual(view?.payouts, [{ hotspot: agent.address, dc: boughtDc }]);
  });

  test("the hotspot's owner is paid the data value of those frames", () => {
    const value = motesForDc({
      dc: dc(boughtDc),
      priceMicroUsd: PRICE_MICRO_USD,
      rounding: "down",
    });
    // Genesis priced the router's DC as the ledger prices them now: burned and worth is the same.
    assert.equal(value, 16_000n);
    assert.deepEqual(pay, { earned: value, credited: value });
  });
});

function openHost(network: TestNetwork): Promise<RouterHost> {
  const { chainId, ledgerUrl, broker, folder, keys, log } = network;
  return openRouterHost({
    ...{ chainId, ledgerUrl, log, key: keys.router, owner: keys.routerOwner, region: "EU868" },
    brokerUrl: broker.url,
    folder: join(folder, "router"),
    channelPolicy: {
      depositDc: network.params.channelDepositMinDc,
      lifetimeSeconds: CHANNEL_SECONDS,
      renewAtPercent: 80,
      closeMarginSeconds: CLOSE_MARGIN_SECONDS,
    },
  });
}

function startHotspot({ keys, folder, ledgerUrl, chainId }: TestNetwork): Promise<RunningAgent> {
  return runAgent({
    ...{ ledgerUrl, chainId, gwmpPort: 0, statusPort: 0, logLevel: "error" },
    key: keys.hotspot,
    folder: join(folder, "hotspot"),
    owner: keys.hotspotOwner.address,
  });
}

async function enter(network: TestNetwork, agent: RunningAgent): Promise<void> {
  const { claim } = agent.status();
  assert.ok(claim, "a hotspot whose owner is named shows a claim");
  await Promise.all([registerRouter(network), addHotspot(network, claim.text)]);
}

/** Starts the router with its first owner; returns that owner's token. */
async function startRouter(network: TestNetwork, { router, url }: RouterHost): Promise<string> {
  const added = await router.owners.addOwner("shepherd");
  assert.ok("token" in added);
  network.admitOwners(router.mqtt);
  await router.start();
  await addDevices({ url, token: added.token });
  return added.token;
}

/** A client with the owner's login hears what ChirpStack's clients subscribe to. */
async function listenAsOwner(input: {
  readonly network: TestNetwork;
  readonly host: RouterHost;
  readonly token: string;
  readonly ups: Recorder<Up>;
  readonly cleanup: AsyncDisposableStack;
}): Promise<void> {
  const { network, host, token, ups, cleanup } = input;
  const owner = host.router.owners.byToken(token);
  assert.ok(owner);
  const bus = connectBus({
    ...{
      url: network.broker.url,
      clientId: "shepherd's phone",
      clock: realClock,
      log: network.log,
    },
    metrics: createMetrics(),
    username: owner.id,
    password: () => token,
  });
  cleanup.use(bus);
  await bus.subscribe("application/+/device/+/event/up", (topic, payload) =>
    ups.add({ topic, event: JSON.parse(fromUtf8(payload)) }),
  );
  assert.ok(bus.connected, "the owner's login is good");
}

function settled(network: TestNetwork, channel: Uint8Array): Promise<LedgerEvent> {
  return network.events.first(
    (event) =>
      event.kind === "channel-changed" &&
      equalBytes(event.channel.id, channel) &&
      event.channel.state === "settled",
  );
}

/** Its record shows data pay. */
function paid({ events }: TestNetwork, agent: RunningAgent): Promise<LedgerEvent> {
  return events.first(
    (event) =>
      event.kind === "hotspot-changed" &&
      event.hotspot.address === agent.address &&
      event.hotspot.earned.data > 0n,
  );
}

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
