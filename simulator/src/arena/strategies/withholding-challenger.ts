/**
 * Does not acknowledge rivals, so that they have nothing to show, and leaves them out as it pays the
 * gang best. Against the report-commitments of step 5: a rival that commits before the reveal is in.
 */
import type { Gang, Scheme, Strategy } from "../strategy.ts";
import { bestKept } from "../wrappers/challenge-value.ts";
import { type ChallengerPlan, cheatingChallenger } from "../wrappers/cheating-challenger.ts";
import { Rivals, withoutReceipt } from "../wrappers/rivals.ts";

export const withholdingChallenger: Strategy = {
  name: "withholding-challenger",
  title: "Challenger that does not acknowledge rivals and leaves them out",
  attack: "griefing",
  gang: "hotspots",
  scheme: (gang) => withholding(gang, {}),
};

/** What a gang does whose challengers acknowledge no rival, with more of a plan. */
export function withholding(gang: Gang, more: Pick<ChallengerPlan, "revealAfterMs">): Scheme {
  const rivals = new Rivals(gang);
  return {
    wrapAgent: (parts) =>
      cheatingChallenger(parts, {
        gang,
        plan: {
          ...more,
          acknowledge: (said) => (rivals.isRival(said.subject) ? undefined : said),
          reveal: (body, drawn) => {
            const { kept, gain } = bestKept(rivals.stakes, rivals.outcomeOf(body, drawn));
            return gain <= 0 ? withoutReceipt(body) : rivals.keeping(body, { kept });
          },
        },
      }),
  };
}
