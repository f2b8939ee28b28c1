/**
 * Router and hotspot are killed in the middle of their work, with SIGKILL and purchases that no
 * voucher covers yet, and started again on the same disks: nothing is signed twice with other
 * figures, nothing is delivered twice, and packets flow again.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fromUtf8, type SignedVoucher, voucherOrder } from "@katydid/protocol";
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
const AFTERWARDS = 3;

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

    const counts = [...datagrams.keys()];
    forwarder.send(pullData);
    await send(counts.slice(0, VOUCHED));
    const covered = ({ cumulativeDc }: SignedVoucher) => cumulativeDc >= BigInt(VOUCHED);
    await deadline.for("a voucher", voucherThat(network, covered));
    await send(counts.slice(VOUCHED, VOUCHED + UNVOUCHED));
    // The owner has them; the voucher for them is up to a second away.
    await Promise.all([first.router.kill(), first.hotspot.kill()]);
    vouchersBefore = vouchersIn(network.sessions).length;

    const second = cleanup.use(await deadline.for("start after the kill", startMachines(network)));
    forwarder.pointAt(second.hotspot.ready.gwmpPort);
    forwarder.send(pullData);
    const last = VOUCHED + UNVOUCHED;
    forwarder.send(datagrams[last - 1] ?? "");
    await deadline.for(
      "a decision on the frame that was delivered before the kill",
      network.sessions.first(isDeclined("replay")),
    );
    await send(counts.slice(last, last + AFTERWARDS));
    const all = BigInt(last + AFTERWARDS);
    await deadline.for(
      "a voucher for all frames",
      voucherThat(network, ({ cumulativeDc }) => cumulativeDc >= all),
    );
    metricsAfter = await (await fetch(`${second.hotspot.ready.statusUrl}/metrics`)).text();

    async function send(fCnts: readonly number[]): Promise<void> {
      for (const fCnt of fCnts) {
        forwarder.send(datagrams[fCnt] ?? "");
        await deadline.for(
          `delivery of frame ${fCnt}`,
          delivered.first((seen) => seen === fCnt),
        );
      }
    }
  });
  after(() => cleanup.disposeAsync());

  test("each frame is delivered once, before and after", () => {
    const sent = Array.from({ length: VOUCHED + UNVOUCHED + AFTERWARDS }, (_, fCnt) => fCnt);
    assert.deepEqual(delivered.items, sent);
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
    assert.equal(last?.cumulativeDc, BigInt(VOUCHED + UNVOUCHED + AFTERWARDS));
    assert.equal(last?.cumulativePackets, VOUCHED + UNVOUCHED + AFTERWARDS);
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
    const { bought, declined } = byLabel(metrics, "katydid_uplinks_total");
    assert.deepEqual({ bought, declined }, { bought: AFTERWARDS, declined: 1 });
  });
});

async function startMachines({
  chainId,
  ledgerUrl,
  broker,
  folder,
}: TestNetwork): Promise<Machines> {
  const [router, hotspot] = await Promise.all([
    Child.start<RouterProcessOptions, RouterProcessReady>("./router-process.ts", {
      ...{ chainId, ledgerUrl, brokerUrl: broker.url, folder: join(folder, "router") },
    }),
    Child.start<HotspotProcessOptions, HotspotProcessReady>("./hotspot-process.ts", {
      ...{ chainId, ledgerUrl, folder: join(folder, "hotspot") },
    }),
  ]);
  const dispose = async () => {
    await Promise.all([router.kill(), hotspot.kill()]);
  };
  return { router, hotspot, [Symbol.asyncDispose]: dispose };
}

async function enter(network: TestNetwork, { router, hotspot }: Machines): Promise<void> {
  const { url, token } = router.ready;
  assert.ok(token, "the first start makes an owner");
  await Promise.all([addHotspot(network, hotspot.ready.claim), addDevices({ url, token })]);
  await untilReady(network, network.keys.hotspot.address);
}

function voucherThat(
  { sessions }: TestNetwork,
  fits: (voucher: SignedVoucher) => boolean,
): Promise<unknown> {
  return sessions.first(({ message }) => message.kind === "voucher" && fits(message));
}
