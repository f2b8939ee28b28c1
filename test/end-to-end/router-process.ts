/** A router in a process of its own. */

import { childOptions, childReady } from "./child.ts";
import { testKey, testLog } from "./network.ts";
import { openRouterHost } from "./router-host.ts";

export interface RouterProcessOptions {
  readonly chainId: string;
  readonly ledgerUrl: string;
  readonly brokerUrl: string;
  readonly folder: string;
}
export interface RouterProcessReady {
  readonly url: string;
  /** At the first start only: of the first owner. */
  readonly token: string | undefined;
}

const options = await childOptions<RouterProcessOptions>();
const { router, url } = await openRouterHost({
  ...options,
  key: testKey("router"),
  owner: testKey("routerOwner"),
  region: "EU868",
  log: testLog(),
});
let token: string | undefined;
if (router.owners.size === 0) {
  const added = await router.owners.addOwner("shepherd");
  if ("token" in added) token = added.token;
}
await router.start();
childReady<RouterProcessReady>({ url, token });
