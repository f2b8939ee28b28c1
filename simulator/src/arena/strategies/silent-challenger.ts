/**
 * Opens, and reveals only where the gang gains by it: silent where target and most witnesses are
 * rivals. Against the silence penalty and the window in which the silent are not drawn.
 */
import type { Strategy } from "../strategy.ts";
import { gainOf } from "../wrappers/challenge-value.ts";
import { cheatingChallenger } from "../wrappers/cheating-challenger.ts";
import { Rivals } from "../wrappers/rivals.ts";

export const silentChallenger: Strategy = {
  name: "silent-challenger",
  title: "Challenger that is silent where rivals would be paid",
  attack: "griefing",
  gang: "hotspots",
  scheme: (gang) => {
    const rivals = new Rivals(gang);
    return {
      wrapAgent: (parts) =>
        cheatingChallenger(parts, {
          gang,
          plan: {
            reveal: (body, drawn) =>
              gainOf(rivals.stakes, rivals.outcomeOf(body, drawn)) < 0 ? undefined : body,
          },
        }),
    };
  },
};
