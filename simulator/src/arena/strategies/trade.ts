/** The strategies about challenges and trade. Those about radio are in radio.ts. */
import type { Strategy } from "../strategy.ts";
import { equivocatingTarget } from "./equivocating-target.ts";
import { hastyChallenger } from "./hasty-challenger.ts";
import { huntingChallenger } from "./hunting-challenger.ts";
import { omittingChallenger } from "./omitting-challenger.ts";
import { postdatingChallenger } from "./postdating-challenger.ts";
import { silentChallenger } from "./silent-challenger.ts";
import { silentTarget } from "./silent-target.ts";
import { slanderingChallenger } from "./slandering-challenger.ts";
import { starvingChallenger } from "./starving-challenger.ts";
import { withholdingChallenger } from "./withholding-challenger.ts";

export const tradeStrategies: readonly Strategy[] = [
  omittingChallenger,
  withholdingChallenger,
  hastyChallenger,
  slanderingChallenger,
  postdatingChallenger,
  silentChallenger,
  starvingChallenger,
  huntingChallenger,
  silentTarget,
  equivocatingTarget,
];
