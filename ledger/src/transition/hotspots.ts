/** What happens to hotspots: activity, facts that challenges ask for, bonds, reciprocity. */
import {
  type Address,
  addressBytes,
  type Cell,
  type Db,
  type Milliseconds,
  type Motes,
  milliseconds,
  type Params,
  type ReciprocityState,
} from "@katydid/protocol";
import { putActive } from "./active-index.ts";
import { isDeniedAt } from "./classifications.ts";
import type { Draft } from "./draft.ts";
import { epochOfGraceKey, type GraceKind, gracePrefix } from "./keys.ts";
import { GRACE_EPOCHS_MAX, PAST_MAX, STAMPS_MAX } from "./limits.ts";
import { credit } from "./money.ts";
import type { ActiveRow, HotspotRow } from "./rows.ts";
import { activeTable, graceTable } from "./tables.ts";

/** A hotspot whose bond is below half is not drawn and not paid for coverage. */
export function isBonded(row: Pick<HotspotRow, "bond" | "bondFull">): boolean {
  return 2n * row.bond >= row.bondFull;
}

/** From the block that draws a target to the one that settles the challenge, at most. */
export function challengeLifeMs(params: Params): number {
  const { challengeTimeoutSeconds, lateSeconds, idleLimitSeconds } = params;
  return (challengeTimeoutSeconds + lateSeconds + 2 * idleLimitSeconds) * 1000;
}

// ---- Facts ---------------------------------------------------------------------------------

export interface Facts {
  readonly bonded: boolean;
  readonly cell: Cell | undefined;
  readonly gainDbi: Db;
}

/** Facts as they were when the block of protocol time `at` began. */
export function factsAt(row: HotspotRow, at: Milliseconds): Facts {
  const past = row.past.find(({ until }) => until >= at);
  return past ?? { bonded: isBonded(row), cell: row.cell, gainDbi: row.gainDbi };
}

/** Past facts that an open challenge may still ask for. */
function livingPast(draft: Draft, row: HotspotRow): HotspotRow["past"] {
  const oldest = draft.now - challengeLifeMs(draft.context.params);
  return row.past.filter(({ until }) => until >= oldest);
}

/** When a hotspot that has moved too often may move again; undefined: now. */
export function nextMoveAt(draft: Draft, row: HotspotRow): Milliseconds | undefined {
  const past = livingPast(draft, row);
  // Two places are kept free for what is not the owner's to time: falling below half a bond.
  const [oldest] = past;
  if (oldest === undefined || past.length < PAST_MAX - 2) return undefined;
  return milliseconds(oldest.until + challengeLifeMs(draft.context.params) + 1);
}

/** Changes a hotspot's row, remembers the facts before, and keeps the active table in step. */
export function changeFacts(
  draft: Draft,
  address: Address,
  changes: Partial<HotspotRow>,
): HotspotRow {
  const before = draft.hotspot(address);
  if (before === undefined) throw new Error(`no hotspot ${address}`);
  const facts = { bonded: isBonded(before), cell: before.cell, gainDbi: before.gainDbi };
  const past = [...livingPast(draft, before), { until: draft.now, ...facts }];
  const isMoved = changes.cell !== undefined && changes.cell !== before.cell;
  const located = isMoved ? { locatedAt: draft.now } : {};
  const row = draft.updateHotspot(address, { ...changes, ...located, past });
  refreshActive(draft, address);
  return row;
}

// ---- Activity ------------------------------------------------------------------------------

/** The hotspot took part: it is active from now on, if it is located. */
export function markActive(draft: Draft, address: Address): void {
  const row = draft.hotspot(address);
  if (row === undefined || row.leftAt !== undefined) return;
  if (row.lastActiveAt !== draft.now) draft.updateHotspot(address, { lastActiveAt: draft.now });
  if (row.cell === undefined || isActive(draft, address)) return;
  putActive(draft, address, activeRow(draft, address, { ...row, cell: row.cell }));
  const at = milliseconds(draft.now + draft.context.params.activitySeconds * 1000);
  draft.schedule({ kind: "inactive", at, id: addressBytes(address) });
  draft.touch(address);
}

export function isActive(draft: Draft, address: Address): boolean {
  return draft.get(activeTable, addressBytes(address)) !== undefined;
}

function activeRow(
  draft: Draft,
  address: Address,
  row: HotspotRow & { readonly cell: Cell },
): ActiveRow {
  const { cell, silencedUntil } = row;
  const denied = isDeniedAt(draft, address, draft.now);
  return { cell, bonded: isBonded(row), denied, silencedUntil };
}

