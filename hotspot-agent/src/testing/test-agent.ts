/** One real agent among fakes. */
import { silentLog } from "@katydid/platform";
import type { KeyPair } from "@katydid/protocol";
import { createAgent, type HotspotAgent } from "../agent.ts";
import { CHAIN_ID, noMetrics, TestRandom } from "./fixtures.ts";
import type { LoopbackBroker } from "./loopback-broker.ts";
import { MemoryStore } from "./memory-store.ts";
import type { TestClock } from "./test-clock.ts";
import { TestConcentrator } from "./test-concentrator.ts";
import type { TestLedger } from "./test-ledger.ts";

export interface TestBench {
  readonly agent: HotspotAgent;
  readonly radio: TestConcentrator;
  readonly store: MemoryStore;
}

export function agentAmong(world: {
  readonly key: KeyPair;
  readonly clock: TestClock;
  readonly ledger: TestLedger;
  readonly broker: LoopbackBroker;
  /** Of the run before, to restart it. */
  readonly store?: MemoryStore;
  readonly seed?: string;
}): TestBench {
  const { key, clock, ledger, broker, store = new MemoryStore(), seed = key.address } = world;
  const radio = new TestConcentrator();
  const agent = createAgent({
    // Until the ledger shows a location.
    region: "EU868",
    ...{ key, clock, ledger, store, concentrator: radio },
    network: { chainId: CHAIN_ID },
    busTo: () => broker.bus(),
    random: new TestRandom(seed),
    log: silentLog,
    metrics: noMetrics,
  });
  return { agent, radio, store };
}
