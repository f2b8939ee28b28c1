/** Routers: slabs of device addresses, endpoints, and their view. */
import { type Address, addressBytes, type Params } from "@katydid/protocol";
import type { RouterView } from "../client/client.ts";
import type { Draft } from "./draft.ts";
import { SLAB_RANGES_MAX, SLABS_TOTAL_MAX } from "./limits.ts";
import type { SlabRange } from "./rows.ts";
import { filterTable, routerTable } from "./tables.ts";
import type { KindRefusal } from "./types.ts";
import type { View } from "./view.ts";

const BROKER_URL = /^(mqtts?|wss?):\/\/[\x21-\x7e]+$/;

/** An MQTT broker's address, over TCP, TLS or WebSocket: `mqtt://host:1883`. */
export function isBrokerUrl(url: string): boolean {
  return BROKER_URL.test(url);
}

interface SlabChange {
  readonly have: readonly SlabRange[];
  readonly add: number;
}

export function slabRefusal(draft: Draft, change: SlabChange): KindRefusal | undefined {
  const left = SLABS_TOTAL_MAX - draft.chain.slabs;
  if (change.add > left) return { reason: "slabs-exhausted", left };
  if (withSlabs(draft, change).length > SLAB_RANGES_MAX) {
    return { reason: "out-of-range", field: "slabs", limit: SLAB_RANGES_MAX };
  }
  return undefined;
}

/** Slabs are given out in order and never come back. Returns the router's ranges. */
export function giveSlabs(draft: Draft, change: SlabChange): readonly SlabRange[] {
  const slabs = withSlabs(draft, change);
  draft.updateChain({ slabs: draft.chain.slabs + change.add });
  return slabs;
}

function withSlabs(draft: Draft, { have, add }: SlabChange): readonly SlabRange[] {
  if (add === 0) return have;
  const { devAddrBase, slabAddresses }: Params = draft.context.params;
  const start = devAddrBase + draft.chain.slabs * slabAddresses;
  const count = add * slabAddresses;
  const last = have.at(-1);
  if (last !== undefined && last.start + last.count === start) {
    return [...have.slice(0, -1), { start: last.start, count: last.count + count }];
  }
  return [...have, { start, count }];
}

/** undefined: never registered. */
export function routerView(view: View, address: Address): RouterView | undefined {
  const key = addressBytes(address);
  const row = view.get(routerTable, key);
  if (row === undefined) return undefined;
  const { owner, number, endpoints, slabs, owedDc } = row;
  const filter = view.get(filterTable, key) ?? new Uint8Array(0);
  const router = { address, owner, number, endpoints, slabs, filter };
  return owedDc > 0n ? { ...router, owedDc } : router;
}

export function tellRouter(draft: Draft, address: Address): void {
  const router = routerView(draft, address);
  if (router === undefined) return;
  draft.tell({ kind: "router-changed", subjects: [address, router.owner], router });
}
