/** The preset of the network, remembered, so that a hotspot can begin while the ledger is away. */
import type { Store } from "@katydid/platform";
import { fromUtf8, type Params, paramsByName, presetNames, utf8 } from "@katydid/protocol";

const KEY = utf8("params");

export function knownParams(store: Store): Params | undefined {
  const value = store.get(KEY);
  if (value === undefined) return undefined;
  const name = fromUtf8(value);
  const known = presetNames.find((preset) => preset === name);
  return known === undefined ? undefined : paramsByName(known);
}

export async function rememberParams(store: Store, name: Params["name"]): Promise<void> {
  if (knownParams(store)?.name === name) return;
  await store.commit([{ key: KEY, value: utf8(name) }]);
}
