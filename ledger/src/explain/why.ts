/**
 * "Why was I not rewarded?", the first complaint of every such network, answered from what the ledger
 * shows: how the hotspot stands, what became of its pay, what each challenge came to.
 */
import { type Amount, countWords, spanWords, tokenWords } from "./amounts.ts";
import { type ChallengeEntry, type ChallengeWords, challengeWords } from "./challenge-words.ts";
import { type PenaltyEntry, penaltyWords } from "./penalty-words.ts";
import {
  classifierWords,
  type HotspotNumbers,
  type Sentence,
  standingWords,
} from "./standing-words.ts";

/** Of a `RewardView`. */
export interface RewardEntry {
  readonly epoch: number;
  readonly kind: string;
  readonly motes: Amount;
  readonly heldUntil?: number;
  readonly state: "paid" | "held" | "released" | "burned";
  readonly reason?: string;
}

export interface WhyInput<Challenge extends ChallengeEntry> {
  readonly address: string;
  readonly hotspot: HotspotNumbers;
  /** Newest first, as many as one wants to have explained. */
  readonly challenges: readonly Challenge[];
  /** Newest first. */
  readonly rewards: readonly RewardEntry[];
  /** Newest first. */
  readonly penalties: readonly PenaltyEntry[];
  readonly protocolTime: number;
}

export interface Why<Challenge> {
  readonly standing: readonly Sentence[];
  readonly pay: readonly Sentence[];
  /** How often each outcome came among the challenges that are over: most frequent first. */
  readonly outcomes: readonly { readonly text: string; readonly count: number }[];
  readonly challenges: readonly (ChallengeWords & { readonly challenge: Challenge })[];
}

export function whyOf<Challenge extends ChallengeEntry>(
  input: WhyInput<Challenge>,
): Why<Challenge> {
  const { address, hotspot, protocolTime } = input;
  const challenges = input.challenges.map((challenge) => ({
    ...challengeWords(challenge, address),
    challenge,
  }));
  return {
    standing: [...standingWords(hotspot, protocolTime), ...penaltyWords(input.penalties)],
    pay: payWords(input),
    outcomes: outcomesOf(challenges, address),
    challenges,
  };
}

function payWords<Challenge extends ChallengeEntry>(input: WhyInput<Challenge>): Sentence[] {
  const { hotspot, rewards, protocolTime } = input;
  const { data, coverage, held } = hotspot.earned;
  const said: Sentence[] = [
    { mood: "good", text: `Paid for data: ${tokenWords(data)}, at once and for good.` },
    { mood: "good", text: `Paid for coverage: ${tokenWords(coverage)}.` },
    { mood: BigInt(held) > 0n ? "wait" : "good", text: heldWords(held, rewards, protocolTime) },
  ];
  for (const [reason, { motes, count }] of burnedByReason(rewards)) {
    const why =
      reason === "left"
        ? "it left before it was ever heard or had heard others"
        : classifierWords(reason);
    const parts = countWords(count, "part");
    const text = `Burned: ${tokenWords(motes)} of held pay in ${parts}, because ${why}.`;
    said.push({ mood: "bad", text });
  }
  return said;
}

function heldWords(held: Amount, rewards: readonly RewardEntry[], protocolTime: number): string {
  const amount = `Held: ${tokenWords(held)} of coverage pay`;
  const times = rewards.flatMap(({ state, heldUntil }) =>
    state === "held" && heldUntil !== undefined ? [heldUntil] : [],
  );
  if (BigInt(held) === 0n) return `${amount}.`;
  const due = times.filter((at) => at > protocolTime);
  if (due.length === 0) {
    return `${amount}, past its time: it waits until reciprocity is met for the first time.`;
  }
  const next = spanWords(Math.min(...due) - protocolTime);
  return `${amount}. Each epoch's is released a holdback after it; of those listed the next in ${next}.`;
}

function burnedByReason(rewards: readonly RewardEntry[]) {
  const burned = new Map<string, { motes: bigint; count: number }>();
  for (const { state, motes, reason = "a rule that is not named" } of rewards) {
    if (state !== "burned") continue;
    const sum = burned.get(reason) ?? { motes: 0n, count: 0 };
    burned.set(reason, { motes: sum.motes + BigInt(motes), count: sum.count + 1 });
  }
  return burned;
}

function outcomesOf<Challenge extends ChallengeEntry>(
  challenges: Why<Challenge>["challenges"],
  address: string,
): Why<Challenge>["outcomes"] {
  const counts = new Map<string, number>();
  for (const { role, outcome, challenge } of challenges) {
    if (outcome === "pending") continue;
    const own = challenge.witnesses.find(({ witness }) => witness === address);
    const name = outcomeName({ role, outcome, challenge, own });
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .map(([text, count]) => ({ text, count }))
    .sort((one, other) => other.count - one.count || (one.text < other.text ? -1 : 1));
}

function outcomeName(input: {
  readonly role: ChallengeWords["role"];
  readonly outcome: string;
  readonly challenge: ChallengeEntry;
  readonly own: ChallengeEntry["witnesses"][number] | undefined;
}): string {
  const { role, outcome, challenge, own } = input;
  if (role === "witness") return witnessOutcome(outcome, own);
  const { challengerReason } = challenge;
  const hasReason = role === "challenger" && outcome === "unpaid" && challengerReason !== undefined;
  return hasReason ? `challenger, unpaid: ${challengerReason}` : `${role}, ${outcome}`;
}

function witnessOutcome(outcome: string, own: ChallengeEntry["witnesses"][number] | undefined) {
  if (outcome === "paid") return own?.held === true ? "witness, paid (grace)" : "witness, paid";
  return `witness, unpaid: ${own?.reason ?? own?.passedOver ?? "no receipt of the target"}`;
}
