/** What the router tells the ledger of itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { euiFilterHas } from "@katydid/protocol";
import { ownerKey, TestBench } from "../testing/test-bench.ts";

const updates = ({ ledger }: TestBench) =>
  ledger.submitted.filter((body) => body.kind === "update-router");

test("devices that are entered together are one update of the EUI filter", async () => {
  const house = await new TestBench({ ownerSigner: ownerKey }).start();
  const otaa = { kind: "otaa" } as const;
  await house.addDevice({ name: "a", devEui: "0000000000000001", activation: otaa });
  await house.addDevice({ name: "b", devEui: "0000000000000002", activation: otaa });
  await house.clock.advance(10_000);
  const [update, ...others] = updates(house);
  assert.equal(others.length, 0);
  assert.ok(update !== undefined);
  assert.ok(euiFilterHas(update.filter, 0n, 1n) && euiFilterHas(update.filter, 0n, 2n));
  assert.deepEqual(update.endpoints, ["mqtt://127.0.0.1:1883"], "which stay as they are");
  assert.equal(update.addSlabs, 0);
});

test("what the ledger has already is not sent again; a refusal is tried again later", async () => {
  const house = await new TestBench({ ownerSigner: ownerKey }).start();
  let refusals = 1;
  house.ledger.answer = ({ kind }) =>
    kind === "update-router" && refusals-- > 0
      ? { outcome: "refused", reason: "balance-too-low", detail: {} }
      : undefined;
  await house.addDevice({ name: "a", activation: { kind: "otaa" } });
  await house.clock.advance(10_000);
  assert.equal(updates(house).length, 1);
  await house.clock.advance(30_000);
  const filter = updates(house)[1]?.filter ?? new Uint8Array(0);
  const [view] = house.ledger.routerViews;
  house.ledger.tell({ kind: "router-changed", router: { ...view, filter } });
  await house.clock.advance(60_000);
  assert.equal(updates(house).length, 2);
});

test("slabs are asked for when four devices share an address, and used when they come", async () => {
  const house = await new TestBench({ ownerSigner: ownerKey }).start();
  for (let i = 0; i < 68; i++)
    await house.addDevice({ name: `d${i}`, activation: { kind: "abp" } });
  await house.clock.advance(10_000);
  assert.equal(updates(house)[0]?.addSlabs, 1);
  const [view] = house.ledger.routerViews;
  const slabs = [...(view?.slabs ?? []), { start: 0x48000100, count: 8 }];
  house.ledger.tell({ kind: "router-changed", router: { ...view, slabs } });
  const { entry } = await house.addDevice({ name: "next", activation: { kind: "abp" } });
  assert.equal(entry.session?.devAddr, 0x48000100);
});

test("without the owner's key nothing is sent", async () => {
  const house = await new TestBench().start();
  await house.addDevice({ name: "a", activation: { kind: "otaa" } });
  await house.clock.advance(60_000);
  assert.equal(house.ledger.submitted.length, 0);
});
