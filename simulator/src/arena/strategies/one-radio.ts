/**
 * Many identities on one radio (Helium's packet forwarder multiplexers, HIP-83, HIP-94): the cost of
 * one, the lots of many. Claimed on one roof: against density and the spacing of witnesses. Claimed
 * around it, beyond each other's exclusion: against attached-stack, for all hear the same strangers
 * with the same signal; so also with a little noise on it, different for each. At best each forges the
 * strangers' signal for its own cell, and transmits at a power of its own, so that no two look alike.
 * What members hear of each other they make up, for one radio is deaf to itself.
 */

import { dbm } from "@katydid/protocol";
import { normal } from "../../world/seeded-random.ts";
import type { Gang, Scheme, Strategy } from "../strategy.ts";
import { BackRoom } from "../wrappers/back-room.ts";
import { withSignal } from "../wrappers/beacon-frames.ts";
import { Forger } from "../wrappers/forger.ts";
import { forgedHearing } from "../wrappers/forging-scheme.ts";
import { SharedRadio } from "../wrappers/shared-radio.ts";
import { Sources } from "../wrappers/sources.ts";
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

/** From one identity to the next, and from one beacon of it to the next, dB below what is allowed. */
const POWER_STEP_DB = 3;
const POWER_JITTER_DB = 3;
const POWER_STEPS = 4;

export const oneRadioForged: Strategy = {
  ...oneRadioSpread,
  name: "one-radio-forged",
  title: "the same, with signals forged for each cell and a power for each",
  scheme: (gang) => {
    const jitter = gang.random("power");
    const forger = new Forger({ random: gang.random("forger"), plan: gang.air.plan });
    const sources = new Sources(gang, forger);
    const flat = gang.members.find(({ placement }) => placement.radio !== undefined);
    const room = new BackRoom(gang, forger);
    const shared = new SharedRadio({
      hear: (frame, { placement }) => {
        // The one whose radio it is tells the truth.
        if (placement.radio !== undefined) return frame;
        const { claim } = placement;
        const at = flat?.placement.claim ?? claim;
        return forgedHearing({ sources, forger, at, claim })(frame);
      },
      send: (request, { index }) => {
        const lessDb = POWER_STEP_DB * (index % POWER_STEPS) + POWER_JITTER_DB * jitter.unit();
        return { ...request, powerDbm: dbm(Math.round(request.powerDbm - lessDb)) };
      },
      onBeacon: (frame, by) => room.tell({ frame, from: by.placement.claim }, by),
    });
    return {
      wrapAgent(parts, member) {
        sources.follow(parts.ledger);
        const concentrator = shared.wrap(parts, member);
        room.enter(member, concentrator);
        return { ...parts, concentrator };
      },
    };
  },
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
