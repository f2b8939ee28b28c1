/**
 * Conservation: genesis + minted = balances + bonds + stakes + held + unbonding + burned + dust, and
 * DC made = DC held + in channels + spent. The totals are kept as money moves (money.ts); the audit
 * adds up every row anew, so that a total that drifted from its rows is found.
 */
import { toHex } from "@katydid/protocol";
import type { SupplyView } from "../client/client.ts";
import { chainOf, supplyOf } from "./draft.ts";
import type { SupplyRow } from "./rows.ts";
import {
  accountTable,
  activeTable,
  channelTable,
  claimTable,
  graceTable,
  holdbackTable,
  hotspotTable,
  openClaimsTable,
  producerTable,
  relayTable,
  routerTable,
  unbondingTable,
} from "./tables.ts";
import type { Table, View } from "./view.ts";

const CHANNEL_ID_BYTES = 32;
/** Amounts in rows have 64 bits. */
const AMOUNT_MAX = 2n ** 64n - 1n;

export function supplyView(view: View): SupplyView {
  return supplyOf(view);
}

/** What the totals break, in words; empty where conservation holds. O(1). */
export function checkConservation(supply: SupplyRow): string[] {
  const problems: string[] = [];
  const made = supply.genesis + supply.minted;
  const { balances, bonds, stakes, held, unbonding, burned, dust } = supply;
  const found = balances + bonds + stakes + held + unbonding + burned + dust;
  if (made !== found) problems.push(`motes: ${made} came to be, ${found} are somewhere`);
  const somewhere = supply.dcHeld + supply.dcInChannels + supply.dcSpent;
  if (supply.dcMade !== somewhere) {
    problems.push(`DC: ${supply.dcMade} were made, ${somewhere} are somewhere`);
  }
  for (const [name, value] of Object.entries(supply)) {
    if (value < 0n) problems.push(`${name} is negative: ${value}`);
  }
  return problems;
}

/** The same, with every total compared with the sum over its rows. For tests and fleet runs. */
export function auditSupply(view: View): string[] {
  const supply = supplyOf(view);
  const problems = checkConservation(supply);
  const compare = (name: string, total: bigint | number, found: bigint | number) => {
    if (total !== found) problems.push(`${name}: total ${total}, rows ${found}`);
  };
  compare(
    "balances",
    supply.balances,
    sumOf(view, accountTable, ({ motes }) => motes),
  );
  compare(
    "dcHeld",
    supply.dcHeld,
    sumOf(view, accountTable, ({ dc }) => dc),
  );
  compare(
    "bonds",
    supply.bonds,
    sumOf(view, hotspotTable, ({ bond }) => bond),
  );
  const producers = sumOf(view, producerTable, ({ stake }) => stake);
  const channels = sumOf(view, channelTable, ({ stake }) => stake);
  compare("stakes", supply.stakes, producers + channels);
  compare(
    "unbonding",
    supply.unbonding,
    sumOf(view, unbondingTable, ({ motes }) => motes),
  );
  const inChannels = sumOf(view, channelTable, (row) =>
    row.state === "settled" ? 0n : row.depositDc,
  );
  compare("dcInChannels", supply.dcInChannels, inChannels);
  auditHeld(view, compare);
  auditCounts(view, compare);
  auditChannels(view, compare);
  return problems;
}

type Compare = (name: string, total: bigint | number, found: bigint | number) => void;

/** Held pay is in holdback rows, or past them in grace; and each hotspot knows its own. */
function auditHeld(view: View, compare: Compare): void {
  const { held } = supplyOf(view);
  const waiting = sumOf(view, holdbackTable, (row) => row.challenger + row.beaconer + row.witness);
  const grace = sumOf(view, hotspotTable, (row) => row.graceBeaconer + row.graceWitness);
  compare(
    "grace",
    grace,
    sumOf(view, graceTable, ({ motes }) => motes),
  );
  compare("held", held, waiting + grace);
  compare(
    "held of hotspots",
    held,
    sumOf(view, hotspotTable, (row) => row.held),
  );
}

function auditCounts(view: View, compare: Compare): void {
  const { hotspots, active, routers, relays, producers } = chainOf(view);
  compare("hotspots", hotspots, countOf(view, hotspotTable));
  compare("active", active, countOf(view, activeTable));
  compare("routers", routers, countOf(view, routerTable));
  compare("relays", relays, countOf(view, relayTable));
  compare("producers", producers, countOf(view, producerTable));
}

/** What routers owe, how many channels they keep, and how many claims hotspots wait for. */
function auditChannels(view: View, compare: Compare): void {
  const open = new Set<string>();
  let kept = 0;
  let cut = 0n;
  for (const [key, { state, cutDc }] of view.range(channelTable)) {
    if (state !== "settled") open.add(toHex(key));
    if (state !== "settled" || cutDc > 0n) kept += 1;
    cut += cutDc;
  }
  let claims = 0;
  for (const [key] of view.range(claimTable)) {
    if (open.has(toHex(key.subarray(0, CHANNEL_ID_BYTES)))) claims += 1;
  }
  const waiting = sumOf(view, openClaimsTable, (count) => BigInt(count));
  compare("open claims", BigInt(claims), waiting);
  const channels = sumOf(view, routerTable, ({ openChannels }) => BigInt(openChannels));
  compare("channels of routers", BigInt(kept), channels);
  // A debt beyond what a row has room for is capped, and so is never paid.
  const owed = sumOf(view, routerTable, ({ owedDc }) => owedDc);
  if (cut < AMOUNT_MAX) compare("owed DC", cut, owed);
}

function sumOf<T>(view: View, table: Table<T>, value: (row: T) => bigint): bigint {
  let sum = 0n;
  for (const [, row] of view.range(table)) sum += value(row);
  return sum;
}

function countOf<T>(view: View, table: Table<T>): number {
  let count = 0;
  for (const _ of view.range(table)) count += 1;
  return count;
}
