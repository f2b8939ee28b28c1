/**
 * Sends rivals no orders: their beacons are never on the air. It reveals in time, without a receipt,
 * as if the target had been deaf, so there is no silence to punish: what it loses is its own unit.
 * Against the silence penalty, which nobody needs to pay.
 */
import type { Strategy } from "../strategy.ts";
import { cheatingChallenger } from "../wrappers/cheating-challenger.ts";
import { Rivals } from "../wrappers/rivals.ts";

export const starvingChallenger: Strategy = {
  name: "starving-challenger",
  title: "Challenger that orders no beacon of a rival",
  attack: "griefing",
  gang: "hotspots",
  scheme: (gang) => {
    const rivals = new Rivals(gang);
    return {
      wrapAgent: (parts) =>
        cheatingChallenger(parts, {
          gang,
          plan: { orders: (target) => !rivals.isRival(target) },
        }),
    };
  },
};
