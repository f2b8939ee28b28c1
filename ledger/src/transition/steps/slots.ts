/** Slots: the first block at or after the boundary draws the challengers, by its entropy. */
import { challengesPerSlot, drawChallengers, milliseconds } from "@katydid/protocol";
import type { ActiveIndex } from "../active-index.ts";
import type { Draft } from "../draft.ts";
import { challengeLifeMs } from "../hotspots.ts";
import { ONLY, slotKey } from "../keys.ts";
import { PRUNED_PER_BLOCK_MAX, SLOTS_PER_BLOCK_MAX } from "../limits.ts";
import { commitmentTable, slotTable } from "../tables.ts";

export function drawSlots(draft: Draft, index: ActiveIndex): void {
  const slotMs = draft.context.params.slotSeconds * 1000;
  for (let drawn = 0; drawn < SLOTS_PER_BLOCK_MAX; drawn++) {
    const [due] = draft.takeDue("slot", 1);
    if (due === undefined) return;
    const slot = Math.floor(due.at / slotMs);
    draft.schedule({ kind: "slot", at: milliseconds((slot + 1) * slotMs), id: ONLY });
    drawSlot(draft, { slot, index });
  }
}

function drawSlot(draft: Draft, { slot, index }: { slot: number; index: ActiveIndex }): void {
  const { params } = draft.context;
  const { active, entropy } = draft.chain;
  if (active === 0) return;
  index.sync(draft);
  const challengers = drawChallengers({
    entropy,
    slot,
    count: challengesPerSlot({ params, active }),
    candidates: index.challengersAt(draft.now),
  });
  if (challengers.length === 0) return;
  const openUntil = milliseconds(draft.now + params.openSeconds * 1000);
  draft.put(slotTable, slotKey(slot), { drawnAt: draft.now, openUntil, challengers });
  // Targets are drawn by the first block after the window, so the window's end itself is within.
  draft.schedule({ kind: "target", at: milliseconds(openUntil + 1), id: slotKey(slot) });
  const idleMs = params.idleLimitSeconds * 1000;
  const overAt = milliseconds(openUntil + idleMs + challengeLifeMs(params));
  draft.schedule({ kind: "prune", at: overAt, id: slotKey(slot) });
  draft.tell({ kind: "slot-drawn", subjects: challengers, slot, challengers, openUntil });
}

/** Removes slots whose challenges are all over, and their commitments. */
export function pruneSlots(draft: Draft): void {
  let left = PRUNED_PER_BLOCK_MAX;
  for (const { id } of draft.takeDue("prune", SLOTS_PER_BLOCK_MAX)) {
    const keys: Uint8Array[] = [];
    for (const [key] of draft.range(commitmentTable, { prefix: id, limit: left })) keys.push(key);
    for (const key of keys) draft.put(commitmentTable, key, undefined);
    left -= keys.length;
    if (left > 0) draft.put(slotTable, id, undefined);
    else draft.schedule({ kind: "prune", at: milliseconds(draft.now + 1), id });
  }
}
