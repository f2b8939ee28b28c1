/** Views of rows, as the node's API, index and events show them. */
import {
  type Address,
  addressBytes,
  addressFromBytes,
  type Bytes32,
  formatUnits,
  hotspotName,
  paramsByName,
  reciprocityWindowMs,
  regionOf,
} from "@katydid/protocol";
import type {
  AccountView,
  ChannelView,
  HotspotView,
  RelayView,
  RouterView,
} from "../client/client.ts";
import type { ActiveIndex } from "./active-index.ts";
import { unbondingBondOf } from "./bonds.ts";
import { channelView } from "./channels.ts";
import { classificationView } from "./classifier-views.ts";
import { accountOf, chainOf, hotspotOf } from "./draft.ts";
import { isBonded, reciprocityAt } from "./hotspots.ts";
import { routerView } from "./routers.ts";
import type { HotspotRow } from "./rows.ts";
import {
  activeTable,
  hotspotTable,
  relayTable,
  routerChannelTable,
  routerTable,
} from "./tables.ts";
import type { View } from "./view.ts";

const ADDRESS_BYTES = 33;

export function accountView(view: View, address: Address): AccountView {
  const { nonce, motes, dc } = accountOf(view, address);
  return { address, nonce, motes, dc };
}

/** undefined: never added. Density scale and reciprocity are those of now. */
export function hotspotView(
  view: View,
  address: Address,
  index: ActiveIndex,
): HotspotView | undefined {
  const row = hotspotOf(view, address);
  if (row === undefined) return undefined;
  index.sync(view);
  const classification = classificationView(view, address);
  const { owner, addedAt, lastActiveAt, earnedData, earnedCoverage, held } = row;
  return {
    address,
    name: hotspotName(address),
    owner,
    bond: row.leftAt === undefined ? row.bond : unbondingBondOf(view, address),
    bonded: isBonded(row),
    ...placeOf(row),
    active: view.get(activeTable, addressBytes(address)) !== undefined,
    addedAt,
    lastActiveAt,
    densityScale: row.cell === undefined ? "0.0000" : formatUnits(index.scaleOf(row.cell)),
    reciprocity: reciprocityOf(view, row),
    earned: { data: earnedData, coverage: earnedCoverage, held },
    ...(classification !== undefined && { classification }),
    ...(row.leftAt !== undefined && { leftAt: row.leftAt }),
  };
}

function placeOf(
  row: HotspotRow,
): Pick<HotspotView, "cell" | "gainDbi" | "elevationMeters" | "locatedAt" | "region"> {
  const { cell, gainDbi, elevationMeters, locatedAt } = row;
  if (cell === undefined) return {};
  const region = regionOf(cell);
  const placed = { cell, gainDbi, elevationMeters, ...(locatedAt !== undefined && { locatedAt }) };
  return { ...placed, ...(region !== undefined && { region }) };
}

function reciprocityOf(view: View, row: HotspotRow): HotspotView["reciprocity"] {
  const { params, active, protocolTime: at } = chainOf(view);
  const windowMs = reciprocityWindowMs({ params: paramsByName(params), active });
  return {
    asWitness: reciprocityAt({
      stamps: row.beaconedAt,
      firstAt: row.firstBeaconedAt,
      at,
      windowMs,
    }),
    asBeaconer: reciprocityAt({
      stamps: row.witnessedAt,
      firstAt: row.firstWitnessedAt,
      at,
      windowMs,
    }),
  };
}

/** Addresses of hotspots in the order of their key bytes, from `start` on. */
export function* hotspotAddresses(view: View, page: { start?: Address } = {}): Iterable<Address> {
  const start = page.start === undefined ? {} : { start: addressBytes(page.start) };
  for (const [key] of view.range(hotspotTable, start)) yield addressFromBytes(key);
}

/** All routers, in the order of registration. */
export function routerViews(view: View): RouterView[] {
  const views: RouterView[] = [];
  for (const [key] of view.range(routerTable)) {
    const router = routerView(view, addressFromBytes(key));
    if (router !== undefined) views.push(router);
  }
  return views.sort((a, b) => a.number - b.number);
}

/** All relays, in the order of their operators' key bytes. */
export function relayViews(view: View): RelayView[] {
  return [...view.range(relayTable)].map(([key, { url }]) => ({
    operator: addressFromBytes(key),
    url,
  }));
}

/** Channels of a router that are not forgotten yet. */
export function channelViews(view: View, router: Address): ChannelView[] {
  const views: ChannelView[] = [];
  for (const [key] of view.range(routerChannelTable, { prefix: addressBytes(router) })) {
    const id: Bytes32 = key.slice(ADDRESS_BYTES);
    const channel = channelView(view, id);
    if (channel !== undefined) views.push(channel);
  }
  return views;
}
