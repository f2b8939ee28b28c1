/**
 * Acknowledges everybody, and then reveals only so many rivals' reports as pay the gang best: none
 * where its own are in, and not even the target's receipt where they are not. Against the omission
 * penalty of step 5: whoever was left out shows the acknowledgement.
 */
import type { Strategy } from "../strategy.ts";
import { bestKept } from "../wrappers/challenge-value.ts";
import { cheatingChallenger } from "../wrappers/cheating-challenger.ts";
import { Rivals, withoutReceipt } from "../wrappers/rivals.ts";

export const omittingChallenger: Strategy = {
  name: "omitting-challenger",
  title: "Challenger that acknowledges rivals and leaves them out",
  attack: "griefing",
  gang: "hotspots",
  scheme: (gang) => {
    const rivals = new Rivals(gang);
    return {
      wrapAgent: (parts) =>
        cheatingChallenger(parts, {
          gang,
          plan: {
            reveal: (body, drawn) => {
              const { kept, gain } = bestKept(rivals.stakes, rivals.outcomeOf(body, drawn));
              return gain <= 0 ? withoutReceipt(body) : rivals.keeping(body, { kept });
            },
          },
        }),
    };
  },
};
