/** A hotspot in a process of its own. */
import { runAgent } from "@katydid/hotspot-agent";
import { childOptions, childReady } from "./child.ts";
import { testKey } from "./network.ts";

export interface HotspotProcessOptions {
  readonly chainId: string;
  readonly ledgerUrl: string;
  readonly folder: string;
}
export interface HotspotProcessReady {
  readonly gwmpPort: number;
  readonly statusUrl: string;
  readonly claim: string;
}

const options = await childOptions<HotspotProcessOptions>();
const agent = await runAgent({
  ...options,
  key: testKey("hotspot"),
  owner: testKey("hotspotOwner").address,
  gwmpPort: 0,
  statusPort: 0,
  logLevel: "error",
});
const { gwmpPort, statusUrl } = agent;
const claim = agent.status().claim?.text ?? "";
childReady<HotspotProcessReady>({ gwmpPort, statusUrl, claim });
