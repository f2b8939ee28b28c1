/**
 * What draws and the density scale need to know of all active hotspots at once. Derived from the
 * active table and no part of the state: it is found again from any view, and names the content it
 * stands for by `activeHash`, so that a proposal that was dropped does no harm.
 */
import {
  type Address,
  addressBytes,
  addressFromBytes,
  type Cell,
  DensityIndex,
  equalBytes,
  NearbyIndex,
  type Params,
  paramsByName,
  parentOf,
  sha256,
  type TargetCandidate,
  TargetZones,
  utf8,
  ZONE_RESOLUTION,
} from "@katydid/protocol";
import { chainOf, type Draft } from "./draft.ts";
import type { ActiveRow } from "./rows.ts";
import { activeTable } from "./tables.ts";
import type { View } from "./view.ts";

/** `activeHash` of a state without active hotspots that never had one. */
export const EMPTY_ACTIVE_HASH = sha256(utf8("katydid:active:1"));
const GONE = Uint8Array.of(0);

interface Member extends TargetCandidate {
  readonly row: ActiveRow;
}

export class ActiveIndex {
  readonly #members = new Map<Address, Member>();
  #hash: Uint8Array | undefined;
  #params: Params["name"] | undefined;
  #density: DensityIndex | undefined;
  #nearby = new NearbyIndex();
  /** Bonded members in the order of key bytes. */
  #bonded: readonly Member[] = [];
  /** The same by zone; undefined: not asked for since they changed. */
  #zones: TargetZones | undefined;

  /** Brings the index to the state of the view: a comparison of hashes, or one pass over the table. */
  sync(view: View): void {
    const chain = chainOf(view);
    const isSame = this.#hash !== undefined && equalBytes(this.#hash, chain.activeHash);
    if (isSame && this.#params === chain.params) return;
    if (this.#params !== chain.params) this.#reset(chain.params);
    const bonded: Member[] = [];
    const seen = new Set<Address>();
    for (const [key, row] of view.range(activeTable)) {
      if (row.denied) continue;
      const member = this.#take(addressFromBytes(key), row);
      seen.add(member.address);
      if (row.bonded) bonded.push(member);
    }
    for (const { address, row } of [...this.#members.values()]) {
      if (seen.has(address)) continue;
      this.#members.delete(address);
      this.#nearby.remove(address);
      this.#density?.remove(row.cell);
    }
    this.#bonded = bonded;
    this.#zones = undefined;
    this.#hash = chain.activeHash;
  }

  /** Active, bonded, located hotspots that are not denied, in the order of key bytes. */
  get targets(): readonly TargetCandidate[] {
    return this.#bonded;
  }

  /** The same for draws. */
  get targetZones(): TargetZones {
    this.#zones ??= new TargetZones(this.#bonded);
    return this.#zones;
  }

  /** Of these the ones that may be drawn as challenger at a protocol time. */
  challengersAt(now: number): Address[] {
    const drawable = this.#bonded.filter(({ row }) => row.silencedUntil <= now);
    return drawable.map(({ address }) => address);
  }

  /** The same, around a cell; see NearbyIndex. */
  nearest(around: Parameters<NearbyIndex["nearest"]>[0]): Address[] {
    return this.#nearby.nearest(around);
  }

  /** Density scale of a hotspot in that cell, in parts of SCALE_ONE. */
  scaleOf(cell: Cell): bigint {
    const density = this.#density;
    if (density === undefined) throw new Error("sync comes first");
    return density.scaleOf(cell);
  }

  #take(address: Address, row: ActiveRow): Member {
    const known = this.#members.get(address);
    if (known?.row === row) return known;
    if (known?.row.cell !== row.cell) {
      if (known !== undefined) this.#density?.remove(known.row.cell);
      this.#density?.add(row.cell);
    }
    if (row.bonded) this.#nearby.add(address, row.cell);
    else this.#nearby.remove(address);
    const member = { address, zone: parentOf(row.cell, ZONE_RESOLUTION), row };
    this.#members.set(address, member);
    return member;
  }

  #reset(params: Params["name"]): void {
    this.#members.clear();
    this.#nearby = new NearbyIndex();
    this.#params = params;
    this.#density = new DensityIndex(paramsByName(params).density);
  }
}

/** Sets or (undefined) removes an active row, and keeps count and hash of the table. */
export function putActive(draft: Draft, address: Address, row: ActiveRow | undefined): void {
  const key = addressBytes(address);
  const before = draft.get(activeTable, key);
  if (before === undefined && row === undefined) return;
  draft.put(activeTable, key, row);
  const { active, activeHash } = draft.chain;
  const value = row === undefined ? GONE : activeTable.encode(row);
  const delta = (row === undefined ? 0 : 1) - (before === undefined ? 0 : 1);
  draft.updateChain({ active: active + delta, activeHash: sha256(activeHash, key, value) });
}
