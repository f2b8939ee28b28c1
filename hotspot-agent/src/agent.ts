/**
 * The daemon on a hotspot. Everything it touches is handed in, so that the same code runs on a
 * Raspberry Pi and a thousand times in one simulated process.
 */
import type { Concentrator, ReceivedFrame } from "@katydid/firmware";
import type { LedgerClient } from "@katydid/ledger/client";
import {
  type Bus,
  type Clock,
  Fault,
  type Log,
  type Metrics,
  type Random,
  type Store,
  type Timer,
} from "@katydid/platform";
import {
  type Address,
  type Claim,
  hotspotName,
  type KeyPair,
  type NetworkFile,
  type Params,
  paramsByName,
} from "@katydid/protocol";
import { BusPool } from "./bus-pool.ts";
import { makeClaim } from "./claim.ts";
import { knownParams, rememberParams } from "./known-params.ts";
import { ProtocolClock } from "./ledger-link.ts";
import { Membership } from "./membership.ts";
import { type AgentStatus, statusOf } from "./status/status.ts";

export interface AgentOptions {
  /** The hotspot's identity. */
  readonly key: KeyPair;
  readonly network: Pick<NetworkFile, "chainId">;
  readonly ledger: LedgerClient;
  /** Connects to a broker. Asked once for each url; the agent closes what it got. */
  readonly busTo: (url: string) => Bus;
  /** Started and disposed of by the agent. */
  readonly concentrator: Concentrator;
  readonly clock: Clock;
  readonly random: Random;
  /** Stays the caller's to close. */
  readonly store: Store;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Whom the claim is made out to, until the ledger names an owner. */
  readonly owner?: Address;
  /** Region to tell routers while the ledger shows no location. */
  readonly region?: string;
}

export interface HotspotAgent extends AsyncDisposable {
  readonly address: Address;
  /** Three words. */
  readonly name: string;
  /**
   * Resolves when the radio receives and the ledger was asked once; while the ledger is away it is
   * asked again and again, and frames wait. Throws Fault where the radio cannot be had, or the
   * ledger is another network's.
   */
  start(): Promise<void>;
  dispose(): Promise<void>;
  status(): AgentStatus;
}

const WRONG_NETWORK = "wrong-network";
const RETRY_FIRST_MS = 2000;
const RETRY_MAX_MS = 60_000;

export function createAgent(options: AgentOptions): HotspotAgent {
  return new Agent(options);
}

class Agent implements HotspotAgent {
  readonly address: Address;
  readonly name: string;
  readonly #options: AgentOptions;
  readonly #log: Log;
  readonly #buses: BusPool;
  readonly #protocolClock: ProtocolClock;
  #membership: Membership | undefined;
  #claim: Claim | undefined;
  #retry: Timer | undefined;
  #retryMs = RETRY_FIRST_MS;
  #frames: Promise<void> | undefined;
  #radio: "starting" | "running" | "lost" = "starting";
  #closed = false;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.address = options.key.address;
    this.name = hotspotName(options.key.address);
    this.#log = options.log.child({ hotspot: this.name });
    this.#buses = new BusPool(options.busTo);
    this.#protocolClock = new ProtocolClock(options.clock);
  }

  async start(): Promise<void> {
    const { concentrator, owner, key, network, store, random } = this.#options;
    await concentrator.start();
    this.#radio = "running";
    if (owner !== undefined) {
      const { chainId } = network;
      this.#claim = await makeClaim({ key, owner, chainId, store, random });
    }
    const params = knownParams(store);
    if (params !== undefined) this.#begin(params);
    await this.#join();
  }

  async dispose(): Promise<void> {
    this.#closed = true;
    this.#retry?.cancel();
    this.#membership?.close();
    await this.#options.concentrator[Symbol.asyncDispose]();
    await this.#frames;
    await this.#buses.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  status(): AgentStatus {
    return statusOf({
      address: this.address,
      name: this.name,
      chainId: this.#options.network.chainId,
      nowMs: this.#options.clock.now(),
      claim: this.#claim,
      radio: this.#radio,
      brokers: this.#buses.connections,
      membership: this.#membership?.status(),
    });
  }

  /** Asks the ledger who we are; keeps asking while it is away. */
  async #join(): Promise<void> {
    if (this.#closed) return;
    const { clock, network, store } = this.#options;
    try {
      const status = await this.#options.ledger.status();
      if (status.chainId !== network.chainId) throw wrongNetwork(status.chainId, network.chainId);
      this.#protocolClock.learn(status);
      await rememberParams(store, status.params);
      if (this.#closed) return;
      await this.#begin(paramsByName(status.params)).join();
    } catch (cause) {
      if (cause instanceof Fault && cause.code === WRONG_NETWORK) throw cause;
      this.#log.warn(
        { cause: String(cause), retryMs: this.#retryMs },
        "the ledger does not answer",
      );
      this.#retry = clock.after(this.#retryMs, () => void this.#join());
      this.#retryMs = Math.min(RETRY_MAX_MS, this.#retryMs * 2);
    }
  }

  #begin(params: Params): Membership {
    if (this.#membership !== undefined) return this.#membership;
    const membership = new Membership({
      ...this.#options,
      log: this.#log,
      params,
      chainId: this.#options.network.chainId,
      busTo: this.#buses.to,
      protocolClock: this.#protocolClock,
    });
    this.#membership = membership;
    this.#frames = this.#listen(membership);
    return membership;
  }

  async #listen(membership: Membership): Promise<void> {
    try {
      for await (const frame of this.#options.concentrator.frames()) {
        membership.onFrame(frame satisfies ReceivedFrame);
      }
    } catch (cause) {
      this.#radio = "lost";
      this.#log.error({ cause: String(cause) }, "the radio is lost: check the concentrator");
    }
  }
}

function wrongNetwork(actual: string, expected: string): Fault {
  const advice = `The ledger is of network ${actual}, not ${expected}: check the network file.`;
  return new Fault({ code: WRONG_NETWORK, actual, expected, advice });
}
