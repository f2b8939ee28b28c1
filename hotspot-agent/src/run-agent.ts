/**
 * The composition root of a real hotspot: real clock and randomness, LMDB on disk, MQTT with a
 * short-lived login, any packet forwarder as the radio, a ledger node by HTTP, and the status page
 * on loopback. It dials out only.
 */
import { join } from "node:path";
import { GwmpConcentrator } from "@katydid/firmware";
import { HttpLedgerClient, type LedgerClient } from "@katydid/ledger/client";
import {
  type Bus,
  connectBus,
  createLog,
  createMetrics,
  type Log,
  type LogLevel,
  openLmdbStore,
  realClock,
  type Store,
  systemRandom,
} from "@katydid/platform";
import { type Address, createLoginToken, fromUtf8, type KeyPair, utf8 } from "@katydid/protocol";
import { createAgent, type HotspotAgent } from "./agent.ts";
import { startStatusServer } from "./status/server.ts";

const STORE_FORMAT = "hotspot-agent 2";
const CHAIN_ID_KEY = utf8("chain-id");

export interface RunAgentOptions {
  readonly key: KeyPair;
  /** Where its state is; made if it is not there. */
  readonly folder: string;
  /** A ledger node, http:// or https://. */
  readonly ledgerUrl: string;
  /** Of the network file. Absent: that of the ledger at first start, and no other afterwards. */
  readonly chainId?: string;
  /** UDP port for the packet forwarder. 0: any free one. */
  readonly gwmpPort: number;
  /** Default: 127.0.0.1. GWMP authenticates nobody. */
  readonly gwmpHost?: string;
  /** TCP port of the status page on loopback. 0: any free one. */
  readonly statusPort: number;
  /** Region to tell routers while the ledger shows no location. */
  readonly region?: string;
  /** Whom the claim is made out to. */
  readonly owner?: Address;
  readonly logLevel?: LogLevel;
}

export interface RunningAgent extends HotspotAgent {
  readonly statusUrl: string;
  /** Port on which the packet forwarder is awaited. */
  readonly gwmpPort: number;
}

/**
 * Starts it. @throws Fault for a port that is taken, a folder that cannot be written or is another
 * version's, a ledger of another network, or one that is away at the very first start.
 */
export async function runAgent(options: RunAgentOptions): Promise<RunningAgent> {
  const { key, folder, ledgerUrl, gwmpPort, gwmpHost, statusPort, region, owner } = options;
  const clock = realClock;
  const log = createLog({ level: options.logLevel ?? "info" });
  const metrics = createMetrics({ process: "included" });
  const cleanup = new AsyncDisposableStack();
  try {
    const store = cleanup.use(openLmdbStore({ path: join(folder, "state"), format: STORE_FORMAT }));
    const ledger = cleanup.use(new HttpLedgerClient({ url: ledgerUrl, clock, log }));
    const chainId = options.chainId ?? (await rememberedChainId({ store, ledger }));
    const udp = { ...(gwmpHost === undefined ? {} : { host: gwmpHost }), port: gwmpPort };
    const concentrator = new GwmpConcentrator({ ...udp, clock, log, metrics });
    const agent = cleanup.use(
      createAgent({
        ...{ key, ledger, concentrator, clock, store, log, metrics },
        network: { chainId },
        random: systemRandom,
        busTo: (url) => loginTo({ url, key, chainId, log, metrics }),
        ...(owner === undefined ? {} : { owner }),
        ...(region === undefined ? {} : { region }),
      }),
    );
    await agent.start();
    const page = cleanup.use(await startStatusServer({ agent, log, metrics, port: statusPort }));
    const running = cleanup.move();
    const dispose = () => running.disposeAsync();
    log.info({ hotspot: agent.name, address: agent.address, status: page.url }, "hotspot runs");
    return {
      address: agent.address,
      name: agent.name,
      start: () => Promise.resolve(),
      status: () => agent.status(),
      dispose,
      [Symbol.asyncDispose]: dispose,
      statusUrl: page.url,
      gwmpPort: concentrator.port ?? gwmpPort,
    };
  } catch (cause) {
    await cleanup.disposeAsync();
    throw cause;
  }
}

/** Each connection logs in with a fresh token: address and EdDSA JWT. */
function loginTo(input: {
  readonly url: string;
  readonly key: KeyPair;
  readonly chainId: string;
  readonly log: Log;
  readonly metrics: ReturnType<typeof createMetrics>;
}): Bus {
  const { url, key, chainId, log, metrics } = input;
  return connectBus({
    ...{ url, log, metrics },
    clock: realClock,
    random: systemRandom,
    clientId: key.address,
    username: key.address,
    password: () => createLoginToken({ signer: key, chainId, now: realClock.now() }),
  });
}

/** The network that this hotspot joined at its first start. */
async function rememberedChainId(input: { store: Store; ledger: LedgerClient }): Promise<string> {
  const { store, ledger } = input;
  const known = store.get(CHAIN_ID_KEY);
  if (known !== undefined) return fromUtf8(known);
  const { chainId } = await ledger.status();
  await store.commit([{ key: CHAIN_ID_KEY, value: utf8(chainId) }]);
  return chainId;
}
