/**
 * Many identities on one radio (Helium's packet forwarder multiplexers, HIP-83, HIP-94): the cost of
 * one, the lots of many. Claimed on one roof: against density and the spacing of witnesses. Claimed
 * around it, beyond each other's exclusion: against attached-stack, for all hear the same strangers
 * with the same signal; so also with a little noise on it, different for each. What members hear of
 * each other they make up, for one radio is deaf to itself.
 */

import { normal } from "../../world/seeded-random.ts";
import type { Gang, Scheme, Strategy } from "../strategy.ts";
import { BackRoom } from "../wrappers/back-room.ts";
import { withSignal } from "../wrappers/beacon-frames.ts";
import { Forger } from "../wrappers/forger.ts";
import { SharedRadio } from "../wrappers/shared-radio.ts";
import { busiest, claiming, clump, type PlaceInput, ROOMY_METERS } from "./places.ts";

/** Between what two identities state of one frame, dB: more would be worth a look by itself. */
const NOISE_DB = 3;

export const oneRadio: Strategy = {
  name: "one-radio",
  title: "many identities on one radio, claimed on its roof",
  attack: "false-coverage",
  gang: "hotspots",
  radios: 1,
  place: (input) => {
    const point = busiest(input);
    const cells = input.sites.map(() => point);
    return claiming([{ ...input.honest, point }], cells, input.honest.gainDbi);
  },
  scheme: () => {
    const shared = new SharedRadio();
    return {
      wrapAgent: (parts, member) => ({ ...parts, concentrator: shared.wrap(parts, member) }),
    };
  },
};

export const oneRadioSpread: Strategy = {
  ...oneRadio,
  name: "one-radio-spread",
  title: "many identities on one radio, claimed around it",
  place: around,
  scheme: (gang) => spreadScheme(gang, { noiseDb: 0 }),
};

export const oneRadioNoise: Strategy = {
  ...oneRadioSpread,
  name: "one-radio-noise",
  title: "the same, with noise on the signal, different for each",
  scheme: (gang) => spreadScheme(gang, { noiseDb: NOISE_DB }),
};

function around(input: PlaceInput) {
  const middle = busiest(input);
  const cells = clump({ middle, count: input.sites.length, spacingMeters: ROOMY_METERS });
  return claiming([{ ...input.honest, point: middle }], cells, input.honest.gainDbi);
}

function spreadScheme(gang: Gang, { noiseDb }: { readonly noiseDb: number }): Scheme {
  const noise = gang.random("noise");
  const forger = new Forger({ random: gang.random("forger"), plan: gang.air.plan });
  const room = new BackRoom(gang, forger);
  const shared = new SharedRadio({
    hear: (frame) =>
      noiseDb === 0
        ? frame
        : withSignal(frame, forger.signalOf(frame.rssiDbm + noiseDb * normal(noise))),
    onBeacon: (frame, by) => room.tell({ frame, from: by.placement.claim }, by),
  });
  return {
    wrapAgent(parts, member) {
      const concentrator = shared.wrap(parts, member);
      room.enter(member, concentrator);
      return { ...parts, concentrator };
    },
  };
}
