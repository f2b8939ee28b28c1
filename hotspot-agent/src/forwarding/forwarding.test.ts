import assert from "node:assert/strict";
import { test } from "node:test";
import {
  concatBytes,
  type Decision,
  dataRate,
  dbm,
  dc,
  fromHex,
  type HotspotMessage,
  hertz,
  milliseconds,
  motes,
  sha256,
  signMessage,
  toHex,
  utf8,
} from "@katydid/protocol";
import { CHAIN_ID, keyOf } from "../testing/fixtures.ts";
import { LoopbackBroker } from "../testing/loopback-broker.ts";
import { agentAmong } from "../testing/test-agent.ts";
import { settle, TestClock } from "../testing/test-clock.ts";
import { frameOf } from "../testing/test-concentrator.ts";
import { TestLedger } from "../testing/test-ledger.ts";
import { TestRouter } from "../testing/test-router.ts";

const hotspot = keyOf("hotspot");
const channel = sha256(utf8("channel"));
const bought = (units: number): Decision["outcome"] => ({ kind: "bought", dc: dc(BigInt(units)) });

interface WorldOptions {
  readonly leftDc?: bigint;
}

async function world({ leftDc = 100_000n }: WorldOptions = {}) {
  const clock = new TestClock();
  const ledger = new TestLedger(clock);
  const broker = new LoopbackBroker();
  const router = new TestRouter({ key: keyOf("router"), bus: broker.bus() });
  await router.start();
  router.channel = channel;
  ledger.routerViews = [
    {
      address: router.key.address,
      owner: router.key.address,
      number: 1,
      endpoints: ["mqtt://router"],
      slabs: [{ start: 0x48000010, count: 8 }],
      filter: new Uint8Array(),
    },
  ];
  ledger.channelViews.set(toHex(channel), {
    id: channel,
    router: router.key.address,
    depositDc: dc(100_000n),
    reservedDc: dc(0n),
    leftDc: dc(leftDc),
    stake: motes(1n),
    expiresAt: milliseconds(ledger.protocolTime + 30 * 24 * 3600 * 1000),
    state: "open",
  });
  const bench = agentAmong({ key: hotspot, clock, ledger, broker });
  await bench.agent.start();
  const status = () => {
    const { membership } = bench.agent.status();
    assert.ok(membership);
    return membership.forwarding;
  };
  const hear = async (payload: Uint8Array, changes: Parameters<typeof frameOf>[1] = {}) => {
    bench.radio.hear(frameOf(payload, { receivedAt: clock.now(), ...changes }));
    await settle();
  };
  return { clock, ledger, broker, router, ...bench, status, hear };
}

/** A data frame of that device; the MIC is the router's business. */
function uplink(number: number, { devAddr = "11000048", bytes = 20 } = {}): Uint8Array {
  const head = fromHex(`40${devAddr}00`);
  const rest = new Uint8Array(bytes - head.length).fill(number);
  rest.set([number & 0xff, number >> 8, 2]);
  return concatBytes(head, rest);
}

function packets(router: TestRouter): HotspotMessage[] {
  return router.received.filter(({ kind }) => kind === "packet");
}

test("each frame is counted under its own name, and only routed uplinks leave", async () => {
  const { hear, router, status, agent } = await world();
  router.answer = () => bought(1);
  await hear(uplink(1));
  await hear(uplink(2, { devAddr: "ffffff26" }));
  await hear(concatBytes(Uint8Array.of(0xe0), new Uint8Array(51).fill(7)));
  await hear(fromHex("4011"));
  await hear(uplink(3), { crc: "bad" });
  await hear(uplink(4), { crc: "none" });
  await hear(fromHex(`60${"11000048"}00010002aabbccdd`));
  await hear(uplink(5), { modulation: "fsk" });
  const { frames } = status();
  assert.equal(frames["no-route"], 1);
  assert.equal(frames.proprietary, 1);
  assert.equal(frames.malformed, 1);
  assert.equal(frames["crc-error"], 1);
  assert.equal(frames["no-crc"], 1);
  assert.equal(frames["not-uplink"], 1);
  assert.equal(frames["not-lora"], 1);
  // The first waited on disk for the welcome.
  assert.equal(frames.queued, 1);
  assert.equal(packets(router).length, 1);
  assert.equal(status().uplinks.bought, 1);
  assert.equal(status().queued, 0);
  await agent.dispose();
});