/** Brings its active row to what its facts and classification are now. */
export function refreshActive(draft: Draft, address: Address): void {
  const row = draft.hotspot(address);
  if (row?.cell === undefined || !isActive(draft, address)) return;
  putActive(draft, address, activeRow(draft, address, { ...row, cell: row.cell }));
}

/** Not drawn as challenger for a window. */
export function silence(draft: Draft, address: Address): void {
  const until = milliseconds(draft.now + draft.context.params.activitySeconds * 1000);
  draft.updateHotspot(address, { silencedUntil: until });
  refreshActive(draft, address);
}

// ---- Reciprocity ---------------------------------------------------------------------------

/**
 * Whether one half of rule 14 was met at `at`: a stamp within the window before it. `firstAt`
 * undefined or later: grace.
 */
export function reciprocityAt(input: {
  stamps: readonly Milliseconds[];
  firstAt: Milliseconds | undefined;
  at: Milliseconds;
  windowMs: number;
}): ReciprocityState {
  const { stamps, firstAt, at, windowMs } = input;
  if (firstAt === undefined || firstAt > at) return "grace";
  return stamps.some((stamp) => stamp <= at && stamp >= at - windowMs) ? "met" : "unmet";
}

/**
 * Stamps with one more. Kept are those that fall into a challenge's life, for challenges whose target
 * was drawn before them, and the newest before: enough to know every past moment that may be asked.
 */
function stamped(draft: Draft, stamps: readonly Milliseconds[]): readonly Milliseconds[] {
  if (stamps.at(-1) === draft.now) return stamps;
  const horizon = draft.now - challengeLifeMs(draft.context.params);
  const before = stamps.findLastIndex((stamp) => stamp <= horizon);
  return [...stamps.slice(Math.max(before, 0)), draft.now].slice(-STAMPS_MAX);
}

/** Its beacon had a witness that passed rules 1 to 13: it is no longer in grace as witness. */
export function stampBeaconed(draft: Draft, address: Address): void {
  const row = draft.hotspot(address);
  if (row === undefined || row.leftAt !== undefined) return;
  const isFirst = row.firstBeaconedAt === undefined;
  draft.updateHotspot(address, {
    beaconedAt: stamped(draft, row.beaconedAt),
    ...(isFirst && { firstBeaconedAt: draft.now, graceWitness: 0n as Motes }),
  });
  if (isFirst) endGrace(draft, { hotspot: address, kind: "witness", motes: row.graceWitness });
}

/** It was such a witness: it is no longer in grace as beaconer. */
export function stampWitnessed(draft: Draft, address: Address): void {
  const row = draft.hotspot(address);
  if (row === undefined || row.leftAt !== undefined) return;
  const isFirst = row.firstWitnessedAt === undefined;
  draft.updateHotspot(address, {
    witnessedAt: stamped(draft, row.witnessedAt),
    ...(isFirst && { firstWitnessedAt: draft.now, graceBeaconer: 0n as Motes }),
  });
  if (isFirst) endGrace(draft, { hotspot: address, kind: "beaconer", motes: row.graceBeaconer });
}

/** What waited past its holdback is paid, and told epoch by epoch. */
function endGrace(draft: Draft, pay: { hotspot: Address; kind: GraceKind; motes: Motes }): void {
  const { hotspot, kind, motes } = pay;
  const owner = draft.hotspot(hotspot)?.owner;
  if (motes === 0n || owner === undefined) return;
  releaseHeld(draft, { hotspot, motes });
  const bounds = { prefix: gracePrefix(hotspot, kind), limit: GRACE_EPOCHS_MAX };
  for (const [key, row] of [...draft.range(graceTable, bounds)]) {
    draft.put(graceTable, key, undefined);
    const part = { epoch: epochOfGraceKey(key), kind, motes: row.motes };
    const view = { ...part, state: "released" } as const;
    draft.rewards.push({ hotspot, owner, view });
  }
}

/** Coverage pay that was held goes to the owner of record. */
export function releaseHeld(draft: Draft, pay: { hotspot: Address; motes: Motes }): void {
  if (pay.motes === 0n) return;
  const row = draft.hotspot(pay.hotspot);
  if (row === undefined) throw new Error(`held pay of no hotspot: ${pay.hotspot}`);
  draft.updateHotspot(pay.hotspot, {
    held: (row.held - pay.motes) as Motes,
    earnedCoverage: (row.earnedCoverage + pay.motes) as Motes,
  });
  draft.adjustSupply({ held: -pay.motes });
  credit(draft, { address: row.owner, motes: pay.motes });
  draft.updateChain({ released: (draft.chain.released + pay.motes) as Motes });
  draft.touch(pay.hotspot);
}
