/** What the ledger shows of a hotspot, in plain words and numbers: for the command, the page, the agent. */
export {
  type Amount,
  countWords,
  distanceWords,
  spanWords,
  tokenWords,
} from "./amounts.ts";
export { type ChallengeEntry, type ChallengeWords, challengeWords } from "./challenge-words.ts";
export { PENALTIES_TOLD_MAX, type PenaltyEntry, penaltyWords } from "./penalty-words.ts";
export {
  classifierWords,
  type HotspotNumbers,
  type Sentence,
  standingWords,
} from "./standing-words.ts";
export { verdictWords, type WitnessNumbers } from "./verdict-words.ts";
export { type RewardEntry, type Why, type WhyInput, whyOf } from "./why.ts";
