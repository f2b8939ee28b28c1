/** A challenge as its owner may see it: every verdict, its reason and the numbers that led to it. */
import {
  beaconerUnits,
  type ChallengeId,
  formatUnits,
  scaleUnits,
  witnessUnits,
} from "@katydid/protocol";
import type { ChallengeView, WitnessView } from "../client/client.ts";
import {
  challengeOfId,
  isRevealed,
  isTargeted,
  type Judged,
  type Judgement,
  judge,
  type Revealed,
} from "./challenges.ts";
import { slotKey } from "./keys.ts";
import type { ChallengeRow } from "./rows.ts";
import { slotTable } from "./tables.ts";
import type { View } from "./view.ts";

/** A challenge that is not over. Those that are: the `challenge-settled` event bears the view. */
export function openChallengeView(view: View, challenge: ChallengeId): ChallengeView | undefined {
  const row = challengeOfId(view, challenge);
  if (row === undefined) return undefined;
  const judgement = isRevealed(row) ? judge(view, row) : undefined;
  return challengeView(view, { challenge, row, judgement, state: row.state });
}

export function challengeView(
  view: View,
  input: {
    challenge: ChallengeId;
    row: ChallengeRow;
    judgement: Judgement | undefined;
    state: ChallengeView["state"];
  },
): ChallengeView {
  const { challenge, row, judgement, state } = input;
  const { challenger } = row;
  const slot = view.get(slotTable, slotKey(challenge.slot));
  const drawnAt = row.drawn?.at ?? slot?.drawnAt;
  if (drawnAt === undefined) throw new Error("an open challenge has its slot");
  const base = { challenge, state, challenger, drawnAt, witnesses: [] };
  if (!isTargeted(row)) return base;
  const { target, deadlineAt, scale } = row.drawn;
  const targeted = { ...base, target, deadlineAt, densityScale: formatUnits(scale) };
  if (!isRevealed(row) || judgement === undefined) return targeted;
  const { receipt } = row.reveal;
  const units = scaleUnits({ units: beaconerUnits(judgement.selected.length), scale });
  return {
    ...targeted,
    ...(receipt !== undefined && { receipt: receiptView(row, receipt) }),
    witnesses: [...witnessViews(row, judgement), ...listedViews(row)],
    beaconerUnits: formatUnits(units),
  };
}

type Receipt = NonNullable<Revealed["reveal"]["receipt"]>;

/** Where a commitment stood for the acknowledgement, the deadline's host time stands for its time. */
function receiptView(row: Revealed, receipt: Receipt): NonNullable<ChallengeView["receipt"]> {
  const { frequencyHz, dataRate } = receipt;
  const deadline = row.drawn.deadlineAt + row.reveal.offsetMs;
  const acknowledgedAt = (receipt.acknowledgedAt ?? deadline) as typeof row.drawn.deadlineAt;
  return { acknowledgedAt, frequencyHz, dataRate };
}

function witnessViews(row: Revealed, judgement: Judgement): WitnessView[] {
  const selected = new Set(judgement.selected.map(({ witness }) => witness));
  const count = judgement.selected.length;
  const paid = scaleUnits({ units: witnessUnits(count), scale: row.drawn.scale });
  return judgement.judged.map((judged) => {
    const isSelected = selected.has(judged.witness);
    const units = formatUnits(isSelected ? paid : 0n);
    return { ...judgedView(judged), selected: isSelected, units };
  });
}

function judgedView({ report, witness, verdict }: Judged): Omit<WitnessView, "selected" | "units"> {
  const { rssiDbm, snrDb, frequencyHz, acknowledgedAt } = report;
  const { distanceMeters, boundDbm } = verdict;
  return {
    witness,
    verdict: verdict.verdict,
    ...(verdict.verdict === "invalid" && { reason: verdict.reason }),
    held: verdict.held,
    rssiDbm,
    snrDb,
    frequencyHz,
    ...(distanceMeters !== undefined && { distanceMeters }),
    ...(boundDbm !== undefined && { boundDbm }),
    acknowledgedAt,
  };
}

/** What the challenger only listed: its word, without numbers. */
function listedViews(row: Revealed): WitnessView[] {
  const reported = new Set(row.reveal.reports.map(({ witness }) => witness));
  return row.reveal.listed
    .filter(({ witness }) => !reported.has(witness))
    .map(({ witness, reason }) => ({
      witness,
      verdict: "invalid",
      reason,
      held: false,
      selected: false,
      units: formatUnits(0n),
    }));
}
