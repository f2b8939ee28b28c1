import assert from "node:assert/strict";
import { test } from "node:test";
import {
  frameOf,
  keyOf,
  LoopbackBroker,
  settle,
  TestConcentrator,
  TestLedger,
} from "@katydid/hotspot-agent/testing";
import type { LedgerEvent } from "@katydid/ledger/client";
import {
  type Address,
  type Bytes32,
  buildDataFrame,
  type ChallengeReceipts,
  type CloseChannel,
  compareAddresses,
  dc,
  decodeMessage,
  encodeMessage,
  height,
  milliseconds,
  type OpenChallenge,
  paramsByName,
  type RedeemVoucher,
  regionPlan,
  type SignedReport,
  signMessage,
  toTopic,
} from "@katydid/protocol";
import { Air } from "../../air/air.ts";
import { BOULDER } from "../../scenario.ts";
import { World } from "../../world/world.ts";
import type { AgentParts, Gang, Member, RouterParts, Strategy } from "../strategy.ts";
import { Rivals } from "../wrappers/rivals.ts";
import { signedBytes } from "../wrappers/wrapped-ledger.ts";
import { claimsUncarried } from "./claims-uncarried.ts";
import { copyStuffing } from "./copy-stuffing.ts";
import { equivocatingTarget } from "./equivocating-target.ts";
import { huntingChallenger } from "./hunting-challenger.ts";
import { selfDealing } from "./self-dealing.ts";
import { silentTarget } from "./silent-target.ts";
import { starvingChallenger } from "./starving-challenger.ts";
import { tradeStrategies } from "./trade.ts";

const chainId = "katydid-arena-test";
const bytes32 = (fill: number) => new Uint8Array(32).fill(fill) as Bytes32;
const rival = keyOf("rival");
const common = { nonce: 1, feeDc: dc(0n), expiryHeight: height(9) } as const;

/** A gang of two among eight, its parts, and what they do. */
class Scene {
  readonly world = new World({ seed: "trade" });
  readonly ledger = new TestLedger(this.world.clock);
  readonly broker = new LoopbackBroker();
  readonly radios = [new TestConcentrator(), new TestConcentrator()];
  readonly members: readonly Member[] = [0, 1].map((index) => {
    const point = { x: index * 1000, y: 0 };
    const placement = { radio: undefined, claim: { point, gainDbi: 2 } };
    return { index, key: keyOf(`member ${index}`), owner: keyOf(`owner ${index}`), placement };
  });
  readonly gang: Gang;

  constructor() {
    const { world, members } = this;
    const { clock } = world;
    const random = world.random("air");
    this.gang = {
      ...{ world, chainId, members, params: paramsByName("arena") },
      air: new Air({ clock, random, plan: regionPlan("US915"), origin: BOULDER }),
      neighbours: Array.from({ length: 8 }, (_, x) => ({ x, y: 9 })),
      router: keyOf("router"),
      random: (name) => world.random(name),
      send: () => Promise.reject(new Error("not in this test")),
    };
  }

  get first(): Address {
    return this.members[0]?.key.address as Address;
  }

  agents(strategy: Strategy): readonly AgentParts[] {
    const scheme = strategy.scheme?.(this.gang);
    return this.members.map((member, index) => {
      const parts = this.#agentParts(member, index);
      return scheme?.wrapAgent?.(parts, member) ?? parts;
    });
  }

  agent(strategy: Strategy): AgentParts {
    return this.agents(strategy)[0] as AgentParts;
  }

  #agentParts({ key }: Member, index: number): AgentParts {
    const { world, ledger, broker } = this;
    const concentrator = this.radios[index] as TestConcentrator;
    const random = world.random(`member ${index}`);
    const store = world.store(`member ${index}`);
    return {
      ...{ key, ledger, concentrator, random, store, clock: world.clock },
      busTo: () => broker.bus(),
    };
  }

  routerParts(): RouterParts {
    const { world, ledger, broker } = this;
    const { clock } = world;
    const random = world.random("router");
    const store = world.store("router");
    return { key: keyOf("router"), ledger, clock, random, store, bus: broker.bus() };
  }
}

test("names are unique and kebab-case, and every strategy changes what its gang is made of", () => {
  const names = tradeStrategies.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const strategy of tradeStrategies) {
    assert.match(strategy.name, /^[a-z]+(-[a-z]+)*$/);
    const scene = new Scene();
    const scheme = strategy.scheme?.(scene.gang);
    const routerParts = scene.routerParts();
    const changed =
      strategy.gang === "hotspots"
        ? scene.agent(strategy).ledger !== scene.ledger ||
          scene.agent(strategy).concentrator !== scene.radios[0] ||
          scheme?.wrapAgent !== undefined
        : scheme?.wrapRouter?.(routerParts).ledger !== routerParts.ledger;
    assert.ok(changed, strategy.name);
  }
});

