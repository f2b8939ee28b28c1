/**
 * `katydid up` and the commands that its owner uses against it, each in a process of its own; the
 * broker's and the API's doors; a hotspot that an owner brings; Ctrl-C, and the start after it.
 */
import assert from "node:assert/strict";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { loadKey } from "@katydid/hotspot-agent";
import { connectBus, createMetrics, type Log, realClock, silentLog } from "@katydid/platform";
import { createLoginToken } from "@katydid/protocol";
import { Recorder } from "./awaiting.ts";
import { CliNetwork } from "./cli-network.ts";
import { freePort, Running, untilAnswered } from "./cli-process.ts";

/** From SIGINT to the end of the process. */
const END_MS_MAX = 10_000;
const APP_KEY = "000102030405060708090a0b0c0d0e0f";
const ABP_KEYS = {
  devAddr: "00000000",
  nwkSKey: "101112131415161718191a1b1c1d1e1f",
  appSKey: "202122232425262728292a2b2c2d2e2f",
};

interface Device {
  readonly devEui: string;
  readonly devAddr?: string;
  readonly packets: number;
  readonly applicationId: string;
}
interface Items<T> {
  readonly items: readonly T[];
}

describe("katydid, as its user runs it", { timeout: 120_000 }, () => {
  const cleanup = new AsyncDisposableStack();
  let network: CliNetwork;
  let token: string;

  before(async () => {
    network = cleanup.use(await CliNetwork.make());
    token = await network.start();
  });
  after(() => cleanup.disposeAsync());

  test("files with secrets are their owner's only, and the printed token is the kept one", () => {
    const files = readdirSync(network.data, { recursive: true, encoding: "utf8" });
    const secrets = files.filter((name) => /\.(key|token|json)$/.test(name));
    assert.ok(secrets.includes("owner.token") && secrets.includes("owner.key"));
    for (const name of secrets) {
      assert.equal(statSync(join(network.data, name)).mode & 0o777, 0o600, name);
    }
  });

  test("wallet: made once, funded, sent from after a dry run, and refused what it has not", async () => {
    const path = join(network.folder, "friend.key");
    const friend = await network.json<{ address: string }>(`wallet create --wallet ${path}`);
    assert.equal((await network.run(`wallet create --wallet ${path}`)).code, 1);

    const send = `wallet send ${friend.address} 2.5`;
    const dry = await network.json<{ committed: boolean }>(send);
    assert.equal(dry.committed, false);
    assert.equal(await holds(path), 0n);
    const sent = await network.json<{ committed: boolean; height: number }>(`${send} --commit`);
    assert.ok(sent.committed && sent.height > 0);
    assert.equal(await holds(path), 250_000_000n);

    assert.equal((await network.run(`wallet fund 40 --wallet ${path}`)).code, 0);
    assert.equal(await holds(path), 4_250_000_000n);
    const refused = await network.run(`${send.replace("2.5", "999999")} --commit --wallet ${path}`);
    assert.equal(refused.code, 4);
    assert.match(refused.stderr, /^katydid: The network refused it: [^\n]+\n$/);
    assert.equal((await network.run("wallet send nobody 1")).code, 2);
    assert.equal((await network.run(`wallet show --wallet ${path}.none`)).code, 3);
  });

  async function holds(path: string): Promise<bigint> {
    const { motes } = await network.json<{ motes: string }>(`wallet show --wallet ${path}`);
    return BigInt(motes);
  }

  test("hotspot: listed and shown; an unknown one is not found, bad usage is said", async () => {
    const { items } = await network.json<Items<{ name: string; owner: string }>>("hotspot list");
    assert.equal(items.length, 3);
    const [first] = items;
    assert.ok(first);
    const shown = await network.run(`hotspot show ${first.name}`);
    assert.match(shown.stdout, new RegExp(`owner +${first.owner}`));
    assert.equal((await network.run("hotspot show no-such-name")).code, 3);
    const why = await network.run(`why ${first.name} --challenges 5`);
    assert.match(why.stdout, /^[a-z-]+ \(\w+\)\n\n[+~!] .+/);
    assert.match(why.stdout, /Held: [\d.,]+ tokens of coverage pay/);
    assert.equal((await network.run("why no-such-name")).code, 3);
    assert.equal((await network.run(`why ${first.name} --challenges many`)).code, 2);
    const nowhere = await network.run(`hotspot locate ${first.name}`);
    assert.deepEqual([nowhere.code, nowhere.stdout], [2, ""]);
    assert.equal((await network.run("hotspot add katydid:claim:xyz")).code, 2);
    assert.equal((await network.run("hotspot locate no-such-name --cell 8c2681a33800dff")).code, 3);
  });

  test("device: keys made, from a file, from standard input; never said again", async () => {
    const made = await network.run("device add made");
    assert.match(made.stdout, /appKey +[0-9a-f]{32}/);

    const file = join(network.folder, "keys.json");
    writeFileSync(file, JSON.stringify({ appKey: APP_KEY }));
    const fromFile = await network.run(`device add file --kind collar --keys ${file}`);
    assert.equal(fromFile.code, 0, fromFile.stderr);
    const [slab] = await slabs();
    const input = JSON.stringify({ ...ABP_KEYS, devAddr: slab });
    const fromInput = await network.run("device add input --abp --keys -", { input });
    assert.equal(fromInput.code, 0, fromInput.stderr);
    const bad = await network.run("device add bad --keys -", { input: `${APP_KEY} {` });
    assert.equal(bad.code, 2);

    const shown = await network.run("device show INPUT --json");
    const listed = await network.run("device list --json");
    for (const { stdout, stderr } of [fromFile, fromInput, bad, shown, listed]) {
      for (const key of [APP_KEY, ABP_KEYS.nwkSKey, ABP_KEYS.appSKey, token]) {
        assert.ok(!`${stdout}${stderr}`.includes(key));
      }
    }
    const { items } = JSON.parse(listed.stdout) as Items<{ name: string }>;
    const names = items.map(({ name }) => name).sort();
    assert.deepEqual(names, ["file", "input", "made", "rex", "sensor-1"]);
    assert.equal((await network.run("device trail made")).stdout, "No position yet.\n");
    assert.equal((await network.run("device show nobody")).code, 3);
    const stranger = await network.run("device list", { env: { KATYDID_TOKEN: "stranger" } });
    assert.equal(stranger.code, 4);
  });

  /** First address of each of the router's slabs, as devices write it. */
  async function slabs(): Promise<string[]> {
    const routers = await (await fetch(`${network.url}/v1/routers`)).json();
    const { items } = routers as Items<{ slabs: readonly { start: number }[] }>;
    return items.flatMap((router) =>
      router.slabs.map(({ start }) => start.toString(16).padStart(8, "0")),
    );
  }

  test("doctor: 0 when all is well, 1 when something is not", async () => {
    const well = await network.run(`doctor --mqtt-port ${network.mqttPort}`);
    assert.match(well.stdout, /All is well\.\n$/);
    assert.equal(well.code, 0);
    const ill = await network.run(`doctor --mqtt-port ${await freePort()}`);
    assert.match(ill.stdout, /PROBLEM {2}broker: nothing listens[^\n]*\n1 problem\.\n$/);
    assert.equal(ill.code, 1);
  });

  test("HTTP: the ledger is public, the router's API wants the owner's token", async () => {
    const status = async (path: string, bearer?: string) => {
      const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
      const response = await fetch(network.url + path, { headers });
      await response.body?.cancel();
      return response.status;
    };
    assert.equal(await status("/v1/hotspots"), 200);
    assert.equal(await status("/router/v1/devices"), 401);
    assert.equal(await status("/router/v1/devices", "stranger"), 401);
    assert.equal(await status("/router/v1/devices", token), 200);
  });

  test("MQTT: the owner reads its own application, a stranger nothing, a hotspot no application", async () => {
    const { applicationId } = await network.json<Device>("device show rex");
    const owner = dial({ username: "", password: token });
    await owner.bus.subscribe("application/another/#", () => undefined);
    await owner.bus.subscribe("kd/#", () => undefined);
    const topics = new Recorder<string>();
    await owner.bus.subscribe("application/+/device/+/event/+", topics.add);
    assert.deepEqual(owner.denied(), ["application/another/#", "kd/#"]);
    assert.match(await topics.first(() => true), new RegExp(`^application/${applicationId}/`));

    const stranger = dial({ username: "", password: "stranger" });
    await stranger.warnings.first(({ message }) => message === "broker refused");
    assert.equal(stranger.bus.connected, false);

    const { chainId } = await network.status();
    const key = loadKey(join(network.data, "hotspots", "0.key"));
    assert.ok(key);
    const login = createLoginToken({ signer: key, chainId, now: realClock.now() });
    const hotspot = dial({ username: key.address, password: login });
    await hotspot.bus.subscribe(`application/${applicationId}/#`, () => undefined);
    await hotspot.bus.subscribe("application/#", () => undefined);
    assert.equal(hotspot.bus.connected, true);
    assert.deepEqual(hotspot.denied(), [`application/${applicationId}/#`, "application/#"]);
    for (const name of topics.items) {
      assert.ok(name.startsWith(`application/${applicationId}/`), name);
    }
  });

  function dial({ username, password }: { username: string; password: string }) {
    const warnings = new Recorder<{ data: object; message: string }>();
    const log: Log = {
      ...silentLog,
      warn: (data, message) => warnings.add({ data, message }),
      child: () => log,
    };
    const bus = cleanup.use(
      connectBus({
        ...{ username, log, clock: realClock, metrics: createMetrics() },
        url: `mqtt://127.0.0.1:${network.mqttPort}`,
        clientId: `test-${dialled++}`,
        password: () => password,
      }),
    );
    const denied = () =>
      warnings.items
        .filter(({ message }) => message === "subscription not granted")
        .map(({ data }) => ("filter" in data ? String(data.filter) : ""));
    return { bus, warnings, denied };
  }
  let dialled = 0;

  test("an owner brings a hotspot: run, claim, add, place, show", async () => {
    const { address: owner } = await network.json<{ address: string }>("wallet show");
    const folder = join(network.folder, "hotspot");
    const words = `hotspot run --json --owner ${owner} --data ${folder} --region US915`;
    const ports = ["--gwmp-port", "0", "--status-port", "0"];
    await using running = new Running([...words.split(" "), ...ports], network.env);
    const statusUrl = await running.said(/"statusUrl": "([^"]+)"/);
    const status = await (await fetch(`${statusUrl}/status`)).json();
    const { address, name, claim } = status as {
      address: string;
      name: string;
      claim: { text: string };
    };

    const dry = await network.run(`hotspot add ${claim.text}`);
    assert.match(
      dry.stdout,
      /^Would add .* bond[^\n]*\nNothing was sent: add --commit to do it\.\n$/,
    );
    assert.equal((await network.run(`hotspot show ${address}`)).code, 3);
    assert.equal((await network.run(`hotspot add ${claim.text} --commit`)).code, 0);
    assert.equal((await network.run(`hotspot add ${claim.text} --commit`)).code, 4);
    const place = "--latitude 40.015 --longitude -105.27 --gain 3 --commit";
    const located = await network.run(`hotspot locate ${name} ${place}`);
    assert.equal(located.code, 0, located.stderr);
    const { hotspot } = await network.json<{ hotspot: Record<string, unknown> }>(
      `hotspot show ${name}`,
    );
    assert.equal(hotspot.owner, owner);
    assert.match(String(hotspot.cell), /^8c/);
    assert.equal(statSync(join(folder, "hotspot.key")).mode & 0o777, 0o600);
    assert.equal(await running.end(), 0);
  });

  test("Ctrl-C ends it cleanly, and the next start goes on where it was", async () => {
    const paid = await untilPackets(0);
    const before = await network.status();
    const since = performance.now();
    assert.equal(await network.running.end("SIGINT"), 0);
    assert.ok(performance.now() - since < END_MS_MAX);
    assert.deepEqual(network.running.errors.items, []);
    assert.equal(network.running.lines.items.at(-1), "Ended cleanly.");
    const offline = await network.run("wallet show");
    assert.match(offline.stderr, /^katydid: [^\n]*cannot be reached[^\n]*\n$/);
    assert.equal(offline.code, 1);

    assert.equal(await network.start(), token);
    const after = await network.status();
    assert.equal(after.chainId, before.chainId);
    assert.ok(after.height > before.height);
    // Same session, and its counter went on: a frame counter that began anew would be a replay.
    const later = await untilPackets(paid.packets);
    assert.equal(later.devAddr, paid.devAddr);
    assert.equal(await network.running.end("SIGTERM"), 0);
  });

  /** The collar, when more than so many of its packets were bought. */
  function untilPackets(count: number): Promise<Device> {
    return untilAnswered(`more than ${count} packets of rex`, async () => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(`${network.url}/router/v1/devices`, { headers });
      const { items } = (await response.json()) as Items<Device & { readonly name: string }>;
      const rex = items.find(({ name }) => name === "rex");
      return rex !== undefined && rex.packets > count ? rex : undefined;
    });
  }
});
