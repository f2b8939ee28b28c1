/**
 * A whole network on this machine, in real time: ledger node and producer, broker, router, hotspots,
 * devices and the console's server. Only the air and the radios are simulated. This is the
 * composition root of `katydid up`.
 */
import { join } from "node:path";
import {
  DirectLedgerClient,
  EmbeddedProducer,
  HttpLedgerClient,
  LedgerNode,
  ledgerRoutes,
} from "@katydid/ledger";
import {
  assertPortFree,
  createHttpServer,
  createMetrics,
  type Log,
  listen,
  openLmdbStore,
  realClock,
  type Store,
  serveFiles,
  systemRandom,
} from "@katydid/platform";
import { cellAt, minimalParams, regionPlan, tokens } from "@katydid/protocol";
import { createRouter, type MqttAuthorizer, type Router, routerRoutes } from "@katydid/router";
import { Air } from "../air/air.ts";
import { BOULDER, type City, HOTSPOT_GAIN_DBI, placeCity } from "../scenario.ts";
import { SeededRandom } from "../world/seeded-random.ts";
import { DevicePark, OWNER_NAME } from "./device-park.ts";
import {
  type Beginning,
  type LocalKeys,
  localKeys,
  openFolder,
  ownerOf,
  readBeginning,
  readSecret,
  writeBeginning,
  writeSecret,
} from "./folder.ts";
import { localGenesis } from "./genesis.ts";
import { HotspotPark } from "./hotspot-park.ts";
import { Onboarding } from "./onboarding.ts";
import { startRelay } from "./relay.ts";

const REGION = "US915";
const STORE_FORMAT = "katydid local 1";
/** Slabs of 8 addresses: the router gives each of its devices one. */
const SLABS = 8;
const LOCATION_RESOLUTION = 12;
/** DC for channels: at the rate of twenty devices, for years. */
const OPERATOR_SUPPLY = { least: 10_000_000n, motes: tokens(500) };
/** Hotspots that a device's packet reaches on average. */
const IN_RANGE = 5;
/** Over ground: a window on the first floor. */
const ELEVATION_METERS = 5;

export interface LocalNetworkOptions {
  readonly folder: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  /** Of the first start; later ones keep what there is. */
  readonly hotspots: number;
  readonly collars: number;
  readonly sensors: number;
  /** Built pages; absent: the API alone. */
  readonly consoleFolder?: string;
  readonly log: Log;
  /** What is being done, for whoever waits. */
  readonly onProgress?: (says: string) => void;
}

export interface LocalNetwork extends AsyncDisposable {
  readonly url: string;
  /** The console with the owner's token behind the `#`. */
  readonly link: string;
  readonly mqttUrl: string;
  readonly chainId: string;
  readonly hotspots: number;
  readonly devices: number;
  /** Rejects when no block can be made any more. */
  readonly failed: Promise<void>;
}

/** @throws Fault for a port that is taken, a folder that is read-only or of another version. */
export async function startLocalNetwork(options: LocalNetworkOptions): Promise<LocalNetwork> {
  const { folder, log, onProgress = () => undefined } = options;
  openFolder(folder);
  const beginning = readBeginning(folder) ?? (await begin(options));
  const keys = localKeys(folder, beginning);
  const cleanup = new AsyncDisposableStack();
  try {
    const parts = await startParts({ options, beginning, keys, cleanup });
    onProgress("hotspots come on the air");
    const hotspots = await startHotspots({ ...parts, options, beginning, keys });
    cleanup.use(hotspots);
    onProgress("devices join");
    const devices = await startDevices({ ...parts, beginning });
    cleanup.use(devices);
    const running = cleanup.move();
    return {
      url: parts.url,
      link: `${parts.url}/#token=${parts.token}`,
      mqttUrl: parts.mqttUrl,
      chainId: beginning.chainId,
      hotspots: hotspots.agents.length,
      devices: devices.devices.length,
      failed: parts.failed,
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    };
  } catch (cause) {
    log.debug({ cause: String(cause) }, "start failed");
    await cleanup.disposeAsync();
    throw cause;
  }
}

/** The first start. What cannot be had now is said before anything is written. */
async function begin(options: LocalNetworkOptions): Promise<Beginning> {
  const { folder, httpPort, mqttPort, hotspots, collars, sensors } = options;
  for (const port of [httpPort, mqttPort]) await assertPortFree({ port });
  // A store that is of another version, or in use, throws here.
  await using _ledger = openLmdbStore({ path: join(folder, "ledger"), format: STORE_FORMAT });
  return writeBeginning(folder, { hotspots, collars, sensors, startedAt: realClock.now() });
}

interface Composition {
  readonly options: LocalNetworkOptions;
  readonly beginning: Beginning;
  readonly keys: LocalKeys;
  readonly cleanup: AsyncDisposableStack;
}

