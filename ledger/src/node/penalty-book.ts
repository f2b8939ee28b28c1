/** What took a hotspot's bond, from the events of a block: an owner must see why it shrank. */
import type { Address } from "@katydid/protocol";
import type { LedgerEvent, PenaltyView } from "../client/client.ts";

/** Newest penalties that are kept per hotspot: each costs a good part of a bond. */
export const PENALTIES_MAX = 100;

export interface Penalty {
  readonly hotspot: Address;
  readonly view: PenaltyView;
}

/** undefined: the event takes no hotspot's bond. */
export function penaltyOf(event: LedgerEvent): Penalty | undefined {
  const { blockTime, protocolTime } = event;
  const when = { blockTime, protocolTime };
  switch (event.kind) {
    case "challenge-silent": {
      const { challenger: hotspot, challenge, penalty: motes } = event;
      return taken({ hotspot, view: { reason: "silence", motes, ...when, challenge } });
    }
    case "challenge-omission": {
      const { challenger: hotspot, challenge, penalty: motes, leftOut } = event;
      return taken({ hotspot, view: { reason: "omission", motes, ...when, challenge, leftOut } });
    }
    case "slashed": {
      if (event.offence !== "target-equivocation") return undefined;
      const motes = (event.burned + event.reward) as typeof event.burned;
      return taken({ hotspot: event.offender, view: { reason: "equivocation", motes, ...when } });
    }
    default:
      return undefined;
  }
}

function taken(penalty: Penalty): Penalty | undefined {
  return penalty.view.motes === 0n ? undefined : penalty;
}
