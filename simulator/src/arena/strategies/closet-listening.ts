/**
 * A closet with an ear: beacons of the gang go round by cable, with the signals of the claimed cells,
 * but its radios stand in a flat and report the strangers that they hear there, as they are. So the
 * members hear neighbours, only nobody hears them. Against closed-cluster; all hear the same
 * strangers with the same signal (attached-stack), and nobody there hears of them (unbacked-hearing).
 * Forged, each has the strangers' signal rewritten for its own cell, so that no two hear alike.
 */
import type { Gang, Scheme, Strategy } from "../strategy.ts";
import { BackRoom } from "../wrappers/back-room.ts";
import { isBeaconRequest } from "../wrappers/beacon-frames.ts";
import { Forger } from "../wrappers/forger.ts";
import { forgedHearing } from "../wrappers/forging-scheme.ts";
import { Sources } from "../wrappers/sources.ts";
import { pretended, WrappedConcentrator } from "../wrappers/wrapped-concentrator.ts";
import { busiest, claiming, clump, ROOMY_METERS, shelf } from "./places.ts";

export const closetListening: Strategy = {
  name: "closet-listening",
  title: "closet that also reports the strangers around its flat",
  attack: "false-coverage",
  gang: "hotspots",
  place: (input) => {
    const flat = busiest(input);
    const count = input.sites.length;
    const cells = clump({ middle: flat, count, spacingMeters: ROOMY_METERS });
    return claiming(shelf(input, flat), cells, input.honest.gainDbi);
  },
  scheme: (gang) => listening(gang, { strangers: "as heard" }),
};

export const closetListeningForged: Strategy = {
  ...closetListening,
  name: "closet-listening-forged",
  title: "the same, with the strangers' signal rewritten for each cell",
  scheme: (gang) => listening(gang, { strangers: "forged" }),
};

function listening(
  gang: Gang,
  { strangers }: { readonly strangers: "as heard" | "forged" },
): Scheme {
  const forger = new Forger({ random: gang.random("forger"), plan: gang.air.plan });
  const sources = new Sources(gang, forger);
  const room = new BackRoom(gang, forger);
  return {
    wrapAgent(parts, member) {
      sources.follow(parts.ledger);
      const { radio: real, claim } = member.placement;
      const forged = forgedHearing({ sources, forger, at: real ?? claim, claim });
      const concentrator = new WrappedConcentrator(parts.concentrator, {
        hear: strangers === "forged" ? forged : (frame) => frame,
        transmit: (request, radio) => {
          if (!isBeaconRequest(request)) return radio.transmit(request);
          room.tell({ frame: request.payload, from: claim }, member);
          return pretended(request);
        },
      });
      room.enter(member, concentrator);
      return { ...parts, concentrator };
    },
  };
}
