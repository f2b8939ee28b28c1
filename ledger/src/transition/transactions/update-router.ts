/** update-router: endpoints and EUI filter replace what was there, slabs are added. */
import { addressBytes, type UpdateRouter } from "@katydid/protocol";
import { giveSlabs, isBrokerUrl, slabRefusal, tellRouter } from "../routers.ts";
import { filterTable, routerTable } from "../tables.ts";
import { accept, type Rule, refuse } from "./ruling.ts";

export const updateRouter: Rule<UpdateRouter> = (draft, body) => {
  const { router, endpoints, filter, addSlabs } = body;
  const key = addressBytes(router);
  const row = draft.get(routerTable, key);
  if (row === undefined) return refuse({ reason: "router-unknown", router });
  if (row.owner !== body.actor) return refuse({ reason: "not-owner", owner: row.owner });
  if (endpoints.length === 0 || !endpoints.every(isBrokerUrl)) {
    return refuse({ reason: "out-of-range", field: "endpoints" });
  }
  const limit = draft.context.params.filterBytesMax;
  if (filter.length > limit) return refuse({ reason: "out-of-range", field: "filter", limit });
  const refusal = slabRefusal(draft, { have: row.slabs, add: addSlabs });
  if (refusal !== undefined) return refuse(refusal);
  return accept(() => {
    const slabs = giveSlabs(draft, { have: row.slabs, add: addSlabs });
    draft.put(routerTable, key, { ...row, endpoints, slabs });
    draft.put(filterTable, key, filter.length === 0 ? undefined : filter);
    tellRouter(draft, router);
  });
};
