/**
 * Uplinks per second through a router (envelope, MIC, decipher, decode, buy, store, JSON on MQTT,
 * vouchers, the sealed answer), beside bare parsing, MIC and deciphering of the same frames in the
 * same run. One line of JSON. `node bench/router.ts`
 */
import type { ChannelView, HotspotView, LedgerClient } from "@katydid/ledger/client";
import {
  type Address,
  buildDataFrame,
  checkDataMic,
  dataRate,
  db,
  dbm,
  dc,
  decodeMessage,
  decryptPayload,
  encodeMessage,
  ephemeralKeyPair,
  fromHex,
  hertz,
  hotspotName,
  hotspotToRouterTopic,
  keyPairFromSeed,
  type LorawanKeys,
  mainParams,
  milliseconds,
  motes,
  parseFrame,
  routerToHotspotTopic,
  type SessionKey,
  sealEnvelope,
  sessionKey,
  signMessage,
} from "@katydid/protocol";
import { createRouter } from "@katydid/router";
import { World } from "@katydid/simulator";

const DEVICES = 200;
const ROUNDS = 7;
/** Frames of each device in one round. */
const FRAMES = 20;
const CHAIN_ID = "bench";
const BROKER = "mqtt://router";
const FIRST_ADDRESS = 0x48000000;
/** A position, as Cayenne LPP: 24 bytes of PHYPayload. */
const PAYLOAD = fromHex("0188061b16efefdf02867c");

const world = new World({ seed: "bench" });
const { clock } = world;
const routerKey = keyPairFromSeed(new Uint8Array(32).fill(1));
const hotspotKey = keyPairFromSeed(new Uint8Array(32).fill(2));
const router = createRouter({
  key: routerKey,
  chainId: CHAIN_ID,
  params: mainParams,
  ledger: benchLedger(),
  bus: world.broker(BROKER).bus("router"),
  store: world.store("router"),
  clock,
  random: world.random("router"),
  log: world.log,
  metrics: world.metrics(),
  region: "EU868",
});
const keysOf: LorawanKeys[] = [];
await world.settle(addDevices());
await world.settle(router.start());
const { bus, key } = await world.settle(openSession());
let published = 0;
await world.settle(
  world
    .broker(BROKER)
    .bus("owner")
    .subscribe("application/+/device/+/event/up", () => {
      published += 1;
    }),
);

let sequence = 0;
const rounds = [];
for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(round));
// The first round compiles.
const counted = rounds.slice(1);
const routerPerSecond = median(counted.map((round) => round.router));
const barePerSecond = median(counted.map((round) => round.bare));
if (published !== ROUNDS * FRAMES * DEVICES) throw new Error(`${published} were published`);
console.log(
  JSON.stringify({
    bench: "router",
    what: "envelope, MIC, decipher, decode, buy, store, publish, answer; 200 devices, 24 bytes",
    uplinksPerSecond: Math.round(routerPerSecond),
    bareMicAndDecipherPerSecond: Math.round(barePerSecond),
    ratio: Number((routerPerSecond / barePerSecond).toFixed(3)),
  }),
);
await world.settle(Promise.resolve(router[Symbol.asyncDispose]()));

/** One round of each, on the same frames; frames and envelopes are made before the clock starts. */
async function measure(round: number): Promise<{ router: number; bare: number }> {
  const frames = [];
  for (let i = 0; i < FRAMES; i++) {
    for (const [device, keys] of keysOf.entries()) {
      const fCnt32 = round * FRAMES + i;
      frames.push({ phyPayload: uplink(device, keys, fCnt32), keys, fCnt32 });
    }
  }
  const envelopes = frames.map(({ phyPayload }) => sealed(phyPayload));
  const bareStarted = performance.now();
  let bytes = 0;
  for (const { phyPayload, keys, fCnt32 } of frames) {
    const frame = parseFrame(phyPayload);
    if (frame.kind !== "data-up") throw new Error("no uplink");
    if (!checkDataMic({ phyPayload, nwkSKey: keys.nwkSKey, fCnt32 })) throw new Error("MIC");
    bytes += decryptPayload({ frame, keys, fCnt32 }).length;
  }
  const bareMs = performance.now() - bareStarted;
  if (bytes !== frames.length * PAYLOAD.length) throw new Error("deciphering");

  const topic = hotspotToRouterTopic(routerKey.address, hotspotKey.address);
  const started = performance.now();
  for (let at = 0; at < envelopes.length; at += DEVICES) {
    for (const envelope of envelopes.slice(at, at + DEVICES)) bus.publish(topic, envelope);
    await world.run({ untilMs: clock.now() + 1_000 });
  }
  const routerMs = performance.now() - started;
  const perSecond = (ms: number) => (frames.length * 1000) / ms;
  return { router: perSecond(routerMs), bare: perSecond(bareMs) };
}

