/** What a challenge came to for one hotspot, in words. */
import { countWords } from "./amounts.ts";
import { verdictWords, type WitnessNumbers } from "./verdict-words.ts";

/** Of a `WitnessView`. */
export interface WitnessEntry extends WitnessNumbers {
  readonly witness: string;
  readonly verdict: "valid" | "invalid";
  readonly units: string;
}

/** Of a `ChallengeView`. */
export interface ChallengeEntry {
  readonly state: "opened" | "targeted" | "revealed" | "settled" | "lapsed" | "silent";
  readonly challenger: string;
  readonly target?: string;
  readonly receipt?: unknown;
  readonly witnesses: readonly WitnessEntry[];
  readonly beaconerUnits?: string;
  readonly challengerUnits?: string;
  readonly challengerReason?: string;
  readonly densityScale?: string;
}

export type Role = "beaconer" | "witness" | "challenger";

export interface ChallengeWords {
  readonly role: Role;
  readonly outcome: "paid" | "unpaid" | "pending";
  readonly text: string;
}

/** Beaconer before witness before challenger: of a hotspot that is two of them, what pays most. */
export function challengeWords(challenge: ChallengeEntry, hotspot: string): ChallengeWords {
  if (challenge.target === hotspot) return beaconerWords(challenge);
  const own = challenge.witnesses.find(({ witness }) => witness === hotspot);
  if (own !== undefined) return witnessWords(challenge, own);
  return challengerWords(challenge);
}

function witnessWords(challenge: ChallengeEntry, own: WitnessEntry): ChallengeWords {
  const isPaid = own.verdict === "valid" && own.selected !== false && Number(own.units) > 0;
  const units = isPaid ? ` ${own.units} units.` : "";
  const text = `${verdictWords(own)}${units}`;
  if (challenge.state === "revealed") {
    return { role: "witness", outcome: "pending", text: `Not final yet. ${text}` };
  }
  return { role: "witness", outcome: isPaid ? "paid" : "unpaid", text };
}

function beaconerWords(challenge: ChallengeEntry): ChallengeWords {
  const role = "beaconer";
  const early = unfinishedWords(challenge);
  if (early !== undefined) return { role, ...early };
  if (challenge.receipt === undefined) {
    const text =
      "Not paid: the challenger revealed without this hotspot's receipt. Was it away, or did the order not reach it?";
    return { role, outcome: "unpaid", text };
  }
  const valid = challenge.witnesses.filter(({ verdict }) => verdict === "valid").length;
  if (valid === 0) {
    const text = `Not paid: the beacon was sent, and nobody witnessed it validly (${countWords(challenge.witnesses.length, "report")} failed; each says why).`;
    return { role, outcome: "unpaid", text };
  }
  const units = `${challenge.beaconerUnits ?? "0"} units at density scale ${challenge.densityScale ?? "1"}`;
  return {
    role,
    outcome: "paid",
    text: `Heard by ${countWords(valid, "valid witness")}: ${units}.`,
  };
}

function challengerWords(challenge: ChallengeEntry): ChallengeWords {
  const role = "challenger";
  const early = unfinishedWords(challenge);
  if (early !== undefined) return { role, ...early };
  const { witnesses, challengerReason: reason } = challenge;
  if (reason !== undefined) {
    return { role, outcome: "unpaid", text: `Not paid: ${unpaidChallengerWords(reason)}.` };
  }
  const valid = witnesses.filter(({ verdict }) => verdict === "valid").length;
  return { role, outcome: "paid", text: `It had ${countWords(valid, "valid witness")}: 1 unit.` };
}

function unpaidChallengerWords(reason: string): string {
  switch (reason) {
    case "no-receipt":
      return "the target sent no receipt";
    case "no-valid-witness":
      return "it had no valid witness";
    case "omitted":
      return "it left out a report or receipt that it had acknowledged, and paid for that with its bond";
    case "denied":
      return "a classification stood against this hotspot when the target was drawn";
    case "not-bonded":
      return "this hotspot's bond was below half when it settled; its owner can fill it up";
    case "no-reciprocity":
      return "in the window before the draw nobody had heard this hotspot, or it had heard nobody; for challengers there is no grace";
    default:
      return reason;
  }
}

function unfinishedWords({ state }: ChallengeEntry): Omit<ChallengeWords, "role"> | undefined {
  switch (state) {
    case "opened":
      return { outcome: "pending", text: "Opened: the target is not drawn yet." };
    case "targeted":
      return { outcome: "pending", text: "Under way: the challenger has not revealed yet." };
    case "revealed":
      return { outcome: "pending", text: "Revealed: late receipts may still come." };
    case "lapsed":
      return { outcome: "unpaid", text: "Lapsed: there was nobody to challenge. No penalty." };
    case "silent":
      return {
        outcome: "unpaid",
        text: "Not paid: the challenger never revealed; it paid for that with its bond, and is not drawn for a window.",
      };
    case "settled":
      return undefined;
  }
}
