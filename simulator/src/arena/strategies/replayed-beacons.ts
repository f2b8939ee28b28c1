/**
 * Members with real radios, all over the city: a beacon that one of them transmits or hears is
 * transmitted again by the others, so that strangers and members witness it where it never was. At
 * once (relayed over the internet, within the lag of rule 6), or ten seconds later (against rule 6;
 * HIP-70). Honest witnesses of a replay report what they heard: they must not pay for it.
 */
import { BoundedMap } from "@katydid/protocol";
import type { Gang, Scheme, Strategy } from "../strategy.ts";
import { beaconName, beaconRequest, isBeacon, isBeaconRequest } from "../wrappers/beacon-frames.ts";
import { WrappedConcentrator } from "../wrappers/wrapped-concentrator.ts";

/** One after the other, ms: a beacon is on the air for 330 ms, and two at once are none. */
const TURN_MS = 400;
const LATE_MS = 10_000;
const REPLAYED_MAX = 4096;

export const replayedBeacons: Strategy = {
  name: "replayed-beacons",
  title: "beacons transmitted again at once by members elsewhere",
  attack: "false-coverage",
  gang: "hotspots",
  scheme: (gang) => replaying(gang, { afterMs: 0 }),
};

export const replayedLate: Strategy = {
  ...replayedBeacons,
  name: "replayed-late",
  title: "beacons transmitted again by members elsewhere, 10 s later",
  scheme: (gang) => replaying(gang, { afterMs: LATE_MS }),
};

function replaying(gang: Gang, { afterMs }: { readonly afterMs: number }): Scheme {
  const { world, air } = gang;
  const known = new BoundedMap<string, true>(REPLAYED_MAX);
  const radios: WrappedConcentrator[] = [];
  const replay = (frame: Uint8Array, by: WrappedConcentrator) => {
    const name = beaconName(frame);
    if (known.get(name) === true) return;
    known.set(name, true);
    const request = beaconRequest(frame, air.plan);
    let turn = 1;
    for (const radio of radios) {
      if (radio === by) continue;
      const waitMs = afterMs + turn * TURN_MS;
      world.clock.after(waitMs, () => void radio.transmit(request));
      turn += 1;
    }
  };
  return {
    wrapAgent(parts) {
      const concentrator: WrappedConcentrator = new WrappedConcentrator(parts.concentrator, {
        hear: (frame) => {
          if (isBeacon(frame)) replay(frame.payload, concentrator);
          return frame;
        },
        transmit: (request, radio) => {
          // A replay is a beacon that is known by then.
          if (isBeaconRequest(request)) replay(request.payload, concentrator);
          return radio.transmit(request);
        },
      });
      radios.push(concentrator);
      return { ...parts, concentrator };
    },
  };
}
