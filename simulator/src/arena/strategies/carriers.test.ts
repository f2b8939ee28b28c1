import assert from "node:assert/strict";
import { test } from "node:test";
import { frameOf, keyOf } from "@katydid/hotspot-agent/testing";
import {
  type Address,
  buildDataFrame,
  type CloseChannel,
  compareAddresses,
  dc,
  type RedeemVoucher,
  signMessage,
} from "@katydid/protocol";
import { signedBytes } from "../wrappers/wrapped-ledger.ts";
import { claimsUncarried } from "./claims-uncarried.ts";
import { copyStuffing } from "./copy-stuffing.ts";
import { selfDealing } from "./self-dealing.ts";
import { bytes32, chainId, common, rival, Scene } from "./trade-scene.test-data.ts";

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
