/**
 * Sends no order to a rival whose beacon rivals would be paid for: it is never on the air. It reveals
 * in time, without a receipt, as if the target had been deaf, so there is no silence to punish: what
 * it loses is its own unit. Who would hear a beacon it guesses from the map. Against the silence
 * penalty, which nobody needs to pay.
 */
import type { Strategy } from "../strategy.ts";
import { gainOf } from "../wrappers/challenge-value.ts";
import { cheatingChallenger } from "../wrappers/cheating-challenger.ts";
import { ClaimedPlaces } from "../wrappers/claimed-places.ts";
import { Rivals } from "../wrappers/rivals.ts";

export const starvingChallenger: Strategy = {
  name: "starving-challenger",
  title: "Challenger that orders no beacon that rivals would be paid for",
  attack: "griefing",
  gang: "hotspots",
  scheme: (gang) => {
    const rivals = new Rivals(gang);
    const places = new ClaimedPlaces(gang);
    return {
      wrapAgent: (parts) => {
        void places.learn(parts.ledger);
        const orders = (target: Parameters<Rivals["isRival"]>[0]) => {
          if (!rivals.isRival(target)) return true;
          const hearers = places.hearersOf(target, parts.key.address);
          const ours = hearers.filter((address) => !rivals.isRival(address)).length;
          const outcome = { isGangTarget: false, ours, rivals: hearers.length - ours };
          return gainOf(rivals.stakes, outcome) > 0;
        };
        return cheatingChallenger(parts, { gang, plan: { orders } });
      },
    };
  },
};
