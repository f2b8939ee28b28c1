import assert from "node:assert/strict";
import { test } from "node:test";
import type { BodyWithoutCommon, LedgerClient } from "@katydid/ledger/client";
import { arenaParams, cellAt } from "@katydid/protocol";
import { NoRadio } from "../no-radio.ts";
import type { AgentParts, Gang } from "../strategy.ts";
import { memberAt, rig } from "./rig.test-data.ts";
import { Rotation } from "./rotation.ts";

const STAY_MS = 1000;

function leaving({ refuse }: { readonly refuse?: BodyWithoutCommon["kind"] } = {}) {
  const { world, air } = rig();
  const member = memberAt(0, { x: 700, y: 0 });
  const sent: BodyWithoutCommon[] = [];
  const gang: Gang = {
    ...{ world, air, params: arenaParams, chainId: "test", members: [member], neighbours: [] },
    ...{ router: undefined, random: (name) => world.random(name) },
    send: async (_signer, body) => {
      sent.push(body);
      return body.kind === refuse
        ? { outcome: "refused", reason: "balance-too-low", detail: {} }
        : { outcome: "accepted", id: "" };
    },
  };
  // A ledger that never answers: agents start, and wait for it.
  const silent: Pick<LedgerClient, "status"> = { status: () => new Promise(() => undefined) };
  const keys: string[] = [];
  const rotation = new Rotation({
    ...{ gang, stayMs: STAY_MS },
    wrap: (parts) => {
      keys.push(parts.key.address);
      return { ...parts, concentrator: new NoRadio() };
    },
  });
  const parts: Partial<AgentParts> = {
    ...{ key: member.key, clock: world.clock, ledger: silent as LedgerClient },
  };
  rotation.enter(parts as AgentParts, member);
  rotation.start();
  return { world, air, member, sent, keys };
}

test("an identity leaves, and its owner adds another in the same place", async () => {
  const { world, air, member, sent, keys } = leaving();
  await world.run({ untilMs: world.clock.now() + STAY_MS });
  const [remove, add, locate] = sent;
  assert.ok(remove?.kind === "remove-hotspot" && remove.hotspot === member.key.address);
  assert.ok(add?.kind === "add-hotspot" && add.owner === member.owner.address);
  assert.notEqual(add.hotspot, member.key.address);
  const place = air.plane.placeOf(member.placement.claim.point);
  assert.ok(locate?.kind === "assert-location" && locate.cell === cellAt(place, 12));
  assert.deepEqual(keys, [add.hotspot]);
});

test("the next time the second one leaves", async () => {
  const { world, sent, keys } = leaving();
  await world.run({ untilMs: world.clock.now() + 2 * STAY_MS });
  const left = sent.flatMap((body) => (body.kind === "remove-hotspot" ? [body.hotspot] : []));
  assert.equal(left.length, 2);
  assert.equal(left[1], keys[0]);
  assert.equal(new Set(keys).size, 2);
});

test("an owner without tokens sits out a turn", async () => {
  const { world, sent, keys } = leaving({ refuse: "add-hotspot" });
  await world.run({ untilMs: world.clock.now() + STAY_MS });
  assert.deepEqual(
    sent.map(({ kind }) => kind),
    ["remove-hotspot", "add-hotspot"],
  );
  assert.deepEqual(keys, []);
});
