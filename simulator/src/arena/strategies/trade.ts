/** The strategies about challenges and trade. Those about radio are in radio.ts. */
import type { Strategy } from "../strategy.ts";
import { claimsUncarried } from "./claims-uncarried.ts";
import { copyStuffing } from "./copy-stuffing.ts";
import { equivocatingRouter } from "./equivocating-router.ts";
import { equivocatingTarget } from "./equivocating-target.ts";
import { hastyChallenger } from "./hasty-challenger.ts";
import { huntingChallenger } from "./hunting-challenger.ts";
import { namesAnother } from "./names-another.ts";
import { neverClosingRouter } from "./never-closing-router.ts";
import { omittingChallenger } from "./omitting-challenger.ts";
import { overspendingRouter } from "./overspending-router.ts";
import { postdatingChallenger } from "./postdating-challenger.ts";
import { readsAndDeclines } from "./reads-and-declines.ts";
import { selfDealing } from "./self-dealing.ts";
import { silentChallenger } from "./silent-challenger.ts";
import { silentTarget } from "./silent-target.ts";
import { slanderingChallenger } from "./slandering-challenger.ts";
import { slowPayingRouter } from "./slow-paying-router.ts";
import { starvingChallenger } from "./starving-challenger.ts";
import { underReportingRouter } from "./under-reporting-router.ts";
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
  overspendingRouter,
  equivocatingRouter,
  underReportingRouter,
  neverClosingRouter,
  readsAndDeclines,
  namesAnother,
  slowPayingRouter,
  claimsUncarried,
  copyStuffing,
  selfDealing,
];
