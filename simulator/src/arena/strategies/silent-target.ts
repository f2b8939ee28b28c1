/**
 * Does not transmit for rival challengers: then neither they nor the rivals that would have heard it
 * are paid. It gives up its own pay of those beacons. No rule is against it but that: reciprocity
 * asks for a beacon now and then, and those for its own gang's challengers are enough.
 */
import type { LedgerEvent } from "@katydid/ledger/client";
import type { Strategy } from "../strategy.ts";
import { Rivals } from "../wrappers/rivals.ts";
import { wrapLedger } from "../wrappers/wrapped-ledger.ts";

export const silentTarget: Strategy = {
  name: "silent-target",
  title: "Target that does not transmit for rivals",
  attack: "griefing",
  gang: "hotspots",
  scheme: (gang) => {
    const rivals = new Rivals(gang);
    return {
      wrapAgent: (parts) => {
        const own = parts.key.address;
        // An agent that never hears that it was drawn obeys no order.
        const event = (told: LedgerEvent) => {
          const isOrder = told.kind === "target-drawn" && told.target === own;
          return isOrder && rivals.isRival(told.challenger) ? undefined : told;
        };
        return { ...parts, ledger: wrapLedger(parts.ledger, { event }) };
      },
    };
  },
};
