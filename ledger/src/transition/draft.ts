/**
 * A draft of changes: an overlay, the block in which they happen, and what is to be told about them.
 * Steps and transactions write into one; nothing else is changed.
 */
import { strict as assert } from "node:assert";
import { type Address, addressBytes, concatBytes, type Milliseconds } from "@katydid/protocol";
import { ONLY, timeBytes } from "./keys.ts";
import type { AccountRow, ChainRow, HotspotRow, SupplyRow } from "./rows.ts";
import { accountTable, chainTable, dueTable, hotspotTable, supplyTable } from "./tables.ts";
import type { BlockContext, NewEvent, Notice, RewardRecord } from "./types.ts";
import { Overlay, type View } from "./view.ts";

/** What is due at a protocol time. The order of a block's steps is in apply-block.ts. */
export const dueKinds = {
  /** Hotspot (address): inactive, unless it was active since. */
  inactive: 1,
  /** Slot (u32): opening window over, targets are drawn. */
  target: 2,
  /** Challenge: the challenger should have revealed. */
  timeout: 3,
  /** Challenge: verdicts are final. */
  settle: 4,
  /** Channel (32 bytes): expiry and grace are over. */
  channel: 5,
  /** Slot boundary. */
  slot: 6,
  /** End of the epoch. */
  epoch: 7,
  /** Slot (u32): its commitments are of no more use. */
  prune: 8,
  /** Settled channel (32 bytes): nobody can bring evidence about it any more. */
  forget: 9,
  /** Bond or stake (its key in the unbonding table): to be returned. */
  unbonded: 10,
  /** Challenge: nobody can bring evidence about its target any more. */
  memo: 11,
  /** Hotspot and kind, or pair of hotspots: the classification expires or is of no more use. */
  classification: 12,
} as const;
export type DueKind = keyof typeof dueKinds;

export interface Due {
  readonly kind: DueKind;
  readonly at: Milliseconds;
  readonly id: Uint8Array;
}

const NOTHING = {};
const ID_OFFSET = 9;
const EMPTY_ACCOUNT = { nonce: 0, motes: 0n, dc: 0n, dcMotes: 0n } as AccountRow;

export class Draft extends Overlay {
  readonly context: BlockContext;
  readonly notices: Notice[] = [];
  readonly rewards: RewardRecord[] = [];

  constructor(base: View, context: BlockContext) {
    super(base);
    this.context = context;
  }

  get now(): Milliseconds {
    return this.context.protocolTime;
  }

  get chain(): ChainRow {
    return chainOf(this);
  }
  updateChain(changes: Partial<ChainRow>): void {
    this.put(chainTable, ONLY, { ...this.chain, ...changes });
  }

  get supply(): SupplyRow {
    return supplyOf(this);
  }
  /** Moves totals: every change of money names both of its ends here. */
  adjustSupply(deltas: { readonly [Name in keyof SupplyRow]?: bigint }): void {
    const supply: Record<string, bigint> = { ...this.supply };
    for (const [name, delta] of Object.entries(deltas)) supply[name] = (supply[name] ?? 0n) + delta;
    this.put(supplyTable, ONLY, supply as unknown as SupplyRow);
  }

  account(address: Address): AccountRow {
    return accountOf(this, address);
  }
  putAccount(address: Address, row: AccountRow): void {
    this.put(accountTable, addressBytes(address), row);
  }

  hotspot(address: Address): HotspotRow | undefined {
    return hotspotOf(this, address);
  }
  updateHotspot(address: Address, changes: Partial<HotspotRow>): HotspotRow {
    const row = this.hotspot(address);
    assert(row !== undefined, `a hotspot ${address}`);
    const changed = { ...row, ...changes };
    this.put(hotspotTable, addressBytes(address), changed);
    return changed;
  }

  schedule({ kind, at, id }: Due): void {
    this.put(dueTable, concatBytes(Uint8Array.of(dueKinds[kind]), timeBytes(at), id), NOTHING);
  }
  /** Takes at most `limit` entries of a kind that are due, earliest first. */
  takeDue(kind: DueKind, limit: number): Due[] {
    const taken: Due[] = [];
    for (const due of dueEntries(this, kind)) {
      if (due.at > this.now || taken.length === limit) break;
      taken.push(due);
    }
    for (const { at, id } of taken) {
      const key = concatBytes(Uint8Array.of(dueKinds[kind]), timeBytes(at), id);
      this.put(dueTable, key, undefined);
    }
    return taken;
  }

  tell(event: EventBody): void {
    const { height, protocolTime, blockTime } = this.context;
    this.notices.push({
      kind: "event",
      event: { ...event, height, protocolTime, blockTime } as NewEvent,
    });
  }
  /** The hotspot's view changed; told once, as it is at the end of the block. */
  touch(hotspot: Address): void {
    this.notices.push({ kind: "hotspot", hotspot });
  }
}

type WithoutStamp<T> = T extends unknown ? Omit<T, "height" | "protocolTime" | "blockTime"> : never;
/** An event, but for what its block says. */
export type EventBody = WithoutStamp<NewEvent>;

export function chainOf(view: View): ChainRow {
  const row = view.get(chainTable, ONLY);
  assert(row !== undefined, "a state begins with genesis");
  return row;
}

export function supplyOf(view: View): SupplyRow {
  const row = view.get(supplyTable, ONLY);
  assert(row !== undefined, "a state begins with genesis");
  return row;
}

export function accountOf(view: View, address: Address): AccountRow {
  return view.get(accountTable, addressBytes(address)) ?? EMPTY_ACCOUNT;
}

export function hotspotOf(view: View, address: Address): HotspotRow | undefined {
  return view.get(hotspotTable, addressBytes(address));
}

/** Entries of one kind, earliest first. */
function* dueEntries(view: View, kind: DueKind): Iterable<Due> {
  for (const [key] of view.range(dueTable, { prefix: Uint8Array.of(dueKinds[kind]) })) {
    const at = Number(new DataView(key.buffer, key.byteOffset).getBigUint64(1)) as Milliseconds;
    yield { kind, at, id: key.slice(ID_OFFSET) };
  }
}

/** Kinds that make a block worth while. Inactivity and pruning can wait for the next one. */
const WORK: readonly DueKind[] = ["target", "timeout", "settle", "channel", "slot", "epoch"];

/** Earliest protocol time at which something is due that counts as work for a block. */
export function workDueAt(view: View): Milliseconds | undefined {
  let earliest: Milliseconds | undefined;
  const hasActive = chainOf(view).active > 0;
  for (const kind of WORK) {
    // A slot without anybody to draw is no reason for a block.
    if (kind === "slot" && !hasActive) continue;
    for (const { at } of dueEntries(view, kind)) {
      if (earliest === undefined || at < earliest) earliest = at;
      break;
    }
  }
  return earliest;
}
