import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { type Broker, startBroker } from "./broker.ts";
import { BUS_PAYLOAD_BYTES_MAX, BUS_QUEUE_LENGTH_MAX, type Bus } from "./bus.ts";
import { type BusSubject, busContract } from "./contract/index.ts";
import { Fault } from "./fault.ts";
import { connectBus } from "./mqtt-bus.ts";
import { silentLog } from "./pino-log.ts";
import { createMetrics } from "./prom-metrics.ts";
import { realClock } from "./real-clock.ts";

const parts = () => ({ clock: realClock, log: silentLog, metrics: createMetrics() });

/** Everyone may do all below `open/` and their own name. */
function guarded(port = 0, metrics = createMetrics()): Promise<Broker> {
  const may = (user: { readonly name: string }, topic: string) =>
    topic.startsWith("open/") || topic.startsWith(`${user.name}/`);
  return startBroker({
    ...parts(),
    metrics,
    port,
    authenticate: ({ username, password }) =>
      password === `pass ${username}` ? { name: username } : undefined,
    authorizePublish: may,
    authorizeSubscribe: may,
  });
}

const open = () =>
  startBroker({
    ...parts(),
    port: 0,
    authenticate: () => ({}),
    authorizePublish: () => true,
    authorizeSubscribe: () => true,
    authorizeRetain: () => true,
  });

function client(url: string, username: string, password = `pass ${username}`): Bus {
  return connectBus({ ...parts(), url, clientId: "c", username, password: () => password });
}

async function connected(bus: Bus): Promise<Bus> {
  await new Promise<void>((resolve) => bus.onConnection((is) => is && resolve()));
  return bus;
}

async function subject(alice: Bus, bob: Bus, broker: Broker): Promise<BusSubject> {
  await Promise.all([connected(alice), connected(bob)]);
  return {
    alice,
    bob,
    settle: (promise) => promise,
    [Symbol.asyncDispose]: async () => {
      for (const each of [alice, bob, broker]) await each[Symbol.asyncDispose]();
    },
  };
}

busContract("mqtt.js to the embedded broker", async () => {
  const broker = await open();
  return subject(client(broker.url, "alice"), client(broker.url, "bob"), broker);
});

busContract("in the broker's process", async () => {
  const broker = await open();
  return subject(broker.bus("alice"), broker.bus("bob"), broker);
});

busContract("from within to mqtt.js", async () => {
  const broker = await open();
  return subject(broker.bus("alice"), client(broker.url, "bob"), broker);
});

test("a wrong password is refused and counted, and the bus keeps trying", async () => {
  const metrics = createMetrics();
  await using broker = await guarded(0, metrics);
  await using bus = client(broker.url, "mallory", "wrong");
  await bus.subscribe("open/x", () => {});
  assert.equal(bus.connected, false);
  const refused = metrics.counter({ name: "broker_refused_total", help: "", labels: ["what"] });
  assert.ok(refused.value({ what: "login" }) >= 1);
});

test("the password is asked for anew at each connection, and unconfirmed messages go again", async () => {
  const first = await guarded();
  const asked: number[] = [];
  await using bus = connectBus({
    ...parts(),
    url: first.url,
    clientId: "c",
    username: "alice",
    password: () => {
      asked.push(asked.length);
      return "pass alice";
    },
  });
  await connected(bus);
  const inbox: string[] = [];
  const got = new Promise<void>((resolve) => {
    bus.subscribe("alice/#", (_topic, payload) => {
      inbox.push(Buffer.from(payload).toString());
      if (inbox.length === 2) resolve();
    });
  });
  await first[Symbol.asyncDispose]();
  await new Promise<void>((resolve) => bus.onConnection((is) => !is && resolve()));
  assert.equal(bus.publish("alice/a", Buffer.from("one"), { qos: 1 }).outcome, "queued");
  assert.equal(bus.publish("alice/b", Buffer.from("two"), { qos: 1 }).outcome, "queued");
  await using _second = await guarded(first.port);
  await got;
  assert.deepEqual(inbox, ["one", "two"]);
  assert.ok(asked.length >= 2);
});

