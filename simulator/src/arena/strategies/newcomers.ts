/**
 * Identities that leave and come back under new keys. Listeners live on grace: they report what their
 * radios hear and transmit nothing, so rule 14 would refuse them after their first beacons; each time
 * it would, they are new again. Against grace itself, whose pay is held until the rule is met and
 * burned on leaving. Hit-and-run: a closet of software that leaves before the classifiers have seen
 * enough beacons, and whose held pay nobody finds then; its price is a fee each time, and bonds that
 * wait for their unbonding.
 */
import { NoRadio } from "../no-radio.ts";
import type { AgentParts, Gang, Member, Scheme, Strategy } from "../strategy.ts";
import { BackRoom } from "../wrappers/back-room.ts";
import { isBeaconRequest } from "../wrappers/beacon-frames.ts";
import { Forger } from "../wrappers/forger.ts";
import { Rotation } from "../wrappers/rotation.ts";
import {
  pretended,
  type RadioWrap,
  WrappedConcentrator,
} from "../wrappers/wrapped-concentrator.ts";
import { ghosts } from "./places.ts";

/** In intervals at which each hotspot is challenged: some six beacons. */
const STAY_INTERVALS = 6;

export const newcomers: Strategy = {
  name: "newcomers-in-rotation",
  title: "mute listeners that leave and come back under new keys",
  attack: "free-riding",
  gang: "hotspots",
  scheme: (gang) => {
    /** Which identity of a member hears its radio. */
    const current = new Map<number, WrappedConcentrator>();
    const mute: RadioWrap["transmit"] = (request, radio) =>
      isBeaconRequest(request) ? pretended(request) : radio.transmit(request);
    return rotating(gang, {
      first: (parts, member) => {
        const concentrator: WrappedConcentrator = new WrappedConcentrator(parts.concentrator, {
          hear: (frame) => {
            const heir = current.get(member.index);
            if (heir === undefined) return frame;
            heir.inject(frame);
            return undefined;
          },
          transmit: mute,
        });
        return { ...parts, concentrator };
      },
      later: (parts, member) => {
        const concentrator = new WrappedConcentrator(new NoRadio(), { transmit: mute });
        current.set(member.index, concentrator);
        return { ...parts, concentrator };
      },
    });
  },
};

export const hitAndRun: Strategy = {
  name: "hit-and-run",
  title: "closet of software that leaves before it is found, and comes back",
  attack: "false-coverage",
  gang: "hotspots",
  radios: 0,
  place: (input) => ghosts(input, input.sites),
  scheme: (gang) => {
    const forger = new Forger({ random: gang.random("forger"), plan: gang.air.plan });
    const room = new BackRoom(gang, forger);
    const wrap: Wrap = (parts, member) => {
      const concentrator = new WrappedConcentrator(new NoRadio(), {
        transmit: (request) => {
          if (isBeaconRequest(request)) {
            room.tell({ frame: request.payload, from: member.placement.claim }, member);
          }
          return pretended(request);
        },
      });
      room.enter(member, concentrator);
      return { ...parts, concentrator };
    };
    return rotating(gang, { first: wrap, later: wrap });
  },
};

type Wrap = (parts: AgentParts, member: Member) => AgentParts;

function rotating(gang: Gang, wraps: { readonly first: Wrap; readonly later: Wrap }): Scheme {
  const stayMs = STAY_INTERVALS * gang.params.challengeIntervalSeconds * 1000;
  const rotation = new Rotation({ gang, stayMs, wrap: wraps.later });
  return {
    wrapAgent(parts, member) {
      rotation.enter(parts, member);
      return wraps.first(parts, member);
    },
    start: () => rotation.start(),
  };
}
