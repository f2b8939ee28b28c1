/** Challenges whose late window has closed: verdicts are final, and units are booked once. */
import {
  type Address,
  beaconerUnits,
  type ChallengeId,
  scaleUnits,
  UNITS_ONE,
  witnessUnits,
} from "@katydid/protocol";
import type { ActiveIndex } from "../active-index.ts";
import { challengeView } from "../challenge-view.ts";
import { unpaidChallenger } from "../challenger-pay.ts";
import {
  beaconerInGrace,
  challengeOfId,
  isRevealed,
  type Judgement,
  judge,
  passesRadio,
  type Revealed,
} from "../challenges.ts";
import { returnCommitmentFee } from "../commitments.ts";
import type { Draft } from "../draft.ts";
import { addEarning } from "../earnings.ts";
import { countHearing } from "../hearing.ts";
import { markActive, stampBeaconed, stampWitnessed } from "../hotspots.ts";
import { challengeOf } from "../keys.ts";
import { CHALLENGES_PER_BLOCK_MAX } from "../limits.ts";
import { shareOut } from "../shares.ts";
import { challengeTable } from "../tables.ts";

export function settleChallenges(draft: Draft, index: ActiveIndex): void {
  const due = draft.takeDue("settle", CHALLENGES_PER_BLOCK_MAX);
  if (due.length > 0) index.sync(draft);
  for (const { id } of due) {
    const challenge = challengeOf(id);
    const row = challengeOfId(draft, challenge);
    if (row === undefined || !isRevealed(row)) continue;
    const judgement = judge(draft, row);
    const settled = { challenge, row, judgement };
    const view = challengeView(draft, { ...settled, state: "settled" });
    bookUnits(draft, settled);
    returnFees(draft, settled);
    countHearing(draft, { row, judgement, index });
    stamp(draft, settled);
    draft.put(challengeTable, id, undefined);
    const witnesses = judgement.judged.map(({ witness }) => witness);
    const subjects = [...new Set([row.challenger, row.drawn.target, ...witnesses])];
    draft.tell({ kind: "challenge-settled", subjects, view });
  }
}

interface Settled {
  readonly challenge: ChallengeId;
  readonly row: Revealed;
  readonly judgement: Judgement;
}

function bookUnits(draft: Draft, { row, judgement }: Settled): void {
  const count = judgement.selected.length;
  if (count === 0) return;
  const { witnessedChallenges } = draft.chain;
  draft.updateChain({ witnessedChallenges: witnessedChallenges + 1 });
  const { target, scale } = row.drawn;
  if (unpaidChallenger(draft, { row, judgement }) === undefined) {
    addEarning(draft, row.challenger, { challengerUnits: UNITS_ONE });
  }
  const forBeacon = scaleUnits({ units: beaconerUnits(count), scale });
  const shares = judgement.selected.map(({ witness }) => ({ partner: witness, amount: 1n }));
  addEarning(draft, target, {
    beaconerUnits: forBeacon,
    asBeaconer: shareOut({ amount: forBeacon, whole: BigInt(count), shares }),
    ...(beaconerInGrace(draft, row) && { graceBeaconerUnits: forBeacon }),
  });
  const forWitness = scaleUnits({ units: witnessUnits(count), scale });
  for (const { witness, verdict } of judgement.selected) {
    const isHeld = verdict.verdict === "valid" && verdict.held;
    addEarning(draft, witness, {
      witnessUnits: forWitness,
      asWitness: [{ partner: target, amount: forWitness }],
      ...(isHeld && { graceWitnessUnits: forWitness }),
    });
  }
}

function returnFees(draft: Draft, { challenge, row, judgement }: Settled): void {
  const { receipt } = row.reveal;
  if (receipt !== undefined) {
    returnCommitmentFee(draft, { challenge, by: row.drawn.target, hash: receipt.receiptHash });
  }
  for (const { witness, report, verdict } of judgement.judged) {
    if (!passesRadio(verdict)) continue;
    returnCommitmentFee(draft, { challenge, by: witness, hash: report.reportHash });
  }
}

/** Activity and reciprocity. A beacon without its target's receipt proves nothing of it. */
function stamp(draft: Draft, { row, judgement }: Settled): void {
  const heardBy = judgement.judged.filter(({ verdict }) => passesRadio(verdict));
  const witnesses: Address[] = heardBy.map(({ witness }) => witness);
  for (const witness of witnesses) markActive(draft, witness);
  if (row.reveal.receipt === undefined) return;
  markActive(draft, row.drawn.target);
  if (witnesses.length > 0) stampBeaconed(draft, row.drawn.target);
  for (const witness of witnesses) stampWitnessed(draft, witness);
}
