/** A router as a daemon of its own: everything real, from a folder, a ledger and a broker. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LedgerClient } from "@katydid/ledger/client";
import {
  connectBus,
  createHttpServer,
  createMetrics,
  Fault,
  type Log,
  listen,
  openLmdbStore,
  realClock,
  systemRandom,
} from "@katydid/platform";
import { createLoginToken, type Params, type Signer } from "@katydid/protocol";
import type { Router } from "./contract.ts";
import { routerRoutes } from "./http/routes.ts";
import type { ChannelPolicy } from "./payment/channel-policy.ts";
import { createRouter } from "./router.ts";

export interface RunRouterOptions {
  /** Holds the store and the owner's token. */
  readonly folder: string;
  readonly key: Signer;
  readonly ownerSigner?: Signer;
  readonly chainId: string;
  readonly params: Params;
  readonly ledger: LedgerClient;
  /** mqtt:// or mqtts:// where hotspots find it; it logs in as they do, by a token of its key. */
  readonly brokerUrl: string;
  readonly region: string;
  readonly channelPolicy?: ChannelPolicy;
  readonly http: { readonly host?: string; readonly port: number };
  readonly log: Log;
}

export interface RouterDaemon extends AsyncDisposable {
  readonly router: Router;
  /** Of its HTTP interface. */
  readonly url: string;
  /** Of its first owner. */
  readonly token: string;
}

/** Layout of the router's store; openLmdbStore refuses another. */
export const ROUTER_STORE_FORMAT = "router 1";
const TOKEN_FILE = "owner.token";

/**
 * Runs until disposed. Throws the Faults of what it opens: `store-locked`, `store-version`,
 * `port-taken`, the ledger's when it cannot be reached.
 */
export async function runRouter(options: RunRouterOptions): Promise<RouterDaemon> {
  const { folder, key, chainId, brokerUrl, log, http, ...rest } = options;
  await using cleanup = new AsyncDisposableStack();
  const clock = realClock;
  const metrics = createMetrics({ process: "included" });
  const path = join(folder, "router");
  const store = cleanup.use(openLmdbStore({ path, format: ROUTER_STORE_FORMAT }));
  const bus = cleanup.use(
    connectBus({
      ...{ url: brokerUrl, clock, log, metrics, random: systemRandom },
      clientId: key.address,
      username: key.address,
      password: () => createLoginToken({ signer: key, chainId, now: clock.now() }),
    }),
  );
  const parts = { key, chainId, bus, store, clock, random: systemRandom, log, metrics };
  const router = cleanup.use(createRouter({ ...rest, ...parts, fetch: globalThis.fetch }));
  const token = await openOwnerToken({ path: join(folder, TOKEN_FILE), router });
  const server = await createHttpServer({ log, metrics, title: "Router", version: "0.1.0" });
  cleanup.defer(() => server.close());
  await routerRoutes(server, router);
  server.get("/metrics", { schema: { hide: true } }, async (_request, reply) =>
    reply.type("text/plain; version=0.0.4").send(await metrics.text()),
  );
  const { url } = await listen(server, http);
  await router.start();
  const running = cleanup.move();
  return { router, url, token, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/**
 * The token of the router's first owner, from a file that only its user can read (0600); made with
 * the owner at the first start. A file that was lost gets a new token, and the old one ends.
 * @throws Fault `token-unwritable`
 */
export async function openOwnerToken(input: {
  readonly path: string;
  readonly router: Pick<Router, "owners">;
}): Promise<string> {
  const { path, router } = input;
  const kept = existsSync(path) ? readFileSync(path, "utf8").trim() : "";
  if (router.owners.byToken(kept) !== undefined) return kept;
  const [first] = router.owners.all();
  let token: string;
  if (first === undefined) {
    const added = await router.owners.addOwner("owner");
    if ("refused" in added) throw new Error(added.refused);
    token = added.token;
  } else token = await router.owners.renewToken(first);
  try {
    writeFileSync(path, `${token}\n`, { mode: 0o600 });
    // The mode above counts only for a file that is new.
    chmodSync(path, 0o600);
  } catch (cause) {
    const advice = `The owner's token cannot be written to ${path}: give the folder to this user.`;
    throw new Fault({ code: "token-unwritable", path, advice }, { cause });
  }
  return token;
}
