/** Radios whose packet forwarder rewrites the signal of every beacon for the claimed places. */
import type { ReceivedFrame } from "@katydid/firmware";
import type { Gang, Scheme } from "../strategy.ts";
import { isBeacon, isBeaconRequest, withSignal } from "./beacon-frames.ts";
import { type Claim, Forger, type ForgerOptions } from "./forger.ts";
import { Sources } from "./sources.ts";
import { WrappedConcentrator } from "./wrapped-concentrator.ts";

/**
 * Members' radios hear each other, and strangers if they stand where there are some. What nobody
 * could hear at the claimed place is not reported, nor what the gang cannot tell the sender of.
 */
export function forgingScheme(
  gang: Gang,
  options: Pick<ForgerOptions, "clutterDb" | "liftDb"> = {},
): Scheme {
  const { air } = gang;
  const forger = new Forger({ random: gang.random("forger"), plan: air.plan, ...options });
  const sources = new Sources(gang, forger);
  return {
    wrapAgent(parts, member) {
      sources.follow(parts.ledger);
      const { radio, claim } = member.placement;
      const concentrator = new WrappedConcentrator(parts.concentrator, {
        hear: forgedHearing({ sources, forger, at: radio ?? claim, claim }),
        transmit: (request, inner) => {
          if (isBeaconRequest(request)) sources.own(request.payload, member);
          return inner.transmit(request);
        },
      });
      return { ...parts, concentrator };
    },
  };
}

/**
 * Gives each beacon the signal that it would have at the claimed place; undefined where nothing of it
 * would be heard there. `at` is where the radio stands in truth.
 */
export function forgedHearing(from: {
  readonly sources: Sources;
  readonly forger: Forger;
  readonly at: Claim;
  readonly claim: Claim;
}): (frame: ReceivedFrame) => ReceivedFrame | undefined {
  const { sources, forger, at, claim } = from;
  return (frame) => {
    if (!isBeacon(frame)) return frame;
    const source = sources.of(frame, at);
    const signal = source === undefined ? undefined : forger.signal(source, claim);
    return signal === undefined ? undefined : withSignal(frame, signal);
  };
}
