/** A challenge as its owner may see it: every verdict, its reason and the numbers that led to it. */
import {
  beaconerUnits,
  type ChallengeId,
  formatUnits,
  scaleUnits,
  UNITS_ONE,
  witnessUnits,
} from "@katydid/protocol";
import type { ChallengeView, WitnessView } from "../client/client.ts";
import { unpaidChallenger } from "./challenger-pay.ts";
import {
  challengeOfId,
  isRevealed,
  isTargeted,
  type Judged,
  type Judgement,
  judge,
  type Revealed,
  standsBeside,
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
    witnesses: [...witnessViews(view, { row, judgement }), ...listedViews(row)],
    beaconerUnits: formatUnits(units),
    ...challengerPay(view, { row, judgement }),
  };
}

function challengerPay(
  view: View,
  settled: { row: Revealed; judgement: Judgement },
): Pick<ChallengeView, "challengerUnits" | "challengerReason"> {
  const challengerReason = unpaidChallenger(view, settled);
  if (challengerReason === undefined) return { challengerUnits: formatUnits(UNITS_ONE) };
  return { challengerUnits: formatUnits(0n), challengerReason };
}

type Receipt = NonNullable<Revealed["reveal"]["receipt"]>;

/** Where a commitment stood for the acknowledgement, the deadline's host time stands for its time. */
function receiptView(row: Revealed, receipt: Receipt): NonNullable<ChallengeView["receipt"]> {
  const { frequencyHz, dataRate } = receipt;
  const deadline = row.drawn.deadlineAt + row.reveal.offsetMs;
  const acknowledgedAt = (receipt.acknowledgedAt ?? deadline) as typeof row.drawn.deadlineAt;
  return { acknowledgedAt, frequencyHz, dataRate };
}

function witnessViews(
  view: View,
  { row, judgement }: { row: Revealed; judgement: Judgement },
): WitnessView[] {
  const { judged, selected } = judgement;
  const paid = scaleUnits({ units: witnessUnits(selected.length), scale: row.drawn.scale });
  return judged.map((one) => {
    const isSelected = selected.includes(one);
    const units = formatUnits(isSelected ? paid : 0n);
    const passedOver = passedOverFor(view, { row, judgement, one });
    return {
      ...judgedView(one),
      selected: isSelected,
      ...(passedOver !== undefined && { passedOver }),
      units,
    };
  });
}

/** Why a valid witness was not selected, where others were. */
function passedOverFor(
  view: View,
  input: { row: Revealed; judgement: Judgement; one: Judged },
): WitnessView["passedOver"] {
  const { row, one } = input;
  const { selected } = input.judgement;
  if (one.verdict.verdict === "invalid") return undefined;
  if (selected.length === 0 || selected.includes(one)) return undefined;
  return standsBeside(view, { row, one, selected }) ? "side-by-side" : "beyond-limit";
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
