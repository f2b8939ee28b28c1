/** The hotspots of the network on this machine: real agents whose radios are on simulated air. */
import { createAgent, type HotspotAgent } from "@katydid/hotspot-agent";
import { HttpLedgerClient } from "@katydid/ledger/client";
import {
  type Clock,
  connectBus,
  createMetrics,
  type Log,
  type Random,
  type Store,
  silentLog,
} from "@katydid/platform";
import { createLoginToken, type KeyPair } from "@katydid/protocol";
import type { Air } from "../air/air.ts";
import type { Point } from "../air/geometry.ts";
import { SimulatedConcentrator } from "../air/simulated-concentrator.ts";
import { HOTSPOT_CLUTTER_DB, HOTSPOT_GAIN_DBI } from "../scenario.ts";

export interface HotspotParkOptions {
  readonly chainId: string;
  readonly ledgerUrl: string;
  readonly air: Air;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  readonly log: Log;
  readonly hotspots: readonly { readonly key: KeyPair; readonly point: Point }[];
}

export class HotspotPark implements AsyncDisposable {
  readonly #agents: readonly HotspotAgent[];
  readonly #clients: readonly HttpLedgerClient[];

  private constructor(agents: readonly HotspotAgent[], clients: readonly HttpLedgerClient[]) {
    this.#agents = agents;
    this.#clients = clients;
  }

  /** Starts them one after the other: sixty that dial in at once would only wait for each other. */
  static async start(options: HotspotParkOptions): Promise<HotspotPark> {
    const agents: HotspotAgent[] = [];
    const clients: HttpLedgerClient[] = [];
    for (const hotspot of options.hotspots) {
      const ledger = new HttpLedgerClient({
        url: options.ledgerUrl,
        clock: options.clock,
        log: silentLog,
      });
      const agent = agentOf(options, hotspot, ledger);
      clients.push(ledger);
      agents.push(agent);
      await agent.start();
    }
    return new HotspotPark(agents, clients);
  }

  get agents(): readonly HotspotAgent[] {
    return this.#agents;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.dispose()));
    await Promise.all(this.#clients.map((client) => client[Symbol.asyncDispose]()));
  }
}

function agentOf(
  options: HotspotParkOptions,
  { key, point }: HotspotParkOptions["hotspots"][number],
  ledger: HttpLedgerClient,
): HotspotAgent {
  const { chainId, air, clock, store } = options;
  const random = options.random.stream(key.address);
  // One registry for each, as each is a daemon of its own.
  const metrics = createMetrics();
  return createAgent({
    ...{ key, ledger, clock, random, metrics },
    network: { chainId },
    store: store.scope(key.address),
    log: options.log,
    region: air.plan.name,
    concentrator: new SimulatedConcentrator({
      ...{ air, clock, random, point },
      gainDbi: HOTSPOT_GAIN_DBI,
      clutterDb: HOTSPOT_CLUTTER_DB,
    }),
    busTo: (url) =>
      connectBus({
        ...{ url, clock, random, metrics, log: silentLog },
        clientId: key.address,
        username: key.address,
        password: () => createLoginToken({ signer: key, chainId, now: clock.now() }),
      }),
  });
}