test("a slandered rival is listed in the order of keys, and is not reported as well", () => {
  const { gang } = new Scene();
  const rivals = new Rivals(gang);
  const witnesses = ["a", "b", "c", "d"].map((name) => keyOf(name).address);
  const all = [...witnesses, ...gang.members.map(({ key }) => key.address)].sort(compareAddresses);
  const reports = all.map((witness) => {
    const signed = { witness } as SignedReport;
    return { signed, acknowledgedAt: milliseconds(1) };
  });
  const body: ChallengeReceipts = {
    ...{ ...common, kind: "challenge-receipts", actor: gang.members[0]?.key.address as Address },
    ...{ challenge: { slot: 1, index: 0 }, secret: bytes32(1), reports },
    listed: [{ witness: keyOf("e").address, reason: "too-far" }],
  };
  const kept = rivals.keeping(body, { kept: 1, listedAs: "late" });
  assert.equal(kept.reports.filter(({ signed }) => rivals.isRival(signed.witness)).length, 1);
  assert.equal(kept.reports.length, 3);
  const listed = kept.listed.map(({ witness }) => witness);
  assert.deepEqual(listed, [...listed].sort(compareAddresses));
  assert.equal(listed.length, 4);
  const reported = new Set(kept.reports.map(({ signed }) => signed.witness));
  assert.ok(listed.every((witness) => !reported.has(witness)));
  assert.deepEqual(rivals.keeping(body, { kept: 1 }).listed, body.listed);
});

test("a starving challenger orders the beacons of its gang and no other", async () => {
  const scene = new Scene();
  const bus = scene.agent(starvingChallenger).busTo("mqtt://relay");
  const friend = scene.members[1]?.key.address as Address;
  for (const to of [rival.address, friend]) bus.publish(toTopic(to, "order"), Uint8Array.of(1));
  await settle();
  assert.deepEqual(
    scene.broker.published.map(({ topic }) => topic),
    [toTopic(friend, "order")],
  );
});

test("a silent target is told of the gang's challenges, and of rivals' where it is not the target", () => {
  const scene = new Scene();
  const told: LedgerEvent[] = [];
  const kinds = ["target-drawn"] as const;
  scene.agent(silentTarget).ledger.watch({ kinds }, (event) => told.push(event));
  const draw = (challenger: Address, target: Address) =>
    scene.ledger.emit({
      ...{ kind: "target-drawn", subjects: [], challenge: { slot: 1, index: 0 } },
      ...{ challenger, target, targetEntropy: bytes32(1), secretHash: bytes32(2) },
      ...{ ephemeralKey: bytes32(3), deadlineAt: milliseconds(9) },
    });
  draw(rival.address, scene.first);
  assert.equal(told.length, 0);
  draw(scene.members[1]?.key.address as Address, scene.first);
  draw(scene.first, rival.address);
  assert.equal(told.length, 2);
});

test("an equivocating target sends two signed receipts that differ", async () => {
  const scene = new Scene();
  const { key, busTo } = scene.agent(equivocatingTarget);
  const { beacon } = regionPlan("US915");
  const receipt = signMessage({
    ...{ chainId, signer: key },
    body: {
      ...{ kind: "receipt", challenge: { slot: 1, index: 0 }, target: key.address },
      ...{ payloadHash: bytes32(1), frequencyHz: beacon.channels[0] as never },
      ...{ dataRate: beacon.dataRate, powerDbm: beacon.powerDbm },
      transmittedAt: milliseconds(1),
    },
  });
  busTo("mqtt://relay").publish(toTopic(rival.address, "receipt"), encodeMessage(receipt));
  await settle();
  const sent = scene.broker.published.map(({ payload }) => decodeMessage(payload));
  assert.equal(sent.length, 2);
  assert.deepEqual(sent[0], receipt);
  assert.notDeepEqual(sent[1], receipt);
});

