/** A router with everything real: LMDB, MQTT with its login, a ledger node by HTTP, HTTP routes. */
import { HttpLedgerClient } from "@katydid/ledger/client";
import {
  connectBus,
  createHttpServer,
  createMetrics,
  type Log,
  listen,
  type Metrics,
  openLmdbStore,
  realClock,
  systemRandom,
} from "@katydid/platform";
import { createLoginToken, type KeyPair, minimalParams } from "@katydid/protocol";
import { type ChannelPolicy, createRouter, type Router, routerRoutes } from "@katydid/router";

export interface RouterHostOptions {
  readonly chainId: string;
  readonly ledgerUrl: string;
  readonly brokerUrl: string;
  readonly folder: string;
  readonly key: KeyPair;
  readonly owner: KeyPair;
  readonly region: string;
  readonly channelPolicy?: ChannelPolicy;
  readonly log: Log;
}

export interface RouterHost extends AsyncDisposable {
  readonly router: Router;
  /** Of its HTTP interface. */
  readonly url: string;
  readonly metrics: Metrics;
}

/** Not started yet: `router.start()` begins. */
export async function openRouterHost(options: RouterHostOptions): Promise<RouterHost> {
  const { chainId, ledgerUrl, brokerUrl, folder, key, owner, region, channelPolicy, log } = options;
  const clock = realClock;
  const metrics = createMetrics();
  const cleanup = new AsyncDisposableStack();
  const store = cleanup.use(openLmdbStore({ path: folder, format: "router 1" }));
  const ledger = cleanup.use(new HttpLedgerClient({ url: ledgerUrl, clock, log }));
  const bus = cleanup.use(
    connectBus({
      ...{ url: brokerUrl, clock, log, metrics, random: systemRandom },
      clientId: key.address,
      username: key.address,
      password: () => createLoginToken({ signer: key, chainId, now: clock.now() }),
    }),
  );
  const router = cleanup.use(
    createRouter({
      ...{ key, ownerSigner: owner, chainId, ledger, bus, store, clock, log, metrics, region },
      params: minimalParams,
      random: systemRandom,
      ...(channelPolicy === undefined ? {} : { channelPolicy }),
    }),
  );
  const server = await createHttpServer({ log, metrics, title: "router", version: "0.1.0" });
  await routerRoutes(server, router);
  const { url } = await listen(server, { port: 0 });
  cleanup.defer(() => server.close());
  const running = cleanup.move();
  return { router, url, metrics, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
