/** Radios whose packet forwarder rewrites the signal of every beacon for the claimed places. */
import type { Gang, Scheme } from "../strategy.ts";
import { isBeacon, isBeaconRequest, withSignal } from "./beacon-frames.ts";
import { Forger, type ForgerOptions } from "./forger.ts";
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
        hear: (frame) => {
          if (!isBeacon(frame)) return frame;
          const from = sources.of(frame, radio ?? claim);
          const signal = from === undefined ? undefined : forger.signal(from, claim);
          return signal === undefined ? undefined : withSignal(frame, signal);
        },
        transmit: (request, inner) => {
          if (isBeaconRequest(request)) sources.own(request.payload, member);
          return inner.transmit(request);
        },
      });
      return { ...parts, concentrator };
    },
  };
}