test("with a session frames go at once; the credit limit turns them into offers", async () => {
  const { hear, router, status, agent } = await world({ leftDc: 4n });
  await hear(uplink(0));
  for (let i = 1; i < 6; i++) await hear(uplink(i));
  // 20 bytes cost 1 DC each; nothing is answered, so four of them are on credit.
  assert.equal(packets(router).length, 4);
  assert.equal(status().frames.offered, 2);
  const offer = router.received.find(({ kind }) => kind === "offer");
  assert.ok(offer?.kind === "offer");
  assert.equal(offer.payloadBytes, 20);
  assert.deepEqual(offer.route, { kind: "dev-addr", devAddr: 0x48000011 });
  assert.equal(status().routers[0]?.offersOnly, true);
  await agent.dispose();
});

test("past the deposit no word of the router makes the hotspot send more", async () => {
  const { hear, router, status, agent, clock } = await world({ leftDc: 3n });
  router.answer = (message) => (message.kind === "offer" ? { kind: "wanted" } : bought(1));
  for (let i = 0; i < 10; i++) {
    await hear(uplink(i));
    await clock.advance(100);
  }
  assert.equal(packets(router).length, 3);
  assert.equal(status().routers[0]?.exposureDc, 3);
  assert.equal(status().uplinks["offer-declined"], 7);
  await agent.dispose();
});

test("a router that fell from trust wins it back by buying what it is offered", async () => {
  const { hear, router, status, agent } = await world();
  router.answer = () => ({ kind: "declined", reason: "unknown-device", bought: [] });
  for (let i = 0; i < 25; i++) await hear(uplink(i));
  router.answer = (message) => (message.kind === "offer" ? { kind: "wanted" } : bought(1));
  for (let i = 25; i < 60; i++) await hear(uplink(i));
  assert.equal(packets(router).length, 20 + 35);
  // 20 declined: the share is one half again when 20 are bought.
  assert.equal(status().frames.offered, 5 + 20);
  await agent.dispose();
});

test("a router that buys little of what nobody else was bought for gets offers only", async () => {
  const { hear, router, status, agent } = await world();
  router.answer = () => ({ kind: "declined", reason: "unknown-device", bought: [] });
  for (let i = 0; i < 25; i++) await hear(uplink(i));
  assert.equal(packets(router).length, 20);
  assert.equal(status().frames.offered, 5);
  await agent.dispose();
});

test("declines because another's copy was bought say nothing against the router that buys", async () => {
  const { hear, router, status, agent } = await world();
  const other = keyOf("other").address;
  let turn = 0;
  router.answer = () =>
    turn++ % 60 === 0 ? bought(1) : { kind: "declined", reason: "copies-bought", bought: [other] };
  for (let i = 0; i < 150; i++) await hear(uplink(i));
  assert.equal(packets(router).length, 150);
  assert.equal(status().routers[0]?.exposureDc, 3);
  await agent.dispose();
});

test("a router that always names others is offered frames, until it buys one", async () => {
  const { hear, router, status, agent } = await world();
  const other = keyOf("other").address;
  const declined = { kind: "declined", reason: "copies-bought", bought: [other] } as const;
  router.answer = () => declined;
  for (let i = 0; i < 80; i++) await hear(uplink(i));
  assert.equal(packets(router).length, 64);
  assert.equal(status().routers[0]?.offersReason, "buys-nothing");
  assert.match(
    agent.status().problems.join(),
    /only offered frames: it bought none of the last 64/,
  );
  router.answer = (message) => (message.kind === "offer" ? { kind: "wanted" } : bought(1));
  for (let i = 80; i < 90; i++) await hear(uplink(i));
  assert.equal(status().routers[0]?.offersOnly, false);
  assert.equal(status().frames.offered, 16 + 1);
  await agent.dispose();
});

test("what a router asks for and declines is a loss, whatever it says, and soon it gets no more", async () => {
  const { hear, router, status, agent } = await world();
  const other = keyOf("other").address;
  const reasons = ["copies-bought", "replay", "late", "mic-invalid"] as const;
  let turn = 0;
  router.answer = (message) => {
    if (message.kind === "offer") return { kind: "wanted" };
    const reason = reasons[turn++ % reasons.length] ?? "late";
    return { kind: "declined", reason, bought: [other] };
  };
  for (let i = 0; i < 300; i++) await hear(uplink(i));
  // 64 for nothing, then as many as it was trusted with.
  assert.equal(packets(router).length, 64 + 100);
  assert.equal(status().routers[0]?.lostDc, 100);
  await agent.dispose();
});

