/** What every Bus does. `make` gives two clients of one broker, and how to let messages travel. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BUS_PAYLOAD_BYTES_MAX, type Bus } from "../bus.ts";

export interface BusSubject extends AsyncDisposable {
  readonly alice: Bus;
  readonly bob: Bus;
  /** Lets time pass until `promise` is settled: a virtual bus has to be run. */
  settle<T>(promise: Promise<T>): Promise<T>;
}

const bytes = (value: string): Uint8Array => new Uint8Array(new TextEncoder().encode(value));
const textOf = (value: Uint8Array): string => new TextDecoder().decode(value);

export function busContract(name: string, make: () => BusSubject | Promise<BusSubject>): void {
  describe(`bus contract: ${name}`, () => {
    for (const qos of [0, 1] as const) {
      test(`messages of QoS ${qos} arrive in order, with their bytes`, async () => {
        await using subject = await make();
        const { alice, bob, settle } = subject;
        const inbox = new Inbox();
        await settle(bob.subscribe("kd/a", inbox.take));
        const payload = Uint8Array.from({ length: 256 }, (_, at) => at);
        assert.deepEqual(alice.publish("kd/a", payload, { qos }), { outcome: "sent" });
        for (const each of ["1", "2", "3"]) alice.publish("kd/a", bytes(each), { qos });
        await settle(inbox.has(4));
        assert.deepEqual(inbox.messages[0]?.payload, payload);
        assert.deepEqual(inbox.texts().slice(1), ["1", "2", "3"]);
      });
    }

    test("filters with + and # match as MQTT 3.1.1 §4.7 says", async () => {
      await using subject = await make();
      const { alice, bob, settle } = subject;
      const one = new Inbox();
      const rest = new Inbox();
      const exact = new Inbox();
      await settle(bob.subscribe("a/+/c", one.take));
      await settle(bob.subscribe("b/#", rest.take));
      await settle(bob.subscribe("end", exact.take));
      for (const topic of ["a/b/c", "a//c", "a/b/c/d", "a/c", "b", "b/x", "b/x/y", "end"]) {
        alice.publish(topic, bytes(topic));
      }
      await settle(exact.has(1));
      assert.deepEqual(one.topics(), ["a/b/c", "a//c"]);
      assert.deepEqual(rest.topics(), ["b", "b/x", "b/x/y"]);
    });

    test("a client hears itself where it subscribed", async () => {
      await using subject = await make();
      const { alice, settle } = subject;
      const inbox = new Inbox();
      await settle(alice.subscribe("self", inbox.take));
      alice.publish("self", bytes("hello"));
      await settle(inbox.has(1));
    });

    test("a retained message is given to who comes later, until it is emptied", async () => {
      await using subject = await make();
      const { alice, bob, settle } = subject;
      const first = new Inbox();
      await settle(alice.subscribe("keep/+", first.take));
      alice.publish("keep/x", bytes("old"), { retain: true, qos: 1 });
      alice.publish("keep/x", bytes("new"), { retain: true, qos: 1 });
      await settle(first.has(2));
      const late = new Inbox();
      await settle(bob.subscribe("keep/x", late.take));
      await settle(late.has(1));
      assert.deepEqual(late.texts(), ["new"]);
      alice.publish("keep/x", bytes(""), { retain: true, qos: 1 });
      await settle(Promise.all([first.has(3), late.has(2)]));
      const later = new Inbox();
      await settle(bob.subscribe("keep/#", later.take));
      alice.publish("keep/y", bytes("live"));
      await settle(later.has(1));
      assert.deepEqual(later.topics(), ["keep/y"]);
    });

    test("a cancelled subscription is silent, another of the same filter is not", async () => {
      await using subject = await make();
      const { alice, bob, settle } = subject;
      const gone = new Inbox();
      const stays = new Inbox();
      const subscription = await settle(bob.subscribe("t", gone.take));
      await settle(bob.subscribe("t", stays.take));
      subscription.cancel();
      subscription.cancel();
      alice.publish("t", bytes("1"));
      await settle(stays.has(1));
      assert.deepEqual(gone.texts(), []);
    });

    test("a payload may be used again after publish", async () => {
      await using subject = await make();
      const { alice, bob, settle } = subject;
      const inbox = new Inbox();
      await settle(bob.subscribe("t", inbox.take));
      const payload = bytes("kept");
      alice.publish("t", payload);
      payload.fill(0);
      await settle(inbox.has(1));
      assert.deepEqual(inbox.texts(), ["kept"]);
    });

    test("too large a payload and a closed bus are refused", async () => {
      await using subject = await make();
      const { alice, bob, settle } = subject;
      const inbox = new Inbox();
      await settle(bob.subscribe("t", inbox.take));
      const large = new Uint8Array(BUS_PAYLOAD_BYTES_MAX + 1);
      const refused = { outcome: "refused", reason: "payload-too-large" };
      assert.deepEqual(alice.publish("t", large), refused);
      alice.publish("t", large.subarray(1));
      await settle(inbox.has(1));
      assert.equal(inbox.messages[0]?.payload.length, BUS_PAYLOAD_BYTES_MAX);
      await settle(Promise.resolve(alice[Symbol.asyncDispose]()));
      assert.equal(alice.connected, false);
      assert.deepEqual(alice.publish("t", bytes("x")), { outcome: "refused", reason: "closed" });
    });

    test("onConnection tells the present state at once, and its end", async () => {
      await using subject = await make();
      const { alice, settle } = subject;
      const states: boolean[] = [];
      alice.onConnection((connected) => states.push(connected));
      assert.deepEqual(states, [true]);
      await settle(Promise.resolve(alice[Symbol.asyncDispose]()));
      assert.deepEqual(states, [true, false]);
    });

    test("a topic with a wildcard is a bug of the caller", async () => {
      await using subject = await make();
      const { alice, settle } = subject;
      assert.throws(() => alice.publish("a/#", bytes("x")));
      await assert.rejects(settle((async () => alice.subscribe("a/#/b", () => {}))()));
    });
  });
}

class Inbox {
  readonly messages: { readonly topic: string; readonly payload: Uint8Array }[] = [];
  #awaited: { readonly count: number; readonly resolve: () => void }[] = [];

  readonly take = (topic: string, payload: Uint8Array): void => {
    this.messages.push({ topic, payload });
    for (const { count, resolve } of this.#awaited) if (this.messages.length >= count) resolve();
  };
  has(count: number): Promise<void> {
    if (this.messages.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.#awaited.push({ count, resolve }));
  }
  topics(): string[] {
    return this.messages.map(({ topic }) => topic);
  }
  texts(): string[] {
    return this.messages.map(({ payload }) => textOf(payload));
  }
}
