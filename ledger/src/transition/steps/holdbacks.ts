/** Coverage pay whose holdback is over goes to the owner; that of grace waits for reciprocity. */
import type { Address, Motes } from "@katydid/protocol";
import type { RewardView } from "../../client/client.ts";
import type { Draft } from "../draft.ts";
import { releaseHeld } from "../hotspots.ts";
import { type GraceKind, graceKey, holdbackOf } from "../keys.ts";
import { burnHeld } from "../leaving.ts";
import { RELEASES_PER_BLOCK_MAX } from "../limits.ts";
import type { HoldbackRow, HotspotRow } from "../rows.ts";
import { shareOut } from "../shares.ts";
import { graceTable, holdbackTable } from "../tables.ts";

export function releaseHoldbacks(draft: Draft): void {
  const due: (readonly [Uint8Array, HoldbackRow])[] = [];
  for (const entry of draft.range(holdbackTable, { limit: RELEASES_PER_BLOCK_MAX })) {
    if (entry[1].releaseAt > draft.now) break;
    due.push(entry);
  }
  for (const [key, row] of due) {
    draft.put(holdbackTable, key, undefined);
    const { hotspot, epoch } = holdbackOf(key);
    const standing = draft.hotspot(hotspot);
    if (standing === undefined) throw new Error(`held pay of no hotspot: ${hotspot}`);
    release(draft, { hotspot, epoch, row, standing });
  }
}

interface Due {
  readonly hotspot: Address;
  readonly epoch: number;
  readonly row: HoldbackRow;
  readonly standing: HotspotRow;
}

/**
 * Pay of a hotspot that is still in grace waits on: all of its kind then, since every unit of the
 * epoch was earned in grace.
 */
function release(draft: Draft, due: Due): void {
  const { row, standing } = due;
  releaseHeld(draft, { hotspot: due.hotspot, motes: row.challenger });
  tell(draft, due, { kind: "challenger", motes: row.challenger, state: "released" });
  const met = {
    beaconer: standing.firstWitnessedAt !== undefined,
    witness: standing.firstBeaconedAt !== undefined,
  };
  for (const kind of ["beaconer", "witness"] as const) {
    const waiting = kind === "beaconer" ? row.graceBeaconer : row.graceWitness;
    const grace = met[kind] ? (0n as Motes) : waiting;
    const motes = (row[kind] - grace) as Motes;
    releaseHeld(draft, { hotspot: due.hotspot, motes });
    tell(draft, due, { kind, motes, state: "released" });
    // Of one that left, what waits for reciprocity waits in vain.
    if (standing.leftAt !== undefined) burnHeld(draft, { ...due, kind, motes: grace });
    else if (grace > 0n) keepInGrace(draft, due, { kind, motes: grace, whole: row[kind] });
  }
}

/** `whole`: all of the kind's pay, of which `motes` wait. */
function keepInGrace(
  draft: Draft,
  due: Due,
  pay: { kind: GraceKind; motes: Motes; whole: Motes },
): void {
  const { hotspot, epoch } = due;
  const { kind, motes, whole } = pay;
  const row = draft.hotspot(hotspot);
  if (row === undefined) return;
  const field = kind === "beaconer" ? "graceBeaconer" : "graceWitness";
  draft.updateHotspot(hotspot, { [field]: (row[field] + motes) as Motes });
  const shares = kind === "beaconer" ? due.row.asBeaconer : due.row.asWitness;
  const partners = shareOut({ amount: motes, whole, shares });
  draft.put(graceTable, graceKey(hotspot, kind, epoch), { motes, partners });
  tell(draft, due, { kind, motes, state: "held" });
}

function tell(draft: Draft, due: Due, view: Omit<RewardView, "epoch">): void {
  if (view.motes === 0n) return;
  const { hotspot, epoch, standing } = due;
  draft.rewards.push({ hotspot, owner: standing.owner, view: { epoch, ...view } });
}
