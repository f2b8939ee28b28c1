/**
 * Router and hotspot are killed in the middle of their work, with SIGKILL and purchases that no
 * voucher covers yet, and started again on the same disks; then the router alone, while the hotspot
 * goes on. Nothing is signed twice with other figures, nothing is delivered twice or lost, and
 * packets flow again.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fromUtf8, voucherOrder } from "@katydid/protocol";
import { Deadline, Recorder } from "./awaiting.ts";
import { Child } from "./child.ts";
import type { HotspotProcessOptions, HotspotProcessReady } from "./hotspot-process.ts";
import { addDevices, addHotspot, registerRouter, untilReady } from "./joining.ts";
import { startNetwork, type TestNetwork } from "./network.ts";
import { PacketForwarder } from "./packet-forwarder.ts";
import { frames, gatewayEui, phyPayloadOf, pushes, recording } from "./recording.ts";
import type { RouterProcessOptions, RouterProcessReady } from "./router-process.ts";
import { byLabel, parseMetrics } from "./scrape.ts";
import { isDeclined, vouchersIn } from "./sessions.ts";

const SECONDS_MAX = 60;
/** Collar frames before the kill; each costs 1 DC. */
const VOUCHED = 3;
const UNVOUCHED = 2;
/** Between the two kills. */
const BETWEEN = 3;
/** While the router is away, and when it is back. */
const MISSED = 2;
const RESUMED = 1;
const ALL = VOUCHED + UNVOUCHED + BETWEEN + MISSED + RESUMED;

const collar = frames.frames.filter(({ kind, device }) => kind === "data" && device === "collar");
/** The recorded datagram that brought the collar's frame with this counter. */
const datagrams = collar.map(({ phyPayload }) => {
  const push = pushes.find(({ rxpk }) => phyPayloadOf(rxpk) === phyPayload);
  assert.ok(push);
  return push.hex;
});
const pullData = recording[0]?.hex ?? "";

interface Machines extends AsyncDisposable {
  readonly router: Child<RouterProcessReady>;
  readonly hotspot: Child<HotspotProcessReady>;
}

