/** register-relay: an MQTT broker that carries challenges. An empty url withdraws it. */
import { addressBytes, type RegisterRelay } from "@katydid/protocol";
import { RELAYS_MAX } from "../limits.ts";
import { isBrokerUrl } from "../routers.ts";
import { relayTable } from "../tables.ts";
import { accept, type Rule, refuse } from "./ruling.ts";

export const registerRelay: Rule<RegisterRelay> = (draft, { actor, url }) => {
  const key = addressBytes(actor);
  const known = draft.get(relayTable, key);
  if (url === "" && known === undefined) {
    return refuse({ reason: "relay-unknown", operator: actor });
  }
  if (url !== "" && !isBrokerUrl(url)) return refuse({ reason: "out-of-range", field: "url" });
  const { relays } = draft.chain;
  if (known === undefined && relays >= RELAYS_MAX) {
    return refuse({ reason: "relays-full", limit: RELAYS_MAX });
  }
  return accept(() => {
    draft.put(relayTable, key, url === "" ? undefined : { url });
    const delta = (url === "" ? 0 : 1) - (known === undefined ? 0 : 1);
    if (delta !== 0) draft.updateChain({ relays: relays + delta });
    draft.tell({ kind: "relay-changed", subjects: [actor], relay: { operator: actor, url } });
  });
};
