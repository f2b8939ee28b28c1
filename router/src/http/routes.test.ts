/** The interface over loopback HTTP: whose token may do what, and what is never told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createHttpServer, createMetrics, type HttpServer, silentLog } from "@katydid/platform";
import { collarUplink, TestBench } from "../testing/test-bench.ts";
import { routerRoutes } from "./routes.ts";

interface House {
  readonly bench: TestBench;
  readonly server: HttpServer;
  ask(method: string, path: string, options?: { body?: object; token?: string }): Promise<Answer>;
}
interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the test is about
  readonly json: any;
  readonly text: string;
}

async function open(): Promise<House> {
  const bench = await new TestBench().start();
  const options = { log: silentLog, metrics: createMetrics(), title: "t", version: "1" };
  const server = await createHttpServer(options);
  await routerRoutes(server, bench.router);
  await server.ready();
  return {
    bench,
    server,
    ask: async (method, path, { body, token = bench.token } = {}) => {
      const answer = await server.inject({
        method: method as "GET",
        url: `/router/v1/${path}`,
        headers: token === "" ? {} : { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { payload: body }),
      });
      const text = answer.body;
      return { status: answer.statusCode, text, json: text === "" ? undefined : JSON.parse(text) };
    },
  };
}

const abp = {
  name: "rex",
  devEui: "70B3D57ED0000011",
  codec: "cayenne-lpp",
  kind: "collar",
  activation: {
    kind: "abp",
    devAddr: "48000011",
    nwkSKey: "2b7e151628aed2a6abf7158809cf4f3c",
    appSKey: "3c8f262739bfe3b7bc0826991ad0504d",
  },
};

test("nothing is told without a token, or with a wrong one", async () => {
  const { ask, bench } = await open();
  const wrong = `${bench.token.slice(0, -1)}${bench.token.endsWith("A") ? "B" : "A"}`;
  for (const path of ["me", "devices", "applications", "spend", "stats", "events"]) {
    for (const token of ["", "short", wrong]) {
      const { status, json } = await ask("GET", path, { token });
      assert.equal(status, 401, path);
      assert.equal(json.code, "token-needed");
    }
  }
});

test("keys are made, shown once, and neither shown nor logged again", async () => {
  const { ask } = await open();
  const made = await ask("POST", "devices", {
    body: { name: "tag", activation: { kind: "otaa" } },
  });
  assert.equal(made.status, 201);
  const { appKey } = made.json.keys;
  assert.match(appKey, /^[0-9a-f]{32}$/);
  const { devEui } = made.json.device;
  assert.match(devEui, /^[0-9a-f][26ae][0-9a-f]{14}$/, "locally administered");
  for (const path of ["devices", `devices/${devEui}`]) {
    const { text } = await ask("GET", path);
    assert.ok(text.includes(devEui));
    assert.ok(!text.includes(appKey) && !text.toLowerCase().includes("key"));
  }
});

test("a device's life: added, heard, shown, changed, removed", async () => {
  const { ask, bench } = await open();
  assert.equal((await ask("POST", "devices", { body: abp })).status, 201);
  assert.equal((await ask("POST", "devices", { body: abp })).json.code, "device-exists");
  const hotspot = await bench.connected(1);
  for (let fCnt = 0; fCnt < 3; fCnt++) {
    void hotspot.packet(collarUplink(fCnt));
    await bench.clock.advance(60_000);
  }
  const { json } = await ask("GET", "devices/70b3d57ed0000011");
  assert.equal(json.packets, 3);
  assert.equal(json.spentDc, "3");
  assert.equal(json.devAddr, "48000011");
  assert.equal(json.lastFix.latitude, 40.015);
  assert.equal(json.lastFix.ageMs, 60_000);
  assert.equal(json.hotspots[0].hotspot, hotspot.key.address);
  const trail = (await ask("GET", "devices/70b3d57ed0000011/trail?limit=2")).json.items;
  assert.equal(trail.length, 2);
  assert.ok(trail[0].at < trail[1].at);
  assert.equal(trail[1].hotspot, hotspot.key.address);
  assert.equal(trail[1].rssiDbm, -100);
  const body = { name: "max", maxCopies: 3 };
  assert.equal((await ask("PATCH", "devices/70b3d57ed0000011", { body })).json.name, "max");
  const bad = { maxCopies: 21 };
  const refused = await ask("PATCH", "devices/70b3d57ed0000011", { body: bad });
  assert.deepEqual([refused.status, refused.json.code], [422, "max-copies-out-of-range"]);
  assert.equal((await ask("GET", "spend")).json.spentDc, "3");
  assert.equal((await ask("DELETE", "devices/70b3d57ed0000011")).status, 204);
  assert.equal((await ask("GET", "devices/70b3d57ed0000011")).status, 404);
  assert.equal(bench.router.trail.of("70b3d57ed0000011", { limit: 10 }).length, 0);
  assert.equal((await hotspot.packet(collarUplink(9)))?.kind, "declined");
});

test("what is malformed is a problem with a pointer, and adds nothing", async () => {
  const { ask } = await open();
  for (const body of [
    { ...abp, devEui: "xyz" },
    { ...abp, maxCopies: 0 },
    { ...abp, activation: { kind: "abp", nwkSKey: "00" } },
    { ...abp, unknown: true },
    { name: "x" },
  ]) {
    const { status, json } = await ask("POST", "devices", { body });
    assert.equal(status, 400);
    assert.equal(json.code, "invalid");
  }
  assert.equal((await ask("GET", "devices")).json.items.length, 0);
});

test("an owner sees and touches nothing of another", async () => {
  const { ask } = await open();
  await ask("POST", "devices", { body: abp });
  const other = await ask("POST", "owners", { body: { name: "neighbour" } });
  const { token } = other.json;
  assert.equal((await ask("GET", "devices", { token })).json.items.length, 0);
  const path = "devices/70b3d57ed0000011";
  for (const [method, at] of [
    ["GET", path],
    ["DELETE", path],
    ["GET", `${path}/trail`],
    ["GET", `${path}/queue`],
  ] as const) {
    assert.equal((await ask(method, at, { token })).status, 404);
  }
  assert.equal((await ask("POST", "owners", { body: { name: "x" }, token })).status, 403);
  assert.equal((await ask("GET", "stats", { token })).status, 403);
  assert.equal((await ask("GET", "spend", { token })).json.channels, undefined);
  assert.ok((await ask("GET", "spend")).json.channels.length > 0);
});

test("a renewed token ends the old one; neither is in the store", async () => {
  const { ask, bench } = await open();
  const { json } = await ask("POST", "me/token");
  assert.equal((await ask("GET", "me")).status, 401);
  assert.equal((await ask("GET", "me", { token: json.token })).status, 200);
  const stored = Buffer.concat([...bench.store.rows.values()]).toString("latin1");
  assert.ok(!stored.includes(json.token) && !stored.includes(bench.token));
});

test("a downlink by HTTP waits in the queue", async () => {
  const { ask } = await open();
  await ask("POST", "devices", { body: abp });
  const path = "devices/70b3d57ed0000011/queue";
  const sent = await ask("POST", path, { body: { fPort: 10, data: "AQID" } });
  assert.equal(sent.status, 202);
  const [item] = (await ask("GET", path)).json.items;
  assert.deepEqual([item.id, item.data, item.fPort], [sent.json.id, "AQID", 10]);
  assert.equal((await ask("POST", path, { body: { fPort: 224, data: "" } })).status, 400);
  assert.equal((await ask("DELETE", path)).status, 204);
  assert.equal((await ask("GET", path)).json.items.length, 0);
});

test("on MQTT an owner reads its own applications and commands its own devices", async () => {
  const { bench } = await open();
  const { owner, application, router } = bench;
  assert.ok(owner !== undefined && application !== undefined);
  const { mqtt } = router;
  assert.equal(mqtt.authenticate({ username: owner.id, password: bench.token })?.id, owner.id);
  assert.equal(mqtt.authenticate({ username: "else", password: bench.token }), undefined);
  assert.equal(mqtt.authenticate({ username: owner.id, password: "x" }), undefined);
  const added = await router.owners.addOwner("neighbour");
  assert.ok("owner" in added);
  const at = `application/${application.id}/device/70b3d57ed0000011`;
  for (const [who, allowed] of [
    [owner, true],
    [added.owner, false],
  ] as const) {
    assert.equal(mqtt.authorizePublish(who, `${at}/command/down`), allowed);
    assert.equal(mqtt.authorizeSubscribe(who, `${at}/event/+`), allowed);
    assert.equal(mqtt.authorizeForward(who, `${at}/event/up`), allowed);
    assert.equal(mqtt.authorizePublish(who, `${at}/event/up`), false);
    assert.equal(mqtt.authorizePublish(who, "kd/up/x/y"), false);
    assert.equal(mqtt.authorizeSubscribe(who, "#"), false);
    assert.equal(mqtt.authorizeSubscribe(who, "kd/#"), false);
  }
  // A token that leaked and was renewed: what logged in with it hears no more.
  await router.owners.renewToken(owner);
  assert.equal(mqtt.authorizeForward(owner, `${at}/event/up`), false);
  assert.equal(mqtt.authorizePublish(owner, `${at}/command/down`), false);
});
