/** A world of its own: one clock, one seed, its brokers and stores. Same seed, same bytes. */
import type { Random, Store } from "@katydid/platform";
import { SeededRandom } from "./seeded-random.ts";
import { type BrokerLatency, VirtualBroker } from "./virtual-broker.ts";
import { type RunLimits, VirtualClock } from "./virtual-clock.ts";
import { VirtualLog } from "./virtual-log.ts";
import { VirtualMetrics } from "./virtual-metrics.ts";
import { VirtualStore } from "./virtual-store.ts";

/** Where worlds begin unless told: 2026-01-01 00:00 UTC. */
export const WORLD_START_MS = Date.UTC(2026, 0, 1);

export interface WorldOptions {
  readonly seed: string | number;
  readonly startMs?: number;
  readonly latency?: BrokerLatency;
}

export class World {
  readonly clock: VirtualClock;
  readonly log = new VirtualLog();
  readonly #random: Random;
  readonly #latency: BrokerLatency | undefined;
  readonly #brokers = new Map<string, VirtualBroker>();
  readonly #stores = new Map<string, VirtualStore>();

  constructor({ seed, startMs = WORLD_START_MS, latency }: WorldOptions) {
    this.clock = new VirtualClock(startMs);
    this.#random = new SeededRandom(`world ${seed}`);
    this.#latency = latency;
  }

  /** The stream of a name: the same draws whatever else is drawn. Each call begins it anew. */
  random(name: string): Random {
    return this.#random.stream(name);
  }

  /** The broker at an address, made at the first call. */
  broker(url: string): VirtualBroker {
    const found = this.#brokers.get(url);
    if (found !== undefined) return found;
    const random = this.random(`broker ${url}`);
    const latency = this.#latency === undefined ? {} : { latency: this.#latency };
    const made = new VirtualBroker({ clock: this.clock, random, ...latency });
    this.#brokers.set(url, made);
    return made;
  }
  get brokers(): ReadonlyMap<string, VirtualBroker> {
    return this.#brokers;
  }

  /** The store of a name, made at the first call. */
  store(name: string): Store {
    const found = this.#stores.get(name);
    if (found !== undefined) return found;
    const made = new VirtualStore();
    this.#stores.set(name, made);
    return made;
  }

  metrics(): VirtualMetrics {
    return new VirtualMetrics();
  }

  run(limits?: RunLimits): Promise<void> {
    return this.clock.run(limits);
  }

  /**
   * Runs until `promise` is settled, and gives its result. Throws if no event is left to settle it.
   */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const mark = () => {
      settled = true;
    };
    promise.then(mark, mark);
    await this.clock.run({ until: () => settled });
    // The run also ends when no event is left; a promise that nothing can settle is a bug.
    await Promise.resolve();
    if (!settled) throw new Error("nothing left in the world that could settle this promise");
    return promise;
  }
}