/** Ledger, HTTP, broker, router: the infrastructure, each in turn, disposed of in reverse. */
async function startParts({ options, beginning, keys, cleanup }: Composition) {
  const { folder, log, onProgress = () => undefined } = options;
  const clock = realClock;
  const params = minimalParams;
  const { chainId } = beginning;
  const metrics = createMetrics({ process: "included" });
  const open = (name: string): Store =>
    cleanup.use(openLmdbStore({ path: join(folder, name), format: STORE_FORMAT }));

  const genesis = localGenesis(beginning, keys);
  const node = await LedgerNode.open({ store: open("ledger"), genesis, clock, log, metrics });
  const server = await createHttpServer({ log, metrics, title: "Katydid", version: "0.1.0" });
  cleanup.defer(() => server.close());
  let authorizer: MqttAuthorizer | undefined;
  const relay = await startRelay({
    ...{ chainId, clock, log, metrics },
    port: options.mqttPort,
    owners: () => authorizer,
  });
  cleanup.use(relay);
  const producer = new EmbeddedProducer({
    ...{ node, clock, log, params },
    key: keys.producer,
    seed: keys.chainSeed,
  });
  cleanup.use(producer);

  const router = createRouter({
    ...{ chainId, params, clock, log, metrics },
    key: keys.router,
    ownerSigner: keys.operator,
    ledger: cleanup.use(new DirectLedgerClient(node)),
    bus: relay.bus("router"),
    store: open("router"),
    random: systemRandom,
    region: REGION,
    fetch: globalThis.fetch,
  });
  authorizer = router.mqtt;
  const token = await ownerToken(folder, router);
  await ledgerRoutes(server, node);
  await routerRoutes(server, router);
  server.get("/metrics", { schema: { hide: true } }, async (_request, reply) =>
    reply.type("text/plain; version=0.0.4").send(await metrics.text()),
  );
  if (options.consoleFolder !== undefined) {
    await serveFiles(server, {
      root: options.consoleFolder,
      prefix: "/",
      immutable: /\/assets\//,
      headers: { "content-security-policy": CONTENT_SECURITY_POLICY },
    });
  }
  const { url } = await listen(server, { port: options.httpPort });
  producer.start();

  onProgress("the operator registers relay and router");
  const ledger = cleanup.use(new HttpLedgerClient({ url, clock, log }));
  const onboarding = new Onboarding({ ledger, chainId, params, clock, random: systemRandom });
  await onboarding.supply(keys.operator, OPERATOR_SUPPLY);
  await onboarding.relay(keys.operator, relay.url);
  await onboarding.router(keys.operator, {
    router: keys.router,
    endpoint: relay.url,
    slabs: SLABS,
  });
  await router.start();
  cleanup.use(router);

  const random = new SeededRandom(`local network ${beginning.seed}`);
  const plan = regionPlan(REGION);
  const air = new Air({ clock, random: random.stream("air"), plan, origin: BOULDER });
  const city: City = placeCity({
    ...{ air, random: random.stream("city") },
    hotspots: beginning.hotspots,
    devices: beginning.collars + beginning.sensors,
    inRange: IN_RANGE,
    dataRate: plan.beacon.dataRate,
  });
  return {
    ...{ url, token, router, onboarding, air, plan, random, clock, open, city },
    mqttUrl: relay.url,
    failed: producer.closed,
  };
}

type Parts = Awaited<ReturnType<typeof startParts>>;

/** What the page needs: its own files, its own API, a worker for the map. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "frame-ancestors 'none'",
].join("; ");

async function startHotspots(
  input: Parts & Pick<Composition, "options" | "beginning" | "keys">,
): Promise<HotspotPark> {
  const { options, beginning, keys, air, random, onboarding, city } = input;
  const store = input.open("hotspots");
  const hotspots = keys.hotspots.flatMap((key, index) => {
    const point = city.hotspots[index];
    return point === undefined ? [] : [{ key, point, owner: ownerOf(keys, index) }];
  });
  // Owners do not wait for each other.
  await Promise.all(
    hotspots.map(({ key, point, owner }) => {
      const cell = cellAt(air.plane.placeOf(point), LOCATION_RESOLUTION);
      const seat = { cell, gainDbi: HOTSPOT_GAIN_DBI, elevationMeters: ELEVATION_METERS };
      return onboarding.hotspot(owner, { key, seat, store: store.scope(key.address) });
    }),
  );
  return await HotspotPark.start({
    ...{ air, store, hotspots },
    chainId: beginning.chainId,
    ledgerUrl: input.url,
    clock: input.clock,
    random: random.stream("hotspots"),
    log: options.log,
  });
}

async function startDevices(input: Parts & Pick<Composition, "beginning">): Promise<DevicePark> {
  const { beginning, air, random, router, clock, plan, city } = input;
  return await DevicePark.start({
    ...{ router, air, plan, clock },
    random: random.stream("devices"),
    store: input.open("devices"),
    homes: city.devices.slice(0, beginning.collars),
    walls: city.devices.slice(beginning.collars),
    startMs: beginning.startedAt,
  });
}

/** Made at the first start and kept in a file of the owner's; the router has its hash only. */
async function ownerToken(folder: string, router: Router): Promise<string> {
  const path = join(folder, "owner.token");
  const kept = readSecret(path);
  if (kept !== undefined && router.owners.byToken(kept) !== undefined) return kept;
  const [known] = router.owners.all();
  let token: string;
  if (known === undefined) {
    const added = await router.owners.addOwner(OWNER_NAME);
    if ("refused" in added) throw new Error(added.refused);
    token = added.token;
  } else token = await router.owners.renewToken(known);
  writeSecret(path, `${token}\n`);
  return token;
}
