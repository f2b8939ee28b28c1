/** Hotspots that give no credit say what they have, and wait. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Decision, type Offer, sha256 } from "@katydid/protocol";
import { collar, collarUplink, TestBench } from "../testing/test-bench.ts";
import type { TestHotspot } from "../testing/test-hotspot.ts";

function offer(hotspot: TestHotspot, frame: Uint8Array, devAddr = 0x48000011) {
  const reception = ++hotspot.reception;
  const message: Offer = {
    kind: "offer",
    reception,
    ...hotspot.radio(),
    payloadHash: sha256(frame),
    payloadBytes: frame.length,
    route: { kind: "dev-addr", devAddr },
  };
  hotspot.send(message);
  return said(hotspot.decisions.find((decision) => decision.reception === reception)?.outcome);
}

function said(outcome: Decision["outcome"] | undefined): string {
  return outcome?.kind === "declined" ? outcome.reason : (outcome?.kind ?? "unanswered");
}

async function bench(maxCopies = 1, depositDc = 1000) {
  const house = await new TestBench({ depositDc }).start();
  await house.addDevice({ ...collar, maxCopies });
  return { house, first: await house.connected(1), second: await house.connected(2) };
}

test("an offer is wanted, then the frame under its reception is bought", async () => {
  const { first } = await bench();
  assert.equal(offer(first, collarUplink(0)), "wanted");
  first.reception--;
  await first.packet(collarUplink(0));
  assert.equal(said(first.decisions[1]?.outcome), "bought");
});

test("while one is asked, others are told so; when it stays silent, they are asked", async () => {
  const { house, first, second } = await bench();
  assert.equal(offer(first, collarUplink(0)), "wanted");
  assert.equal(offer(second, collarUplink(0)), "copies-bought");
  await house.clock.advance(1000);
  assert.equal(offer(second, collarUplink(0)), "wanted");
});

test("of a frame that was bought no further copy is wanted, and late ones are late", async () => {
  const { house, first, second } = await bench();
  await first.packet(collarUplink(0));
  assert.equal(offer(second, collarUplink(0)), "copies-bought");
  assert.equal(offer(first, collarUplink(0)), "replay");
  await house.clock.advance(2001);
  assert.equal(offer(second, collarUplink(0)), "late");
});

test("two copies are wanted where the device pays for two", async () => {
  const { first, second } = await bench(2);
  assert.equal(offer(first, collarUplink(0)), "wanted");
  assert.equal(offer(second, collarUplink(0)), "wanted");
});

test("what belongs to no device, or cannot be paid, is not wanted", async () => {
  const { first } = await bench(1, 1);
  assert.equal(offer(first, collarUplink(0), 0x48000012), "unknown-device");
  await first.packet(collarUplink(0));
  assert.equal(offer(first, collarUplink(1)), "no-balance");
});