test("a hunter opens late in the window, with secrets of its own behind the agent's", async () => {
  const scene = new Scene();
  const { ledger, key } = scene.agent(huntingChallenger);
  ledger.watch({}, () => undefined);
  const openUntil = milliseconds(scene.ledger.protocolTime + 60_000);
  const challengers = [key.address];
  scene.ledger.emit({ kind: "slot-drawn", subjects: [], slot: 1, challengers, openUntil });
  const body: OpenChallenge = {
    ...{ ...common, kind: "open-challenge", actor: key.address, challenge: { slot: 1, index: 0 } },
    ...{ secretHash: bytes32(1), ephemeralKey: bytes32(2) },
  };
  const startMs = scene.world.clock.now();
  await scene.world.settle(ledger.submit(signedBytes({ chainId, body, signer: key })));
  assert.equal(scene.world.clock.now() - startMs, 45_000);
  const [own, ...more] = scene.ledger.submitted;
  assert.deepEqual(own, body);
  assert.equal(more.length, 4);
  assert.deepEqual(
    more.map(({ nonce }) => nonce),
    [2, 3, 4, 5],
  );
});

test("members tell each other of frames, and each sends one once", async () => {
  const scene = new Scene();
  const heard = await Promise.all(
    scene.agents(copyStuffing).map(async ({ concentrator }) => {
      const frames: Uint8Array[] = [];
      await concentrator.start();
      void (async () => {
        for await (const { payload } of concentrator.frames()) frames.push(payload);
      })();
      return frames;
    }),
  );
  const frame = frameOf(dataFrame(1), { receivedAt: scene.world.clock.now() });
  scene.radios[0]?.hear(frame);
  await scene.world.run({ untilMs: scene.world.clock.now() + 1000 });
  // The other one's radio was slower than the internet.
  scene.radios[1]?.hear(frame);
  await scene.world.run({ untilMs: scene.world.clock.now() + 1000 });
  assert.deepEqual(heard, [[frame.payload], [frame.payload]]);
});

test("a claimer replays, makes up a frame, and shows the ledger a raised voucher first", async () => {
  const scene = new Scene();
  const { concentrator, ledger, key } = scene.agent(claimsUncarried);
  const frames: Uint8Array[] = [];
  await concentrator.start();
  void (async () => {
    for await (const { payload } of concentrator.frames()) frames.push(payload);
  })();
  scene.radios[0]?.hear(frameOf(dataFrame(7), { receivedAt: scene.world.clock.now() }));
  await scene.world.run({ untilMs: scene.world.clock.now() + 700_000 });
  const same = frames.filter((payload) => Buffer.compare(payload, dataFrame(7)) === 0);
  assert.deepEqual([frames.length, same.length], [5, 4]);
  const voucher = signMessage({
    ...{ chainId, signer: keyOf("router") },
    body: {
      ...{ kind: "voucher", channel: bytes32(1), hotspot: key.address, cumulativeDc: dc(5n) },
      ...{ cumulativePackets: 5, sequence: 1 },
    },
  });
  const body: RedeemVoucher = { ...common, kind: "redeem-voucher", actor: key.address, voucher };
  scene.ledger.answers.push({ outcome: "refused", reason: "signature", detail: {} });
  const outcome = await ledger.submit(signedBytes({ chainId, body, signer: key }));
  assert.equal(outcome.outcome, "accepted");
  assert.deepEqual(scene.ledger.submitted, [body]);
});

test("a self-dealer adds its budget for its members to what it really bought", async () => {
  const scene = new Scene();
  const parts = selfDealing.scheme?.(scene.gang).wrapRouter?.(scene.routerParts());
  assert.ok(parts?.channelPolicy);
  const member = scene.first;
  const summaries = [rival.address, member].sort(compareAddresses).map((hotspot) => {
    return { hotspot, cumulativeDc: dc(9n), cumulativePackets: 9 };
  });
  const body: CloseChannel = {
    ...{ ...common, kind: "close-channel", actor: keyOf("router").address },
    ...{ channel: bytes32(1), more: false, summaries },
  };
  await parts.ledger.submit(signedBytes({ chainId, body, signer: keyOf("router") }));
  const [closed] = scene.ledger.submitted;
  assert.ok(closed?.kind === "close-channel");
  const dcOf = (address: Address) =>
    closed.summaries.find(({ hotspot }) => hotspot === address)?.cumulativeDc ?? 0n;
  assert.equal(dcOf(rival.address), 9n);
  assert.ok(dcOf(member) > 50_000n);
  const all = closed.summaries.reduce((sum, { cumulativeDc }) => sum + cumulativeDc, 0n);
  assert.ok(all <= parts.channelPolicy.depositDc);
});

function dataFrame(fCnt32: number): Uint8Array {
  const key = new Uint8Array(16).fill(3);
  return buildDataFrame({
    ...{ direction: "up", devAddr: 0x48000000, keys: { nwkSKey: key, appSKey: key }, fCnt32 },
    ...{ fPort: 2, payload: Uint8Array.of(1, 2, 3), confirmed: false, ack: false },
  });
}
