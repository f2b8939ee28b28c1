import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CHAIN_ID,
  keyOf,
  LoopbackBroker,
  MemoryStore,
  settle,
  TestClock,
  TestLedger,
  TestRandom,
} from "@katydid/hotspot-agent/testing";
import {
  type Bytes32,
  type CloseChannel,
  dc,
  decodeMessage,
  encodeMessage,
  ephemeralKeyPair,
  height,
  hotspotToRouterTopic,
  mainParams,
  messageHash,
  milliseconds,
  openEnvelope,
  type RouterMessage,
  routerFilter,
  routerToHotspotTopic,
  type SessionKey,
  sealEnvelope,
  sessionKey,
  signMessage,
} from "@katydid/protocol";
import type { RouterParts } from "../strategy.ts";
import { cheatingRouter, isPurchase, owingNothing, type RouterPlan } from "./cheating-router.ts";
import { signedBytes } from "./wrapped-ledger.ts";

const router = keyOf("router");
const hotspot = keyOf("hotspot");
const down = routerToHotspotTopic(router.address, hotspot.address);
const bought = (reception: number): RouterMessage => {
  const outcome = { kind: "bought", dc: dc(2n) } as const;
  return { kind: "decision", reception, outcome };
};
const declined = (reception: number): RouterMessage => {
  const outcome = { kind: "declined", reason: "late", bought: [] } as const;
  return { kind: "decision", reception, outcome };
};

function partsOf(ledger: TestLedger, broker: LoopbackBroker): RouterParts {
  const clock = new TestClock();
  const random = new TestRandom("router");
  return { key: router, ledger, clock, random, bus: broker.bus(), store: new MemoryStore() };
}

/** A hotspot's session with a router that speaks through the cheat's parts. */
async function session(plan: RouterPlan) {
  const broker = new LoopbackBroker();
  const given = partsOf(new TestLedger(new TestClock()), broker);
  const parts = cheatingRouter(given, { gang: { chainId: CHAIN_ID, params: mainParams }, plan });
  const heard: { readonly sequence: number; readonly message: RouterMessage }[] = [];
  const own = ephemeralKeyPair(new TestRandom("hotspot").bytes(32));
  const nonce = new Uint8Array(32) as Bytes32;
  const hello = signMessage({
    ...{ chainId: CHAIN_ID, signer: hotspot },
    body: {
      ...{ kind: "hello", hotspot: hotspot.address, router: router.address, nonce },
      ...{ ephemeralKey: own.publicKey as Bytes32, sentAt: milliseconds(1), region: "EU868" },
    },
  });
  let key: SessionKey | undefined;
  const bus = broker.bus();
  await bus.subscribe(down, (_topic, bytes) => {
    if (bytes[0] !== 0) {
      const welcome = decodeMessage(bytes);
      if (welcome.kind !== "welcome") return;
      key = sessionKey({ own, peerPublic: welcome.ephemeralKey, hello, welcome });
      return;
    }
    const opened = key && openEnvelope({ key, direction: "to-hotspot", bytes });
    assert.ok(opened, "the hotspot can open what it is sent");
    heard.push({ ...opened, message: decodeMessage(opened.message) as RouterMessage });
  });
  await parts.bus.subscribe(routerFilter(router.address), () => undefined);
  bus.publish(hotspotToRouterTopic(router.address, hotspot.address), encodeMessage(hello));
  await settle();
  const theirs = ephemeralKeyPair(parts.random.bytes(32));
  const helloHash = messageHash(hello) as Bytes32;
  const welcome = signMessage({
    ...{ chainId: CHAIN_ID, signer: router },
    body: {
      ...{ kind: "welcome", router: router.address, hotspot: hotspot.address, helloHash },
      ephemeralKey: theirs.publicKey as Bytes32,
    },
  });
  parts.bus.publish(down, encodeMessage(welcome));
  await settle();
  const routers = sessionKey({ own: theirs, peerPublic: hello.ephemeralKey, hello, welcome });
  assert.ok(routers);
  let sequence = 0;
  return {
    heard,
    say: async (message: RouterMessage) => {
      const envelope = { key: routers, direction: "to-hotspot", sequence: ++sequence } as const;
      parts.bus.publish(down, sealEnvelope({ ...envelope, message: encodeMessage(message) }));
      await settle();
    },
  };
}

test("decisions are changed, doubled and dropped inside the router's own session", async () => {
  const { heard, say } = await session({
    say: (message) => {
      if (!isPurchase(message) || message.kind !== "decision") return [message];
      const { reception } = message;
      if (reception === 1) return [declined(1)];
      return reception === 2 ? [] : [message, declined(reception)];
    },
  });
  for (const reception of [1, 2, 3]) await say(bought(reception));
  await say(declined(4));
  assert.deepEqual(
    heard.map(({ message }) => message),
    [declined(1), bought(3), declined(3), declined(4)],
  );
  assert.deepEqual(
    heard.map(({ sequence }) => sequence),
    [1, 2, 3, 4],
  );
});

test("joins are bought for nothing: they are no purchase", () => {
  const free = { kind: "bought", dc: dc(0n) } as const;
  assert.equal(isPurchase({ kind: "decision", reception: 1, outcome: free }), false);
  assert.equal(isPurchase(bought(1)), true);
  assert.equal(isPurchase(declined(1)), false);
});

test("channels close as the plan says: with nothing owed, or not at all", async () => {
  const body: CloseChannel = {
    ...{ kind: "close-channel", actor: router.address, nonce: 1, feeDc: dc(0n) },
    ...{ expiryHeight: height(9), channel: new Uint8Array(32) as Bytes32, more: false },
    summaries: [{ hotspot: hotspot.address, cumulativeDc: dc(9n), cumulativePackets: 9 }],
  };
  const bytes = signedBytes({ chainId: CHAIN_ID, body, signer: router });
  const closed = async (plan: RouterPlan) => {
    const ledger = new TestLedger(new TestClock());
    const gang = { chainId: CHAIN_ID, params: mainParams };
    const parts = cheatingRouter(partsOf(ledger, new LoopbackBroker()), { gang, plan });
    await parts.ledger.submit(bytes);
    return ledger.submitted.map((each) => (each.kind === "close-channel" ? each.summaries : []));
  };
  assert.deepEqual(await closed({}), [body.summaries]);
  assert.deepEqual(await closed({ close: owingNothing }), [[]]);
  assert.deepEqual(await closed({ close: () => undefined }), []);
});
