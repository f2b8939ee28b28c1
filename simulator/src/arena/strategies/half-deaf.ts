/**
 * Hotspots that give half of their part: deaf ones transmit and never report, mute ones sign receipts
 * for beacons that they do not transmit, whisperers transmit them so faintly that hardly anybody hears,
 * which is enough to be no mute one, lazy ones answer challenges and carry no data.
 * On Helium deaf and mute ones earned half of it all (HIP-42, HIP-106). Against rule 14; the lazy
 * lose what data pays, and nothing else.
 */
import { dbm } from "@katydid/protocol";
import type { Strategy } from "../strategy.ts";
import { isBeacon, isBeaconRequest } from "../wrappers/beacon-frames.ts";
import { radioScheme } from "../wrappers/radio-scheme.ts";
import { pretended } from "../wrappers/wrapped-concentrator.ts";

/** Without the amplifier of its front end: it reaches a fifth as far, so the next house or two. */
const WHISPER_DBM = 0;

const freeRiding = { attack: "free-riding", gang: "hotspots" } as const;

export const deaf: Strategy = {
  ...freeRiding,
  name: "deaf",
  title: "transmits its beacons, never reports those of others",
  scheme: radioScheme(() => ({ hear: (frame) => (isBeacon(frame) ? undefined : frame) })),
};

export const mute: Strategy = {
  ...freeRiding,
  name: "mute",
  title: "signs receipts for beacons that it does not transmit",
  scheme: radioScheme(() => ({
    transmit: (request, radio) =>
      isBeaconRequest(request) ? pretended(request) : radio.transmit(request),
  })),
};

export const whisper: Strategy = {
  ...freeRiding,
  name: "whisper",
  title: "transmits its beacons so faintly that hardly anybody hears",
  scheme: radioScheme(() => ({
    transmit: (request, radio) =>
      radio.transmit(
        isBeaconRequest(request) ? { ...request, powerDbm: dbm(WHISPER_DBM) } : request,
      ),
  })),
};

export const lazy: Strategy = {
  ...freeRiding,
  name: "lazy",
  title: "answers challenges, carries no data",
  scheme: radioScheme(() => ({ hear: (frame) => (isBeacon(frame) ? frame : undefined) })),
};