test("a router that buys and never vouches has a hundred data credits' worth of an hotspot", async () => {
  const { hear, router, status, agent } = await world();
  router.answer = (message) => (message.kind === "offer" ? { kind: "wanted" } : bought(1));
  for (let i = 0; i < 300; i++) await hear(uplink(i));
  assert.equal(packets(router).length, 100);
  assert.equal(status().routers[0]?.offersReason, "credit");
  assert.match(agent.status().problems.join(), /trusted with 100 DC.* 100 DC are not vouched for/);
  await agent.dispose();
});

test("a router that vouches for each step gets every frame at once, though checks are lazy", async () => {
  const { hear, router, status, agent } = await world();
  let [dcBought, sequence] = [0n, 0];
  router.answer = () => {
    dcBought++;
    // 49 are held unchecked by the hotspot; then it vouches at each step, and some under way.
    if (dcBought === 49n || (dcBought > 49n && (dcBought - 49n) % 60n === 0n)) {
      const figures = { cumulativeDc: dc(dcBought), cumulativePackets: Number(dcBought) };
      const body = { kind: "voucher", channel, hotspot: hotspot.address, ...figures } as const;
      const signed = { ...body, sequence: ++sequence };
      router.send(signMessage({ chainId: CHAIN_ID, signer: router.key, body: signed }));
    }
    return bought(1);
  };
  for (let i = 0; i < 350; i++) await hear(uplink(i));
  // Not redeemed yet: less than four times its trust.
  assert.equal(packets(router).length, 350);
  assert.equal(status().frames.offered, 0);
  await agent.dispose();
});

test("a router that restarts is greeted again, and what it did not answer is sent again", async () => {
  const { hear, router, status, clock, agent } = await world();
  router.answer = () => bought(1);
  await hear(uplink(1));
  assert.equal(router.hellos, 1);
  router.restart();
  await hear(uplink(2));
  await clock.advance(11_000);
  await hear(uplink(3));
  await clock.advance(1000);
  assert.equal(router.hellos, 2);
  assert.equal(packets(router).length, 3);
  assert.equal(status().uplinks.resent, 1);
  assert.equal(status().routers[0]?.unpaidDc, 3);
  await agent.dispose();
});

test("the router's hint brings a hello, but not at every forger's whim", async () => {
  const { hear, router, clock, agent } = await world();
  router.answer = () => bought(1);
  await hear(uplink(1));
  await clock.advance(3000);
  for (let i = 0; i < 10; i++) router.hint();
  await settle();
  assert.equal(router.hellos, 2);
  await agent.dispose();
});

test("while the router is away frames wait on disk; what is too old is dropped by name", async () => {
  const { hear, router, status, clock, broker, agent } = await world();
  router.answer = () => bought(1);
  broker.connected = false;
  await hear(uplink(1));
  await clock.advance(25 * 3600 * 1000);
  await hear(uplink(2));
  assert.equal(status().queued, 1, "the one of yesterday is gone by now");
  assert.equal(status().uplinks.expired, 1);
  broker.connected = true;
  await clock.advance(5 * 60 * 1000);
  assert.equal(packets(router).length, 1);
  assert.equal(status().queued, 0);
  await agent.dispose();
});

test("a downlink is sent in its window, in the second where the first is refused", async () => {
  const { hear, router, radio, agent } = await world();
  router.answer = () => bought(1);
  await hear(uplink(1));
  const window = {
    frequencyHz: hertz(868_100_000),
    dataRate: dataRate("SF9BW125"),
    powerDbm: dbm(14),
  };
  const second = { ...window, frequencyHz: hertz(869_525_000), counterUs: 7_000_000 };
  const phyPayload = fromHex(`60${"11000048"}00010002aabbccdd`);
  const base = { kind: "downlink", phyPayload, ...window, counterUs: 6_000_000 } as const;
  router.send({ ...base, downlink: 1, second });
  await settle();
  radio.refusals.push("too-late");
  router.send({ ...base, downlink: 2, second });
  await settle();
  radio.refusals.push("too-late", "collision-packet");
  router.send({ ...base, downlink: 3, second });
  await settle();
  router.send({ ...base, downlink: 4, phyPayload: Uint8Array.of(0xe0, 1, 2) });
  await settle();
  router.send({ ...base, downlink: 5, powerDbm: dbm(28) });
  await settle();
  const outcomes = router.received.filter(({ kind }) => kind === "downlink-outcome");
  assert.deepEqual(
    outcomes.map((outcome) =>
      outcome.kind === "downlink-outcome"
        ? [outcome.downlink, outcome.window, outcome.refusal]
        : [],
    ),
    [
      [1, 1, ""],
      [2, 2, ""],
      [3, 2, "collision-packet"],
      [4, 1, "not-a-downlink"],
      [5, 1, "power-unsupported"],
    ],
  );
  assert.deepEqual(
    radio.transmitted.map(({ frequencyHz, invertPolarity, crc, when }) => [
      frequencyHz,
      invertPolarity,
      crc,
      when.kind === "at-counter" ? when.counterUs : 0,
    ]),
    [
      [868_100_000, true, false, 6_000_000],
      [869_525_000, true, false, 7_000_000],
    ],
  );
  await agent.dispose();
});

