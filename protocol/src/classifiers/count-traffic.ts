/** The bounded row of one router: what its settled channels paid, and to whom most. */
import { compareAddresses } from "../identity/address.ts";
import { type Address, type Dc, dc } from "../units.ts";
import { TRAFFIC_MAX, type Traffic } from "./classification.ts";

const HALVINGS_MAX = 64;

/** The row as it counts in `window`: halved (floored) for each window since its own. */
export function trafficAt(traffic: Traffic, window: number): Traffic {
  const halvings = BigInt(Math.min(HALVINGS_MAX, Math.max(0, window - traffic.window)));
  if (halvings === 0n) return traffic;
  const paid = traffic.paid
    .map(({ hotspot, dc: amount }) => ({ hotspot, dc: dc(amount >> halvings) }))
    .filter(({ dc: amount }) => amount > 0n);
  return { window, totalDc: dc(traffic.totalDc >> halvings), paid };
}

/**
 * Counts one settled channel: `paid` are its hotspots and what each got, in any order (one entry for
 * each). Those that got most are kept; the total counts all.
 */
export function countTraffic(input: {
  before: Traffic | undefined;
  window: number;
  paid: readonly { readonly hotspot: Address; readonly dc: Dc }[];
}): Traffic {
  const { window } = input;
  const before = input.before === undefined ? undefined : trafficAt(input.before, window);
  const sums = new Map<Address, bigint>();
  for (const { hotspot, dc: amount } of before?.paid ?? []) sums.set(hotspot, amount);
  let total: bigint = before?.totalDc ?? 0n;
  for (const { hotspot, dc: amount } of input.paid) {
    total += amount;
    if (amount > 0n) sums.set(hotspot, (sums.get(hotspot) ?? 0n) + amount);
  }
  const paid = [...sums]
    .sort(([a, x], [b, y]) => (x === y ? compareAddresses(a, b) : x > y ? -1 : 1))
    .slice(0, TRAFFIC_MAX)
    .map(([hotspot, amount]) => ({ hotspot, dc: dc(amount) }))
    .sort((a, b) => compareAddresses(a.hotspot, b.hotspot));
  return { window, totalDc: dc(total), paid };
}
