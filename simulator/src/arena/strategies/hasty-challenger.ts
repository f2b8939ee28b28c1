/**
 * Withholds acknowledgements from rivals and reveals as soon as its own gang has reported: before a
 * rival can know that it will not be acknowledged, and so before its commitment is in a block.
 * Against the same rule, whose "before the reveal" leaves the moment to the challenger.
 */
import type { Strategy } from "../strategy.ts";
import { withholding } from "./withholding-challenger.ts";

/** The beacon is on the air for a second at most, and a report takes two hops of the internet. */
const REVEAL_AFTER_MS = 4000;

export const hastyChallenger: Strategy = {
  name: "hasty-challenger",
  title: "Challenger that acknowledges no rival and reveals before they can commit",
  attack: "griefing",
  gang: "hotspots",
  scheme: (gang) => withholding(gang, { revealAfterMs: REVEAL_AFTER_MS }),
};
