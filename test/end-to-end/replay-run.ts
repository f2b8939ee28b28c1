/**
 * One run of the recording through a whole network: from the entry of router, hotspot and devices to
 * the pay of the hotspot's owner. What happened on the way is kept for the assertions.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type RunningAgent, runAgent } from "@katydid/hotspot-agent";
import type { LedgerEvent } from "@katydid/ledger/client";
import { type Bus, connectBus, createMetrics, realClock } from "@katydid/platform";
import { equalBytes, fromUtf8 } from "@katydid/protocol";
import type { RouterDaemon } from "@katydid/router";
import { Deadline, Recorder } from "./awaiting.ts";
import { addDevices, addHotspot, registerRouter, untilReady } from "./joining.ts";
import { startNetwork, type TestNetwork } from "./network.ts";
import { PacketForwarder } from "./packet-forwarder.ts";
import { frames, gatewayEui, recording } from "./recording.ts";
import { startRouterHost } from "./router-host.ts";
import { isDeclined } from "./sessions.ts";

/** Setup 10 s, recording 25 s, channel and grace 50 s, the rest of an epoch 60 s. */
const SECONDS_MAX = 150;
/** The channel outlives the frames by a little, so that it settles within the first epoch. */
const CHANNEL_SECONDS = 35;
const CLOSE_MARGIN_SECONDS = 4;

/** The frames that a router shall buy. */
export const bought = frames.frames.filter(({ kind }) => kind === "data");

/** An event `up` as it came on the owner's topic. */
export interface Up {
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

export interface Replay {
  readonly network: TestNetwork;
  readonly host: RouterDaemon;
  readonly agent: RunningAgent;
  readonly forwarder: PacketForwarder;
  readonly ups: readonly Up[];
  /** On which the frames were bought. */
  readonly channel: Uint8Array;
  /** When the first datagram left, ms. */
  readonly firstSentAt: number;
  /** As they were when the channel had settled. */
  readonly agentMetrics: string;
  readonly routerMetrics: string;
  /** Data pay of the hotspot, and what its owner's account has gained. */
  readonly pay: { readonly earned: bigint; readonly credited: bigint };
}

/** Real time: about a minute. The parts run until `cleanup` is disposed of. */
export async function runReplay(cleanup: AsyncDisposableStack): Promise<Replay> {
  const deadline = cleanup.use(new Deadline({ seconds: SECONDS_MAX }));
  const ups = new Recorder<Up>();
  const network = cleanup.use(await startNetwork());
  const { ledger, sessions, keys } = network;
  const agent = cleanup.use(await startHotspot(network));
  await deadline.for("registration of router and hotspot", enter(network, agent));
  const host = cleanup.use(await deadline.for("the router's start", startRouter(network)));
  network.admitOwners(host.router.mqtt);
  cleanup.use(await listenAsOwner({ network, host, ups }));
  await addDevices(host);
  const { channel } = await deadline.for(
    "location, EUI filter and channel on the ledger",
    untilReady(network, agent.address),
  );
  const owner = keys.hotspotOwner.address;
  const balanceBefore = (await ledger.account(owner)).motes;

  const port = agent.gwmpPort;
  const forwarder = cleanup.use(await PacketForwarder.start({ eui: gatewayEui, port }));
  const firstSentAt = realClock.now();
  await deadline.for("the recording's own time", forwarder.replay(recording));
  const delivered = ups.atLeast(bought.length, () => true);
  await deadline.for("the owner's events", delivered);
  await deadline.for("a decision mic-invalid", sessions.first(isDeclined("mic-invalid")));
  await deadline.for("a decision replay", sessions.first(isDeclined("replay")));
  await deadline.for("settlement of the channel", settled(network, channel));
  const agentMetrics = await (await fetch(`${agent.statusUrl}/metrics`)).text();
  const routerMetrics = await (await fetch(`${host.url}/metrics`)).text();
  await deadline.for("data pay at the epoch's end", paid(network, agent));
  const earned = (await ledger.hotspot(agent.address))?.earned.data ?? 0n;
  const credited = (await ledger.account(owner)).motes - balanceBefore;
  return {
    ...{ network, host, agent, forwarder, channel, firstSentAt, agentMetrics, routerMetrics },
    ups: ups.items,
    pay: { earned, credited },
  };
}

function startRouter(network: TestNetwork): Promise<RouterDaemon> {
  const { chainId, ledgerUrl, broker, folder, keys, log } = network;
  return startRouterHost({
    ...{ chainId, ledgerUrl, log, key: keys.router, owner: keys.routerOwner },
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

/** A client with the owner's login hears what ChirpStack's clients subscribe to. */
async function listenAsOwner(input: {
  readonly network: TestNetwork;
  readonly host: RouterDaemon;
  readonly ups: Recorder<Up>;
}): Promise<Bus> {
  const { network, host, ups } = input;
  const { token } = host;
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
  await bus.subscribe("application/+/device/+/event/up", (topic, payload) =>
    ups.add({ topic, event: JSON.parse(fromUtf8(payload)) }),
  );
  assert.ok(bus.connected, "the owner's login is good");
  return bus;
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
