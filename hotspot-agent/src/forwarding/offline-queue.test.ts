import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "@katydid/platform";
import type { Packet } from "@katydid/protocol";
import { keyOf } from "../testing/fixtures.ts";
import { MemoryStore } from "../testing/memory-store.ts";
import { settle } from "../testing/test-clock.ts";
import { frameOf } from "../testing/test-concentrator.ts";
import { OfflineQueue } from "./offline-queue.ts";
import { packetOf, radioOf } from "./uplink.ts";

const router = keyOf("router").address;

function packet(number: number): Packet {
  const phyPayload = Uint8Array.of(0x40, number);
  const radio = radioOf(frameOf(phyPayload));
  const route = { kind: "dev-addr", devAddr: 1 } as const;
  return packetOf({ phyPayload, radio, route, costDc: 1, attempts: 0 }, 0);
}

function queueOn(store: MemoryStore, lengthMax: number) {
  let dropped = 0;
  const onDropped = () => {
    dropped++;
  };
  const queue = new OfflineQueue({ store, lengthMax, log: silentLog, onDropped });
  return { queue, dropped: () => dropped };
}

function contents(queue: OfflineQueue): number[] {
  const seen: number[] = [];
  queue.drain(({ packet: { phyPayload } }) => {
    seen.push(phyPayload[1] ?? -1);
    return "stays";
  });
  return seen;
}

test("the oldest goes when it is full, and is counted", () => {
  const { queue, dropped } = queueOn(new MemoryStore(), 3);
  for (let i = 0; i < 5; i++) queue.push({ packet: packet(i), router });
  assert.equal(queue.length, 3);
  assert.equal(dropped(), 2);
  assert.deepEqual(contents(queue), [2, 3, 4]);
});

test("a restart keeps what waits, in order, and numbers go on", async () => {
  const store = new MemoryStore();
  const { queue } = queueOn(store, 10);
  for (let i = 0; i < 3; i++) queue.push({ packet: packet(i), router });
  await settle();
  const again = queueOn(store, 10).queue;
  again.push({ packet: packet(3) });
  assert.deepEqual(contents(again), [0, 1, 2, 3]);
  assert.equal(again.length, 4);
});

test("what is taken is gone, what stays stays, and a stop leaves the rest", async () => {
  const store = new MemoryStore();
  const { queue } = queueOn(store, 10);
  for (let i = 0; i < 6; i++) queue.push({ packet: packet(i), router });
  queue.drain(({ packet: { phyPayload } }) => {
    const number = phyPayload[1] ?? 0;
    if (number === 4) return "stop";
    return number % 2 === 0 ? "taken" : "stays";
  });
  assert.deepEqual(contents(queue), [1, 3, 4, 5]);
  await settle();
  assert.deepEqual(contents(queueOn(store, 10).queue), [1, 3, 4, 5]);
});

test("a row that another version wrote is dropped and not fatal", async () => {
  const store = new MemoryStore();
  await store.commit([{ key: new Uint8Array(8), value: Uint8Array.of(9, 9, 9) }]);
  const { queue } = queueOn(store, 10);
  assert.deepEqual(contents(queue), []);
  assert.equal(queue.length, 0);
});
