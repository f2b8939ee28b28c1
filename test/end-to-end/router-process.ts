/** A router in a process of its own. */

import { childOptions, childReady } from "./child.ts";
import { testKey, testLog } from "./network.ts";
import { startRouterHost } from "./router-host.ts";

export interface RouterProcessOptions {
  readonly chainId: string;
  readonly ledgerUrl: string;
  readonly brokerUrl: string;
  readonly folder: string;
}
export interface RouterProcessReady {
  readonly url: string;
  /** Of its first owner. */
  readonly token: string;
}

const { url, token } = await startRouterHost({
  ...(await childOptions<RouterProcessOptions>()),
  key: testKey("router"),
  owner: testKey("routerOwner"),
  log: testLog(),
});
childReady<RouterProcessReady>({ url, token });
