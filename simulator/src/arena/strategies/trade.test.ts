import assert from "node:assert/strict";
import { test } from "node:test";
import { keyOf, settle } from "@katydid/hotspot-agent/testing";
import type { LedgerEvent } from "@katydid/ledger/client";
import {
  type Address,
  type ChallengeReceipts,
  compareAddresses,
  decodeMessage,
  encodeMessage,
  milliseconds,
  type OpenChallenge,
  regionPlan,
  type SignedReport,
  signMessage,
  toTopic,
} from "@katydid/protocol";
import { Rivals } from "../wrappers/rivals.ts";
import { signedBytes } from "../wrappers/wrapped-ledger.ts";
import { equivocatingTarget } from "./equivocating-target.ts";
import { hastyChallenger } from "./hasty-challenger.ts";
import { huntingChallenger } from "./hunting-challenger.ts";
import { silentTarget } from "./silent-target.ts";
import { starvingChallenger } from "./starving-challenger.ts";
import { tradeStrategies } from "./trade.ts";
import { bytes32, chainId, common, rival, Scene } from "./trade-scene.test-data.ts";

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

test("a hasty challenger offers its reveal again until the ledger takes it", async () => {
  const scene = new Scene();
  const { ledger, key } = scene.agent(hastyChallenger);
  const body: ChallengeReceipts = {
    ...{ ...common, kind: "challenge-receipts", actor: key.address },
    ...{ challenge: { slot: 1, index: 0 }, secret: bytes32(1), reports: [], listed: [] },
  };
  const early = { outcome: "refused", reason: "too-early", detail: {} } as const;
  scene.ledger.answers.push(early, early);
  const bytes = signedBytes({ chainId, body, signer: key });
  const outcome = await scene.world.settle(ledger.submit(bytes));
  assert.equal(outcome.outcome, "accepted");
  assert.deepEqual(scene.ledger.submitted, [body]);
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
