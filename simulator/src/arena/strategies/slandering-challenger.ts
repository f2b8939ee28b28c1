/**
 * Does not acknowledge rivals, and lists them with a made-up reason. Against step 5: to be listed
 * once voided a commitment, and this gained; now the list is the challenger's word alone.
 */
import type { Strategy } from "../strategy.ts";
import { bestKept } from "../wrappers/challenge-value.ts";
import { cheatingChallenger } from "../wrappers/cheating-challenger.ts";
import { Rivals, withoutReceipt } from "../wrappers/rivals.ts";

/** Any verdict's reason would do; this one sounds as if the rival had tried to cheat. */
const REASON = "payload-mismatch";

export const slanderingChallenger: Strategy = {
  name: "slandering-challenger",
  title: "Challenger that lists rivals with made-up reasons",
  attack: "griefing",
  gang: "hotspots",
  scheme: (gang) => {
    const rivals = new Rivals(gang);
    return {
      wrapAgent: (parts) =>
        cheatingChallenger(parts, {
          gang,
          plan: {
            acknowledge: (said) => (rivals.isRival(said.subject) ? undefined : said),
            reveal: (body, drawn) => {
              const { kept, gain } = bestKept(rivals.stakes, rivals.outcomeOf(body, drawn));
              const slandered = rivals.keeping(body, { kept, listedAs: REASON });
              if (gain > 0) return slandered;
              return { ...withoutReceipt(body), listed: slandered.listed };
            },
          },
        }),
    };
  },
};
