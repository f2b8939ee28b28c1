/** Hotspots that the classifiers find, for tests: counters are written into the state by hand. */
import {
  type Address,
  addressBytes,
  compareAddresses,
  type EdgeCounts,
  type Hearing,
  windowAt,
} from "@katydid/protocol";
import {
  eventsOf,
  meetReciprocity,
  openOne,
  type Played,
  reveal,
  runUntilEvent,
} from "./challenge-testing.ts";
import { hearingTable } from "./classifier-tables.ts";
import { type HoldbackKey, holdbackOf } from "./keys.ts";
import type { HoldbackRow } from "./rows.ts";
import { holdbackTable } from "./tables.ts";
import { addHotspots, keysOf, TestChain } from "./testing.ts";
import type { BlockResult } from "./types.ts";
import { fullKeyOf, type Table } from "./view.ts";

/** Beacons that an accused edge was tried with, and reports above the bound: past any threshold. */
const BEACONS = 40;

export const addressOfName = (name: string): Address => keysOf(name).address;

/** Writes a row behind the back of the transition; undefined removes it. */
export function putRow<T>(
  chain: TestChain,
  { table, key, row }: { table: Table<T>; key: Uint8Array; row: T | undefined },
): void {
  const value = row === undefined ? undefined : table.encode(row);
  const plain = table as Table<unknown>;
  chain.view.commit([{ table: plain, key, fullKey: fullKeyOf(plain, key), value, row }]);
}

/** Removes every counter, so that nobody is found. */
export function acquitAll(chain: TestChain): void {
  for (const [key] of [...chain.view.range(hearingTable)]) {
    putRow(chain, { table: hearingTable, key, row: undefined });
  }
}

/** Each of `beaconers` had reports of `witness` that free space forbids; nobody else is accused. */
export function accuse(
  chain: TestChain,
  { witness, beaconers }: { witness: string; beaconers: readonly string[] },
): void {
  acquitAll(chain);
  for (const beaconer of beaconers) {
    const key = addressBytes(addressOfName(beaconer));
    putRow(chain, { table: hearingTable, key, row: hearing(chain, [aboveBound(witness)]) });
  }
}

function hearing(chain: TestChain, edges: readonly EdgeCounts[]): Hearing {
  const { params, now } = chain;
  return { window: windowAt({ params, now }), beacons: BEACONS, edges };
}

function aboveBound(witness: string): EdgeCounts {
  return {
    witness: addressOfName(witness),
    near: true,
    tried: BEACONS,
    heard: 0,
    rssiDbmSum: 0,
    above: BEACONS,
    flightGood: 0,
    flightBad: 0,
  };
}

/** Plays challenges, all heard by all, and runs until the last is settled. */
export function playMany(chain: TestChain, names: readonly string[], count: number): Played[] {
  const all: Played[] = [];
  const settled: BlockResult[] = [];
  while (all.length < count) {
    const from = chain.results.length;
    const played = openOne(chain, names);
    const witnesses = names.filter((name) => name !== played.challenger && name !== played.target);
    chain.block({ transactions: [reveal(chain, played, witnesses)] });
    settled.push(...chain.results.slice(from));
    all.push(played);
  }
  while (eventsOf(settled, "challenge-settled").length < count) settled.push(chain.block());
  return all;
}

/** Makes blocks up to the one before the epoch ends. */
export function runToEpochEnd(chain: TestChain): void {
  const epochMs = chain.params.epochSeconds * 1000;
  const endsAt = Math.ceil((chain.now + 1) / epochMs) * epochMs;
  chain.runUntil(endsAt - 1000);
}

/** Ends the epoch; returns its blocks. */
export function endEpoch(chain: TestChain): BlockResult[] {
  return runUntilEvent(chain, "epoch-ended");
}

export type HeldRow = HoldbackKey & { readonly row: HoldbackRow };
export function heldRows(chain: TestChain): HeldRow[] {
  return [...chain.view.range(holdbackTable)].map(([key, row]) => ({ ...holdbackOf(key), row }));
}

export function sortedAddresses(names: readonly string[]): Address[] {
  return names.map(addressOfName).sort(compareAddresses);
}

const HOTSPOTS = 7;

export interface PlayedChain {
  readonly chain: TestChain;
  readonly names: readonly string[];
  readonly challenges: readonly Played[];
}
let base: PlayedChain | undefined;

/** A chain that played, at the last block before an epoch ends; nothing of the open epoch is booked. */
export function played(): PlayedChain {
  base ??= play();
  return { ...base, chain: base.chain.fork() };
}

function play(): PlayedChain {
  const chain = new TestChain();
  const names = addHotspots(chain, HOTSPOTS);
  meetReciprocity(chain, names);
  const challenges = playMany(chain, names, 8);
  endEpoch(chain);
  runToEpochEnd(chain);
  return { chain, names, challenges };
}

/** The first challenger, and four others that accuse it. */
export function accusedOf({ names, challenges }: PlayedChain) {
  const liar = challenges[0]?.challenger ?? "nobody";
  const beaconers = names.filter((name) => name !== liar).slice(0, 4);
  return { liar, beaconers, address: addressOfName(liar), evidence: sortedAddresses(beaconers) };
}