test("the queue of an offline bus is bounded", async () => {
  const gone = await guarded();
  await gone[Symbol.asyncDispose]();
  await using bus = client(gone.url, "alice");
  for (let each = 0; each < BUS_QUEUE_LENGTH_MAX; each += 1) {
    assert.equal(bus.publish("t", new Uint8Array(1)).outcome, "queued");
  }
  const full = { outcome: "refused", reason: "queue-full" };
  assert.deepEqual(bus.publish("t", new Uint8Array(1)), full);
  // A broker that is away does not hold up its caller.
  await bus.subscribe("t", () => {});
});

test("a user cannot read or write what is another's, nor $SYS", async () => {
  await using broker = await guarded();
  await using alice = await connected(client(broker.url, "alice"));
  await using mallory = await connected(client(broker.url, "mallory"));
  const stolen: string[] = [];
  for (const filter of ["alice/#", "#", "+/secret", "$SYS/#"]) {
    await mallory.subscribe(filter, (topic) => stolen.push(topic));
  }
  const heard = new Promise<void>((resolve) => {
    mallory
      .subscribe("open/end", () => resolve())
      .then(() => {
        alice.publish("alice/secret", Buffer.from("x"));
        alice.publish("open/end", Buffer.from("x"));
      });
  });
  await heard;
  assert.deepEqual(stolen, []);
  const cut = new Promise<void>((resolve) => mallory.onConnection((is) => !is && resolve()));
  const reached: string[] = [];
  await alice.subscribe("alice/#", (topic) => reached.push(topic));
  mallory.publish("alice/forged", Buffer.from("x"));
  await cut;
  assert.deepEqual(reached, []);
});

test("the same client id of another user does not end a session", async () => {
  await using broker = await guarded();
  await using alice = await connected(client(broker.url, "alice"));
  await using _bob = await connected(client(broker.url, "bob"));
  assert.equal(alice.connected, true);
  assert.equal(broker.clients, 2);
});

test("nobody makes the broker keep messages: not retained, not for who is away", async () => {
  await using broker = await guarded();
  await using alice = await connected(client(broker.url, "alice"));
  const cut = new Promise<void>((resolve) => alice.onConnection((is) => !is && resolve()));
  alice.publish("open/kept", Buffer.from("x"), { retain: true });
  await cut;
  // CONNECT without clean session (MQTT 3.1.1 §3.1), then SUBSCRIBE to "open/x" with QoS 1.
  const text = (value: string) => [0, value.length, ...Buffer.from(value)];
  const rest = [...text("MQTT"), 4, 0xc0, 0, 60, ...text("c"), ...text("bob"), ...text("pass bob")];
  const hello = Buffer.of(0x10, rest.length, ...rest);
  const subscription = [0, 1, ...text("open/x"), 1];
  const subscribe = Buffer.of(0x82, subscription.length, ...subscription);
  const answers: Buffer[] = [];
  for (let session = 0; session < 2; session += 1) {
    const socket = connect(broker.port, broker.host);
    socket.write(Buffer.concat([hello, subscribe]));
    let answer = Buffer.alloc(0);
    // CONNACK is 4 bytes, SUBACK 5.
    while (answer.length < 9) {
      const more = await new Promise<Buffer>((resolve) => socket.once("data", resolve));
      answer = Buffer.concat([answer, more]);
    }
    answers.push(answer.subarray(0, 4));
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.end();
    await closed;
  }
  // Accepted, and no session is present, the second time neither.
  assert.deepEqual(answers, [Buffer.of(0x20, 2, 0, 0), Buffer.of(0x20, 2, 0, 0)]);
});

test("a packet larger than any message cuts its sender off before it is read", async () => {
  await using broker = await guarded();
  const socket = connect(broker.port, broker.host);
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => {});
  // PUBLISH of 256 MiB - 1, the most that MQTT can say (§2.2.3); then bytes without end.
  const chunk = Buffer.alloc(64 * 1024);
  let sent = 0;
  socket.write(Buffer.of(0x30, 0xff, 0xff, 0xff, 0x7f));
  const more = () => {
    while (!socket.destroyed && socket.write(chunk)) sent += chunk.length;
  };
  socket.on("drain", more);
  more();
  await closed;
  assert.ok(sent < 64 * BUS_PAYLOAD_BYTES_MAX);
});

test("a port that is taken is one clear line", async () => {
  await using broker = await guarded();
  await assert.rejects(
    guarded(broker.port),
    (error) => error instanceof Fault && error.code === "port-taken" && /taken/.test(error.message),
  );
});
