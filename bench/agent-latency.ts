/**
 * How long a frame takes from the packet forwarder's datagram to the router's topic, through a real
 * agent (GWMP, session, MQTT over TCP, LMDB), beside a bare echo of the same size through the same
 * broker. One line of JSON. `node bench/agent-latency.ts`
 */
import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeGwmp, GwmpConcentrator } from "@katydid/firmware";
import { createAgent } from "@katydid/hotspot-agent";
import { CHAIN_ID, keyOf, TestLedger, TestRouter } from "@katydid/hotspot-agent/testing";
import {
  type Bus,
  connectBus,
  createMetrics,
  openLmdbStore,
  realClock,
  silentLog,
  startBroker,
  systemRandom,
} from "@katydid/platform";
import {
  buildDataFrame,
  dc,
  hotspotToRouterTopic,
  milliseconds,
  motes,
  sha256,
  toHex,
  utf8,
} from "@katydid/protocol";

const WARMUP = 200;
const SAMPLES = 1000;
const DEV_ADDR = 0x48000011;
const ECHO_TOPIC = "bench/echo";
/** A lost message ends the bench with a word and not with silence. */
const ANSWER_MS = 5000;

const clock = realClock;
const log = silentLog;
const metrics = createMetrics();
const hotspot = keyOf("bench hotspot");
const routerKey = keyOf("bench router");
const upTopic = hotspotToRouterTopic(routerKey.address, hotspot.address);
const channel = sha256(utf8("bench channel"));
const keys = { nwkSKey: new Uint8Array(16).fill(1), appSKey: new Uint8Array(16).fill(2) };

await using cleanup = new AsyncDisposableStack();
const folder = mkdtempSync(join(tmpdir(), "katydid-bench-"));
cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
const broker = cleanup.use(
  await startBroker({
    ...{ port: 0, log, metrics, clock },
    authenticate: ({ username }) => username,
    authorizePublish: () => true,
    authorizeSubscribe: () => true,
  }),
);
const connect = (name: string): Bus =>
  connectBus({
    ...{ url: broker.url, clientId: name, username: name, password: () => name },
    ...{ clock, log, metrics },
  });
const router = new TestRouter({ key: routerKey, bus: cleanup.use(connect("router")) });
router.channel = channel;
router.answer = ({ kind }) => (kind === "packet" ? { kind: "bought", dc: dc(1n) } : undefined);
await router.start();

const concentrator = new GwmpConcentrator({ port: 0, clock, log, metrics });
const agent = cleanup.use(
  createAgent({
    ...{ key: hotspot, clock, log, metrics, concentrator },
    network: { chainId: CHAIN_ID },
    ledger: ledgerWithRouter(),
    busTo: () => connect(hotspot.address),
    random: systemRandom,
    store: cleanup.use(openLmdbStore({ path: join(folder, "agent") })),
  }),
);
await agent.start();
const observer = cleanup.use(connect("observer"));
const publisher = cleanup.use(connect("publisher"));
const socket = createSocket("udp4");
cleanup.defer(() => void socket.close());
const forwarder = forwarderOn(concentrator.port ?? 0);

const arrivals = new Map<string, () => void>();
for (const topic of [upTopic, ECHO_TOPIC]) {
  await observer.subscribe(topic, () => arrivals.get(topic)?.());
}
// The first frame opens the session; it waits on disk for the welcome and is then sent.
const first = arrival(upTopic);
forwarder.send(0);
await first;
while (agent.status().membership?.forwarding.routers[0]?.session !== "open") await clock.sleep(10);
await clock.sleep(200);

const through: number[] = [];
const echo: number[] = [];
const bytes = new Uint8Array(90);
for (let i = 1; i <= WARMUP + SAMPLES; i++) {
  const viaAgent = await timed(upTopic, () => forwarder.send(i));
  const bare = await timed(ECHO_TOPIC, () => void publisher.publish(ECHO_TOPIC, bytes));
  if (i <= WARMUP) continue;
  through.push(viaAgent);
  echo.push(bare);
}
const forwarded = agent.status().membership?.forwarding.frames.forwarded ?? 0;
if (forwarded < WARMUP + SAMPLES)
  throw new Error(`only ${forwarded} frames were forwarded at once`);
const round = (value: number) => Math.round(value * 1000) / 1000;
console.log(
  JSON.stringify({
    bench: "agent-latency",
    samples: SAMPLES,
    datagramToTopicMs: { p50: round(at(through, 0.5)), p99: round(at(through, 0.99)) },
    bareEchoMs: { p50: round(at(echo, 0.5)), p99: round(at(echo, 0.99)) },
    ratio: round(at(through, 0.5) / at(echo, 0.5)),
  }),
);

/** Milliseconds until a message is on the topic. */
async function timed(topic: string, act: () => void): Promise<number> {
  const arrived = arrival(topic);
  const startMs = performance.now();
  act();
  await arrived;
  return performance.now() - startMs;
}

function arrival(topic: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const patience = clock.after(ANSWER_MS, () => reject(new Error(`nothing on ${topic}`)));
    arrivals.set(topic, () => {
      patience.cancel();
      resolve();
    });
  });
}

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * sorted.length)] ?? Number.NaN;
}

/** A packet forwarder that sends one uplink of 24 bytes for each number. */
function forwarderOn(port: number) {
  const gatewayEui = "aa555a0000000001";
  const token = "0000";
  const post = (datagram: Uint8Array) => socket.send(datagram, port, "127.0.0.1");
  post(encodeGwmp({ kind: "pull-data", version: 2, token, gatewayEui }));
  return {
    send(number: number) {
      const phyPayload = buildDataFrame({
        ...{ direction: "up", devAddr: DEV_ADDR, fCnt32: number, keys, fPort: 2 },
        payload: new Uint8Array(11).fill(number),
      });
      const data = Buffer.from(phyPayload).toString("base64");
      const radio = { tmst: number * 1000, chan: 0, rfch: 0, freq: 868.1, stat: 1, modu: "LORA" };
      const rest = { datr: "SF9BW125", codr: "4/5", rssi: -97, lsnr: 7.5, size: phyPayload.length };
      const json = { rxpk: [{ ...radio, ...rest, data }] };
      post(encodeGwmp({ kind: "push-data", version: 2, token, gatewayEui, json }));
    },
  };
}

/** A ledger that knows one router, with a deposit that does not run out here. */
function ledgerWithRouter(): TestLedger {
  const ledger = new TestLedger(clock);
  const { address } = routerKey;
  ledger.routerViews = [
    {
      ...{ address, owner: address, number: 1, endpoints: [broker.url] },
      slabs: [{ start: DEV_ADDR & ~7, count: 8 }],
      filter: new Uint8Array(),
    },
  ];
  ledger.channelViews.set(toHex(channel), {
    ...{ id: channel, router: address, state: "open", stake: motes(1n) },
    ...{ depositDc: dc(1_000_000n), reservedDc: dc(0n), leftDc: dc(1_000_000n) },
    expiresAt: milliseconds(ledger.protocolTime + 24 * 3600 * 1000),
  });
  return ledger;
}