function uplink(device: number, keys: LorawanKeys, fCnt32: number): Uint8Array {
  const devAddr = FIRST_ADDRESS + device;
  return buildDataFrame({ direction: "up", devAddr, keys, fCnt32, fPort: 2, payload: PAYLOAD });
}

function sealed(phyPayload: Uint8Array): Uint8Array {
  sequence += 1;
  const message = encodeMessage({
    kind: "packet",
    reception: sequence,
    phyPayload,
    frequencyHz: hertz(868_100_000),
    dataRate: dataRate("SF7BW125"),
    rssiDbm: dbm(-100),
    snrDb: db(7),
    channel: 0,
    counterUs: sequence,
    receivedAt: milliseconds(Math.floor(clock.now())),
  });
  return sealEnvelope({ key, direction: "to-router", sequence, message });
}

async function addDevices(): Promise<void> {
  const added = await router.owners.addOwner("bench");
  if ("refused" in added) throw new Error(added.refused);
  const application = await router.owners.addApplication(added.owner, "bench");
  if ("refused" in application) throw new Error(application.refused);
  for (let device = 0; device < DEVICES; device++) {
    const devAddr = (FIRST_ADDRESS + device).toString(16);
    const { keys, ...rest } = await router.deviceService
      .add(application, {
        name: `device ${device}`,
        codec: "cayenne-lpp",
        activation: { kind: "abp", devAddr },
      })
      .then((answer) => {
        if ("refused" in answer) throw new Error(answer.refused);
        return answer;
      });
    if (keys.kind !== "abp") throw new Error(`${rest.entry.device.devEui} is not personalised`);
    keysOf.push({ nwkSKey: fromHex(keys.nwkSKey), appSKey: fromHex(keys.appSKey) });
  }
}

/** The hotspot's side of the handshake. */
async function openSession() {
  const own = ephemeralKeyPair(new Uint8Array(32).fill(3));
  const bus = world.broker(BROKER).bus("hotspot");
  const hello = signMessage({
    chainId: CHAIN_ID,
    signer: hotspotKey,
    body: {
      kind: "hello",
      hotspot: hotspotKey.address,
      router: routerKey.address,
      ephemeralKey: own.publicKey,
      nonce: new Uint8Array(32).fill(4),
      sentAt: milliseconds(Math.floor(clock.now())),
      region: "EU868",
    },
  });
  const welcomed = Promise.withResolvers<SessionKey>();
  await bus.subscribe(routerToHotspotTopic(routerKey.address, hotspotKey.address), (_, bytes) => {
    if (bytes[0] !== 1) return;
    const welcome = decodeMessage(bytes);
    if (welcome.kind !== "welcome") return;
    const session = sessionKey({ own, peerPublic: welcome.ephemeralKey, hello, welcome });
    if (session !== undefined) welcomed.resolve(session);
  });
  bus.publish(hotspotToRouterTopic(routerKey.address, hotspotKey.address), encodeMessage(hello));
  return { bus, key: await welcomed.promise };
}

/** Knows one hotspot and one channel; the ledger has benches of its own. */
function benchLedger(): LedgerClient {
  const channel: ChannelView = {
    id: new Uint8Array(32).fill(5),
    router: routerKey.address,
    depositDc: dc(1_000_000_000n),
    reservedDc: dc(0n),
    leftDc: dc(1_000_000_000n),
    stake: motes(1n),
    expiresAt: milliseconds(clock.now() + 30 * 24 * 3_600_000),
    state: "open",
  };
  const answers = {
    status: async () => ({ protocolTime: clock.now() }),
    routers: async () => [],
    channels: async () => [channel],
    hotspot: async (address: Address) =>
      ({ address, name: hotspotName(address) }) as unknown as HotspotView,
    watch: () => ({ cancel: () => undefined }),
  };
  return answers as unknown as LedgerClient;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
