/**
 * One radio hears a beacon, and all members report it, with the signal of their claimed places
 * (Helium's witness stuffing: HIP-83, HIP-94). With a radio for each member, claimed where it is: more
 * witnesses than there were. As ghosts: every other member is software, claimed amid the rest, and its
 * beacons are transmitted by the radio of the member nearest to it. Inside the lag of rule 6; against
 * the classifiers, which ask those near a ghost's cell whether they hear it.
 */
import { distanceMeters } from "../../air/geometry.ts";
import type { Gang, Member, Scheme, Strategy } from "../strategy.ts";
import { BackRoom } from "../wrappers/back-room.ts";
import { isBeacon, isBeaconRequest } from "../wrappers/beacon-frames.ts";
import { Forger } from "../wrappers/forger.ts";
import { Sources } from "../wrappers/sources.ts";
import { pretended, WrappedConcentrator } from "../wrappers/wrapped-concentrator.ts";
import { claiming } from "./places.ts";

/** Links that fall so short of being heard are claimed to have been, dB: luck that cannot be refuted. */
const LIFT_DB = 10;

export const tunnelled: Strategy = {
  name: "tunnelled",
  title: "what one member hears all report, with forged signal",
  attack: "false-coverage",
  gang: "hotspots",
  scheme: tunnelling,
};

export const tunnelledGhosts: Strategy = {
  ...tunnelled,
  name: "tunnelled-ghosts",
  title: "the same, and every other member has no radio",
  place: ({ sites, honest }) => {
    const radios = sites.map((point, index) =>
      index % 2 === 0 ? { ...honest, point } : undefined,
    );
    return claiming(radios, sites, honest.gainDbi);
  },
};

interface Mouth {
  readonly member: Member;
  readonly radio: WrappedConcentrator;
}

function tunnelling(gang: Gang): Scheme {
  const { plan } = gang.air;
  const forger = new Forger({ random: gang.random("forger"), plan, liftDb: LIFT_DB });
  const sources = new Sources(gang, forger);
  const room = new BackRoom(gang, forger);
  const mouths: Mouth[] = [];
  return {
    wrapAgent(parts, member) {
      sources.follow(parts.ledger);
      const { radio: real, claim } = member.placement;
      const radio = new WrappedConcentrator(parts.concentrator, {
        hear: (frame) => {
          if (!isBeacon(frame)) return frame;
          const from = sources.of(frame, real ?? claim);
          if (from !== undefined) room.tell({ frame: frame.payload, from }, member);
          return frame;
        },
        transmit: (request, inner) => {
          if (!isBeaconRequest(request)) return inner.transmit(request);
          if (!sources.isOwn(request.payload)) {
            sources.own(request.payload, member);
            room.tell({ frame: request.payload, from: claim }, member);
          }
          if (real !== undefined) return inner.transmit(request);
          return nearestTo(member, mouths)?.radio.transmit(request) ?? pretended(request);
        },
      });
      if (real !== undefined) mouths.push({ member, radio });
      room.enter(member, radio);
      return { ...parts, concentrator: radio };
    },
  };
}

function nearestTo({ placement }: Member, mouths: readonly Mouth[]): Mouth | undefined {
  const away = ({ member }: Mouth) =>
    distanceMeters(member.placement.claim.point, placement.claim.point);
  return [...mouths].sort((one, other) => away(one) - away(other))[0];
}
