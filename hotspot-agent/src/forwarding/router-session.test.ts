import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "@katydid/platform";
import { minimalParams } from "@katydid/protocol";
import { policyFor } from "../policy.ts";
import { CHAIN_ID, keyOf, TestRandom } from "../testing/fixtures.ts";
import { LoopbackBroker } from "../testing/loopback-broker.ts";
import { settle, TestClock } from "../testing/test-clock.ts";
import { TestRouter } from "../testing/test-router.ts";
import { RouterSession } from "./router-session.ts";

const policy = policyFor(minimalParams);

/** A session that was welcomed just now. */
async function openSession() {
  const clock = new TestClock();
  const broker = new LoopbackBroker();
  const router = new TestRouter({ key: keyOf("router"), bus: broker.bus() });
  await router.start();
  let lost = 0;
  const session = new RouterSession({
    key: keyOf("hotspot"),
    chainId: CHAIN_ID,
    router: router.key.address,
    endpoints: ["mqtt://router"],
    busTo: () => broker.bus(),
    region: () => "EU868",
    random: new TestRandom(),
    log: silentLog,
    ...{ clock, policy },
    onOpen: () => undefined,
    onMessage: () => undefined,
    onLost: () => {
      lost++;
    },
  });
  session.ensure();
  await settle();
  assert.equal(session.state, "open");
  assert.equal(router.hellos, 1);
  return { clock, router, session, lost: () => lost };
}

test("a hint long after the hello is obeyed at once", async () => {
  const { clock, router, lost } = await openSession();
  await clock.advance(policy.helloFirstMs);
  router.hint();
  await settle();
  assert.equal(router.hellos, 2);
  assert.equal(lost(), 1);
});

test("a hint soon after the hello is obeyed when its time has come, once", async () => {
  const { clock, router, session, lost } = await openSession();
  await clock.advance(policy.helloFirstMs / 2);
  router.restart();
  router.hint();
  router.hint();
  await clock.advance(policy.helloFirstMs / 2 - 1);
  assert.equal(router.hellos, 1);
  await clock.advance(1);
  assert.equal(router.hellos, 2);
  assert.equal(session.state, "open");
  await clock.advance(policy.helloMaxMs);
  assert.equal(router.hellos, 2);
  assert.equal(lost(), 1);
});

test("a forged hint is forgotten when the router speaks in the session", async () => {
  const { clock, router, lost } = await openSession();
  router.hint();
  await settle();
  router.send({ kind: "decision", reception: 1, outcome: { kind: "wanted" } });
  await clock.advance(policy.helloMaxMs);
  assert.equal(router.hellos, 1);
  assert.equal(lost(), 0);
});

test("a hint does nothing after the session was closed", async () => {
  const { clock, router, session } = await openSession();
  router.hint();
  await settle();
  session.close();
  await clock.advance(policy.helloMaxMs);
  assert.equal(router.hellos, 1);
});
