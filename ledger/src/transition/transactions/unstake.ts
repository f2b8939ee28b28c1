/**
 * unstake: a producer makes no more blocks from the next one on, and its stake begins to unbond. One
 * other must be in force: a chain without a producer is over.
 */
import { equalBytes, type Motes, milliseconds, type Unstake } from "@katydid/protocol";
import type { Draft } from "../draft.ts";
import { unbondingKey } from "../keys.ts";
import { currentChain, isInForce, producerIdOf } from "../producer.ts";
import { producerTable, unbondingTable } from "../tables.ts";
import { accept, type Rule, refuse } from "./ruling.ts";

export const unstake: Rule<Unstake> = (draft, { actor, producerKey }) => {
  const key = producerIdOf(producerKey);
  const row = draft.get(producerTable, key);
  if (row === undefined) return refuse({ reason: "producer-unknown" });
  if (row.owner !== actor) return refuse({ reason: "not-owner", owner: row.owner });
  if (row.leftAt !== undefined) return refuse({ reason: "producer-left" });
  if (isLast(draft, key)) return refuse({ reason: "last-producer" });
  return accept(() => {
    const none = 0n as Motes;
    draft.put(producerTable, key, { ...row, stake: none, leftAt: draft.now });
    const until = milliseconds(draft.now + draft.context.params.unbondingSeconds * 1000);
    const unbonding = unbondingKey("producer", key);
    draft.put(unbondingTable, unbonding, { motes: row.stake, payee: row.owner, until });
    draft.adjustSupply({ stakes: -row.stake, unbonding: row.stake });
    draft.schedule({ kind: "unbonded", at: milliseconds(until + 1), id: unbonding });
  });
};

/** Whether no other could make the next block. */
function isLast(draft: Draft, key: Uint8Array): boolean {
  for (const [other, row] of draft.range(producerTable)) {
    if (equalBytes(other, key)) continue;
    if (isInForce(row, draft.now) && currentChain(row) !== undefined) return false;
  }
  return true;
}
