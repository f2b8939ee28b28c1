/** The daemon on a hotspot: forwarding, challenges, vouchers, claim, status. */
export { type AgentOptions, createAgent, type HotspotAgent } from "./agent.ts";
export { type ClaimOptions, makeClaim } from "./claim.ts";
export { type FrameOutcome, frameOutcomes } from "./forwarding/frame-counts.ts";
export { type KeyFileOptions, loadKey, loadOrMakeKey } from "./key.ts";
export { type AgentPolicy, policyFor } from "./policy.ts";
export { type RunAgentOptions, type RunningAgent, runAgent } from "./run-agent.ts";
export { statusPage } from "./status/page.ts";
export { type StatusServer, type StatusServerOptions, startStatusServer } from "./status/server.ts";
export type { AgentStatus } from "./status/status.ts";
