/** register-router: a key that buys packets gets a number and slabs of device addresses. */
import {
  addressBytes,
  type Dc,
  isRegistrableKey,
  publicKeyOf,
  type RegisterRouter,
} from "@katydid/protocol";
import type { Draft } from "../draft.ts";
import { giveSlabs, isBrokerUrl, slabRefusal, tellRouter } from "../routers.ts";
import { routerTable } from "../tables.ts";
import { accept, type Rule, refuse } from "./ruling.ts";

export const registerRouter: Rule<RegisterRouter> = (draft, body) => {
  const { router, endpoints, slabs } = body;
  const key = addressBytes(router);
  if (draft.get(routerTable, key) !== undefined) return refuse({ reason: "router-known", router });
  if (!isRegistrableKey(publicKeyOf(router))) {
    return refuse({ reason: "key-not-registrable", key: router });
  }
  if (endpoints.length === 0 || !endpoints.every(isBrokerUrl)) {
    return refuse({ reason: "out-of-range", field: "endpoints" });
  }
  const refusal = slabRefusal(draft, { have: [], add: slabs });
  if (refusal !== undefined) return refuse(refusal);
  return accept(() => register(draft, body));
};

function register(draft: Draft, { actor, router, endpoints, slabs }: RegisterRouter): void {
  const number = draft.chain.routers + 1;
  draft.updateChain({ routers: number });
  draft.put(routerTable, addressBytes(router), {
    owner: actor,
    number,
    endpoints,
    slabs: giveSlabs(draft, { have: [], add: slabs }),
    owedDc: 0n as Dc,
    openChannels: 0,
  });
  tellRouter(draft, router);
}
