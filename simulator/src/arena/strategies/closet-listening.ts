/**
 * A closet with an ear: beacons of the gang go round by cable, with the signals of the claimed cells,
 * but its radios stand in a flat and report the strangers that they hear there, as they are. So the
 * members hear neighbours, only nobody hears them. Against closed-cluster; all hear the same
 * strangers with the same signal (attached-stack), and nobody there hears of them (unbacked-hearing).
 */
import type { Strategy } from "../strategy.ts";
import { BackRoom } from "../wrappers/back-room.ts";
import { isBeaconRequest } from "../wrappers/beacon-frames.ts";
import { Forger } from "../wrappers/forger.ts";
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
  scheme: (gang) => {
    const forger = new Forger({ random: gang.random("forger"), plan: gang.air.plan });
    const room = new BackRoom(gang, forger);
    return {
      wrapAgent(parts, member) {
        const concentrator = new WrappedConcentrator(parts.concentrator, {
          transmit: (request, radio) => {
            if (!isBeaconRequest(request)) return radio.transmit(request);
            room.tell({ frame: request.payload, from: member.placement.claim }, member);
            return pretended(request);
          },
        });
        room.enter(member, concentrator);
        return { ...parts, concentrator };
      },
    };
  },
};