test("vouchers over the threshold are redeemed, and the reservation frees credit", async () => {
  const { hear, router, status, ledger, clock, agent } = await world();
  router.answer = () => bought(1);
  await hear(uplink(1));
  router.send(
    signMessage({
      chainId: CHAIN_ID,
      signer: router.key,
      body: {
        kind: "voucher",
        channel,
        hotspot: hotspot.address,
        cumulativeDc: dc(6000n),
        cumulativePackets: 9,
        sequence: 3,
      },
    }),
  );
  await settle();
  assert.equal(status().routers[0]?.exposureDc, 6000);
  await clock.advance(150_000);
  const [redeem] = ledger.submitted;
  assert.ok(redeem?.kind === "redeem-voucher");
  assert.equal(redeem.voucher.cumulativeDc, 6000n);
  assert.equal(redeem.actor, hotspot.address);
  const applied = { height: 1, kind: "redeem-voucher", outcome: "applied" } as never;
  ledger.transactions.set("t0", applied);
  await clock.advance(70_000);
  assert.equal(status().routers[0]?.exposureDc, 0);
  assert.equal(status().vouchers.channels[0]?.redeemedDc, 6000);
  await clock.advance(600_000);
  assert.equal(ledger.submitted.length, 1, "it is redeemed once");
  await agent.dispose();
});

test("a small voucher is redeemed before its channel expires", async () => {
  const { hear, router, ledger, clock, agent } = await world();
  router.answer = () => bought(1);
  await hear(uplink(1));
  const body = { channel, hotspot: hotspot.address, cumulativeDc: dc(40n), sequence: 1 };
  router.send(
    signMessage({
      chainId: CHAIN_ID,
      signer: router.key,
      body: { kind: "voucher", cumulativePackets: 40, ...body },
    }),
  );
  await clock.advance(700_000);
  assert.equal(ledger.submitted.length, 0);
  const view = ledger.channelViews.get(toHex(channel));
  assert.ok(view);
  const expiresAt = milliseconds(ledger.protocolTime + 3600 * 1000);
  ledger.channelViews.set(toHex(channel), { ...view, expiresAt });
  await clock.advance(3600 * 1000);
  assert.equal(ledger.submitted[0]?.kind, "redeem-voucher");
  await agent.dispose();
});

test("frames that come before the ledger was ever reached wait for the first route table", async () => {
  const first = await world();
  await first.agent.dispose();
  const { ledger, broker, clock, router, store } = first;
  router.answer = () => bought(1);
  ledger.away = true;
  const { agent, radio } = agentAmong({ key: hotspot, clock, ledger, broker, store });
  await agent.start();
  radio.hear(frameOf(uplink(1), { receivedAt: clock.now() }));
  radio.hear(frameOf(uplink(2, { devAddr: "ffffff26" }), { receivedAt: clock.now() }));
  await clock.advance(1000);
  assert.equal(agent.status().membership?.forwarding.queued, 2);
  assert.match(agent.status().problems.join(), /ledger does not answer/);
  ledger.away = false;
  await clock.advance(10_000);
  assert.equal(packets(router).length, 1);
  assert.equal(agent.status().membership?.forwarding.frames["no-route"], 1);
  await agent.dispose();
});

test("vouchers that contradict each other are brought before the ledger", async () => {
  const house = await world();
  const { clock, router, ledger } = house;
  await house.hear(uplink(1));
  await clock.advance(1000);
  for (const cumulativeDc of [60n, 61n]) {
    const body = { kind: "voucher", channel, hotspot: hotspot.address, sequence: 1 } as const;
    const figures = { cumulativeDc: dc(cumulativeDc), cumulativePackets: 3 };
    router.send(
      signMessage({ chainId: CHAIN_ID, signer: router.key, body: { ...body, ...figures } }),
    );
  }
  await clock.advance(120_000);
  const reports = ledger.submitted.filter(({ kind }) => kind === "report-evidence");
  assert.ok(reports.length >= 1);
  const [report] = reports;
  assert.ok(report?.kind === "report-evidence" && report.evidence.kind === "router-equivocation");
  assert.equal(report.evidence.first.sequence, report.evidence.second.sequence);
});
