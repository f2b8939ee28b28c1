/** Fakes of what an agent is given, for tests and measurements of agents. */
export { CHAIN_ID, keyOf, noMetrics, TestRandom } from "./fixtures.ts";
export { LoopbackBroker } from "./loopback-broker.ts";
export { MemoryStore } from "./memory-store.ts";
export { agentAmong, type TestBench } from "./test-agent.ts";
export { settle, TestClock } from "./test-clock.ts";
export { frameOf, TestConcentrator } from "./test-concentrator.ts";
export { hotspotView, TestLedger } from "./test-ledger.ts";
export { TestRouter } from "./test-router.ts";
