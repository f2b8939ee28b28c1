/** Why a hotspot's bond shrank, one sentence for each time. */
import { type Amount, countWords, tokenWords } from "./amounts.ts";
import type { Sentence } from "./standing-words.ts";

/** Of a `PenaltyView`. */
export interface PenaltyEntry {
  readonly reason: string;
  readonly motes: Amount;
  readonly blockTime: number;
  readonly challenge?: { readonly slot: number; readonly index: number };
  readonly leftOut?: string;
}

/** Penalties that are told one by one; older ones are summed up. */
export const PENALTIES_TOLD_MAX = 5;
const MINUTE_DIGITS = "2026-11-22T14:05".length;
const ADDRESS_DIGITS = 10;

/** `penalties`: newest first. */
export function penaltyWords(penalties: readonly PenaltyEntry[]): Sentence[] {
  const said: Sentence[] = penalties
    .slice(0, PENALTIES_TOLD_MAX)
    .map((penalty) => ({ mood: "bad", text: penaltySentence(penalty) }));
  const older = penalties.slice(PENALTIES_TOLD_MAX);
  if (older.length === 0) return said;
  const sum = older.reduce((total, { motes }) => total + BigInt(motes), 0n);
  const text = `Before that ${countWords(older.length, "time")} more: ${tokenWords(sum)} of its bond.`;
  return [...said, { mood: "bad", text }];
}

function penaltySentence(penalty: PenaltyEntry): string {
  const { motes, blockTime, reason } = penalty;
  const on = new Date(blockTime).toISOString().slice(0, MINUTE_DIGITS).replace("T", " ");
  const taken = reason === "equivocation" ? "taken" : "burned";
  return `On ${on} UTC ${tokenWords(motes)} of its bond were ${taken}, because ${causeWords(penalty)}.`;
}

function causeWords({ reason, challenge, leftOut }: PenaltyEntry): string {
  const name = challenge === undefined ? "a challenge" : `${challenge.slot}/${challenge.index}`;
  switch (reason) {
    case "silence":
      return `it opened challenge ${name} and did not reveal it in time (was it switched off, or without network?)`;
    case "omission": {
      const whom = leftOut === undefined ? "another" : `${leftOut.slice(0, ADDRESS_DIGITS)}…`;
      return `as challenger of ${name} it left out what it had acknowledged to ${whom}`;
    }
    case "equivocation":
      return "it signed two different receipts for one challenge (are two machines running with its key?); who reported it got a part";
    default:
      return `of ${reason}`;
  }
}