describe("router and hotspot are killed and started again", { timeout: 90_000 }, () => {
  const cleanup = new AsyncDisposableStack();
  /** Counters of the frames that were handed to the owner. */
  const delivered = new Recorder<number>();
  let network: TestNetwork;
  let emitted = 0;
  let vouchersBefore: number;
  let metricsAfter: string;

  before(async () => {
    const deadline = cleanup.use(new Deadline({ seconds: SECONDS_MAX }));
    network = cleanup.use(await startNetwork());
    await network.broker
      .bus("owner")
      .subscribe("application/+/device/+/event/up", (_topic, payload) =>
        delivered.add(JSON.parse(fromUtf8(payload)).fCnt),
      );
    await deadline.for("registration of the router", registerRouter(network));
    const first = cleanup.use(await deadline.for("start", startMachines(network)));
    await deadline.for("entry", enter(network, first));
    const port = first.hotspot.ready.gwmpPort;
    const forwarder = cleanup.use(await PacketForwarder.start({ eui: gatewayEui, port }));

    forwarder.send(pullData);
    await send(VOUCHED);
    await deadline.for("a voucher", voucherFor(network, VOUCHED));
    await send(UNVOUCHED);
    // The owner has them; the voucher for them is up to a second away.
    await Promise.all([first.router.kill(), first.hotspot.kill()]);
    vouchersBefore = vouchersIn(network.sessions).length;

    const second = cleanup.use(await deadline.for("start after the kill", startMachines(network)));
    forwarder.pointAt(second.hotspot.ready.gwmpPort);
    forwarder.send(pullData);
    forwarder.send(datagrams[delivered.items.length - 1] ?? "");
    await deadline.for(
      "a decision on the frame that was delivered before the kill",
      network.sessions.first(isDeclined("replay")),
    );
    await send(BETWEEN);

    await second.router.kill();
    const heard = network.sessions.items.length;
    emit(MISSED);
    await deadline.for("packets to a router that is away", packetsSince(network, heard, MISSED));
    cleanup.use(await deadline.for("the router's start", startRouter(network)));
    await send(MISSED + RESUMED);
    await deadline.for("a voucher for all frames", voucherFor(network, ALL));
    metricsAfter = await (await fetch(`${second.hotspot.ready.statusUrl}/metrics`)).text();

    /** The forwarder hears the next frames of the collar. */
    function emit(count: number): void {
      for (const hex of datagrams.slice(emitted, emitted + count)) forwarder.send(hex);
      emitted += count;
    }

    /** The same, until as many more are delivered; those that were emitted before are among them. */
    async function send(count: number): Promise<void> {
      const until = delivered.items.length + count;
      emit(until - emitted);
      const all = delivered.atLeast(until, () => true);
      await deadline.for(`delivery of ${until} frames`, all);
    }
  });
  after(() => cleanup.disposeAsync());

  test("each frame is delivered once and in order, those that the router missed too", () => {
    assert.deepEqual(
      delivered.items,
      Array.from({ length: ALL }, (_, fCnt) => fCnt),
    );
  });

  test("no voucher's sequence is used again with other figures", () => {
    const vouchers = vouchersIn(network.sessions);
    assert.ok(vouchersBefore > 0 && vouchers.length > vouchersBefore);
    for (const [i, voucher] of vouchers.entries()) {
      for (const later of vouchers.slice(i + 1)) {
        const order = voucherOrder(voucher, later);
        assert.ok(order === "follows" || order === "equal", `${order} at voucher ${i}`);
      }
    }
  });

  test("what was bought before the kill and not vouched for is vouched for after it", () => {
    const last = vouchersIn(network.sessions).at(-1);
    assert.equal(last?.cumulativeDc, BigInt(ALL));
    assert.equal(last?.cumulativePackets, ALL);
  });

  test("the hotspot finds nothing wrong with the vouchers", () => {
    const metrics = parseMetrics(metricsAfter);
    const {
      held = 0,
      accepted = 0,
      repeated = 0,
      ...bad
    } = byLabel(metrics, "katydid_vouchers_total");
    assert.deepEqual(bad, {});
    assert.ok(held + accepted + repeated > 0);
    assert.deepEqual(byLabel(metrics, "katydid_uplinks_total"), {
      bought: BETWEEN + MISSED + RESUMED,
      declined: 1,
      resent: MISSED + 1,
    });
  });
});

async function startMachines(network: TestNetwork): Promise<Machines> {
  const [router, hotspot] = await Promise.all([startRouter(network), startHotspot(network)]);
  const dispose = async () => {
    await Promise.all([router.kill(), hotspot.kill()]);
  };
  return { router, hotspot, [Symbol.asyncDispose]: dispose };
}

function startRouter({ chainId, ledgerUrl, broker, folder }: TestNetwork) {
  return Child.start<RouterProcessOptions, RouterProcessReady>("./router-process.ts", {
    ...{ chainId, ledgerUrl, brokerUrl: broker.url, folder: join(folder, "router") },
  });
}

function startHotspot({ chainId, ledgerUrl, folder }: TestNetwork) {
  return Child.start<HotspotProcessOptions, HotspotProcessReady>("./hotspot-process.ts", {
    ...{ chainId, ledgerUrl, folder: join(folder, "hotspot") },
  });
}

async function enter(network: TestNetwork, { router, hotspot }: Machines): Promise<void> {
  await Promise.all([addHotspot(network, hotspot.ready.claim), addDevices(router.ready)]);
  await untilReady(network, network.keys.hotspot.address);
}

/** Resolves when a voucher covers so many frames of the collar. */
function voucherFor({ sessions }: TestNetwork, frameCount: number): Promise<unknown> {
  return sessions.first(
    ({ message }) => message.kind === "voucher" && message.cumulativeDc >= BigInt(frameCount),
  );
}

/** Resolves when hotspots have sent so many packets after the first `heard` messages. */
function packetsSince({ sessions }: TestNetwork, heard: number, count: number): Promise<unknown> {
  return sessions.until((items) => {
    const packets = items.slice(heard).filter(({ message }) => message.kind === "packet");
    return packets.length >= count ? packets : undefined;
  });
}
