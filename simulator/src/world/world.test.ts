import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import {
  busContract,
  clockContract,
  logContract,
  metricsContract,
  randomContract,
  storeContract,
} from "@katydid/platform/contract";
import fc from "fast-check";
import { EventHeap } from "./event-heap.ts";
import { exponential, normal, SeededRandom } from "./seeded-random.ts";
import { TopicTree } from "./topic-tree.ts";
import { VirtualLog } from "./virtual-log.ts";
import { VirtualMetrics } from "./virtual-metrics.ts";
import { VirtualStore } from "./virtual-store.ts";
import { World } from "./world.ts";

clockContract("virtual", () => {
  const world = new World({ seed: 1 });
  return { clock: world.clock, settle: (promise) => world.settle(promise) };
});
randomContract("seeded", () => new SeededRandom("contract"));
storeContract("virtual", () => new VirtualStore());
logContract("virtual", () => new VirtualLog());
metricsContract("virtual", () => new VirtualMetrics());
busContract("virtual", () => {
  const world = new World({ seed: 1 });
  const broker = world.broker("mqtt://a");
  return {
    alice: broker.bus("alice"),
    bob: broker.bus("bob"),
    settle: (promise) => world.settle(promise),
    [Symbol.asyncDispose]: async () => {},
  };
});

test("the generator is xoshiro128** 1.1: a golden stream, and streams by name", () => {
  const random = new SeededRandom("golden");
  const hash = createHash("sha256").update(random.bytes(1_000_000)).digest("hex");
  assert.equal(hash.slice(0, 16), "f65e7bc51d0fc1bb");
  const one = new SeededRandom("a").stream("x");
  const other = new SeededRandom("a");
  other.bytes(100);
  assert.deepEqual(other.stream("x").bytes(32), one.bytes(32));
  assert.notDeepEqual(new SeededRandom("a").stream("y").bytes(32), one.bytes(32));
});

test("normal and exponential deviates have their moments", () => {
  const random = new SeededRandom("moments");
  const draws = 50_000;
  let sum = 0;
  let squares = 0;
  let waits = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    const value = normal(random);
    sum += value;
    squares += value * value;
    waits += exponential(random);
  }
  assert.ok(Math.abs(sum / draws) < 0.03);
  assert.ok(Math.abs(squares / draws - 1) < 0.05);
  assert.ok(Math.abs(waits / draws - 1) < 0.05);
});

test("the heap gives events by time, equals in order of arrival", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 3000 }), (times) => {
      const heap = new EventHeap();
      const order: number[] = [];
      for (const [at, timeUs] of times.entries()) {
        heap.push(timeUs, { run: () => order.push(timeUs * 10_000 + at) });
      }
      while (heap.size > 0) heap.pop()?.run();
      assert.deepEqual(
        order,
        [...order].sort((one, other) => one - other),
      );
      assert.equal(order.length, times.length);
    }),
    { numRuns: 50 },
  );
});

test("everything that an event sets off happens before the next event", async () => {
  const world = new World({ seed: 1 });
  const order: string[] = [];
  const deep = async (name: string) => {
    for (let step = 0; step < 100; step += 1) await null;
    order.push(`${name} settled`);
  };
  for (const name of ["a", "b"]) {
    world.clock.after(1, () => {
      order.push(name);
      deep(name);
    });
  }
  await world.run();
  assert.deepEqual(order, ["a", "a settled", "b", "b settled"]);
});

test("a run ends at its time, with the clock at it, and goes on from there", async () => {
  const world = new World({ seed: 1, startMs: 1000 });
  const seen: number[] = [];
  world.clock.every(10, () => seen.push(world.clock.now()));
  await world.run({ untilMs: 1025 });
  assert.equal(world.clock.now(), 1025);
  await world.run({ untilMs: 1040 });
  assert.deepEqual(seen, [1010, 1020, 1030, 1040]);
});

test("an exception of an event ends the run and is thrown from it", async () => {
  const world = new World({ seed: 1 });
  world.clock.after(1, () => {
    throw new Error("bug");
  });
  await assert.rejects(world.run(), /bug/);
});

test("a promise that nothing can settle is told", async () => {
  const world = new World({ seed: 1 });
  await assert.rejects(world.settle(new Promise(() => {})), /nothing left/);
});

test("a broker that goes away keeps subscriptions, queues what is published, loses what was under way", async () => {
  const world = new World({ seed: 1 });
  const broker = world.broker("mqtt://a");
  const alice = broker.bus("alice");
  const bob = broker.bus("bob");
  const heard: string[] = [];
  await world.settle(bob.subscribe("t", (_topic, payload) => heard.push(`${payload}`)));
  alice.publish("t", Uint8Array.of(1));
  broker.turn("offline");
  assert.deepEqual(alice.publish("t", Uint8Array.of(2)), { outcome: "queued" });
  await world.run();
  broker.turn("online");
  await world.run();
  assert.deepEqual(heard, ["2"]);
});

test("the tree finds what the plain matcher finds", async () => {
  const { topicMatches } = await import("@katydid/platform");
  const name = fc.constantFrom("a", "b", "", "$s");
  const topics = fc.array(name, { minLength: 1, maxLength: 4 }).map((each) => each.join("/"));
  const filters = fc
    .tuple(fc.array(fc.oneof(name, fc.constant("+")), { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([levels, rest]) => [...levels, ...(rest ? ["#"] : [])].join("/"));
  fc.assert(
    fc.property(
      fc.uniqueArray(filters, { maxLength: 12 }),
      topics,
      fc.nat(5),
      (all, topic, gone) => {
        const tree = new TopicTree<string>();
        for (const filter of all) tree.add(filter, filter);
        const removed = all[gone];
        if (removed !== undefined) tree.remove(removed, removed);
        const found: string[] = [];
        tree.match(topic, (filter) => found.push(filter));
        const wanted = all.filter(
          (filter) => filter !== removed && topicMatches({ filter, topic }),
        );
        assert.deepEqual(found.sort(), wanted.sort());
      },
    ),
  );
});

test("a store that was ranged stays in order through any changes", () => {
  const change = fc.record({
    key: fc.uint8Array({ minLength: 1, maxLength: 2 }),
    gone: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 2000 }), (changes) => {
      const store = new VirtualStore();
      const model = new Map<string, number>();
      store.range();
      for (const [at, { key, gone }] of changes.entries()) {
        store.commit([{ key, value: gone ? undefined : Uint8Array.of(at & 255) }]);
        const hex = Buffer.from(key).toString("hex");
        if (gone) model.delete(hex);
        else model.set(hex, at & 255);
      }
      const wanted = [...model].sort(([one], [other]) => (one < other ? -1 : 1));
      const found = [...store.range()].map(([key, value]) => [
        Buffer.from(key).toString("hex"),
        value[0],
      ]);
      assert.deepEqual(found, wanted);
      const down = [...store.range({ reverse: true })].map(([key]) =>
        Buffer.from(key).toString("hex"),
      );
      assert.deepEqual(down, wanted.map(([key]) => key).reverse());
    }),
    { numRuns: 60 },
  );
});
