/** The challenger's rows: read at start, found again to be deleted. */
import type { Store } from "@katydid/platform";
import { type ChallengeId, codec, concatBytes, messageHash, toHex } from "@katydid/protocol";
import { makeRound, makeTargeted, type Round } from "./round.ts";
import {
  CHALLENGE_KEY_BYTES,
  challengeKey,
  challengeName,
  receiptRow,
  reportRow,
  roundRow,
  targetRow,
} from "./rows.ts";

/** Rounds as the last run of the process left them, by name. Views of witnesses are not kept. */
export function loadRounds(store: Store): Map<string, Round> {
  const rounds = new Map<string, Round>();
  const byKey = new Map<string, Round>();
  // The bare key sorts before those with a letter, so the round is there when its parts come.
  for (const [key, value] of store.range()) {
    const name = toHex(key.slice(0, CHALLENGE_KEY_BYTES));
    if (key.length === CHALLENGE_KEY_BYTES) {
      const round = makeRound(codec.decode(roundRow, value));
      rounds.set(challengeName(round.row.challenge), round);
      byKey.set(name, round);
      continue;
    }
    const round = byKey.get(name);
    if (round !== undefined) addPart(round, String.fromCharCode(key[6] ?? 0), value);
  }
  return rounds;
}

function addPart(round: Round, letter: string, value: Uint8Array): void {
  const rest = { onDisk: true, acknowledgement: undefined, sentAtMs: Number.NEGATIVE_INFINITY };
  if (letter === "V") round.revealing = true;
  else if (letter === "T") {
    round.targeted = makeTargeted(round, codec.decode(targetRow, value));
  } else if (letter === "R") {
    const row = codec.decode(receiptRow, value);
    round.receipt = { row, hash: toHex(messageHash(row.signed)), ...rest };
  } else {
    const row = codec.decode(reportRow, value);
    const hash = toHex(messageHash(row.signed));
    round.reports.set(row.signed.witness, { row, hash, ...rest, witness: undefined });
  }
}

/** Keys of all rows of a challenge. */
export function roundKeys(store: Store, challenge: ChallengeId): Uint8Array[] {
  const start = challengeKey(challenge);
  // Letters are below 0xff.
  const end = concatBytes(start, Uint8Array.of(0xff));
  return Array.from(store.range({ start, end }), ([key]) => key);
}
