/**
 * Real radios in the city, cells claimed 40 to 90 km out, where density counts in full; signals
 * lowered below the free-space bound of the claimed distance. Strangers hear them as they are: 1.6 %
 * of Helium's witnesses were farther than 100 km (HIP-58). Against rule 11 and rule 13, and the
 * classifiers: those who are heard so far away are heard by nobody near them.
 */
import { db, dbm, freeSpaceBoundMilliDbm, hertz } from "@katydid/protocol";
import { distanceMeters } from "../../air/geometry.ts";
import type { Strategy } from "../strategy.ts";
import { isBeacon, isBeaconRequest, withSignal } from "../wrappers/beacon-frames.ts";
import { type Claim, Forger } from "../wrappers/forger.ts";
import { Sources } from "../wrappers/sources.ts";
import { WrappedConcentrator } from "../wrappers/wrapped-concentrator.ts";
import { claiming, farOut } from "./places.ts";

const NEAR_METERS = 40_000;
const FAR_METERS = 90_000;
/** Below the bound at least and at most, dB: a line of sight from a hill. */
const BELOW_BOUND_DB_MIN = 2;
const BELOW_BOUND_DB_MAX = 8;

export const extremeDistance: Strategy = {
  name: "extreme-distance",
  title: "radios in the city, claimed 40 to 90 km out",
  attack: "false-coverage",
  gang: "hotspots",
  place: (input) => {
    const { sites, random, honest } = input;
    const headingRadians = 2 * Math.PI * random.unit();
    const cells = sites.map((origin) =>
      farOut({ origin, random, nearMeters: NEAR_METERS, farMeters: FAR_METERS, headingRadians }),
    );
    const radios = sites.map((point) => ({ ...honest, point }));
    return claiming(radios, cells, honest.gainDbi);
  },
  scheme: (gang) => {
    const { air } = gang;
    const random = gang.random("below the bound");
    const forger = new Forger({ random: gang.random("forger"), plan: air.plan });
    const sources = new Sources(gang, forger);
    const boundDbm = (from: Claim, to: Claim) => {
      const { powerDbm, channels } = air.plan.beacon;
      const distanceMillimeters = Math.max(1, distanceMeters(from.point, to.point)) * 1000;
      const bound = freeSpaceBoundMilliDbm({
        txPowerDbm: dbm(powerDbm),
        txGainDbi: db(from.gainDbi),
        rxGainDbi: db(to.gainDbi),
        frequencyHz: channels[0] ?? hertz(0),
        distanceMillimeters: Math.floor(distanceMillimeters),
      });
      const span = BELOW_BOUND_DB_MAX - BELOW_BOUND_DB_MIN;
      return bound / 1000 - BELOW_BOUND_DB_MIN - span * random.unit();
    };
    return {
      wrapAgent(parts, member) {
        sources.follow(parts.ledger);
        const { radio, claim } = member.placement;
        const concentrator = new WrappedConcentrator(parts.concentrator, {
          hear: (frame) => {
            if (!isBeacon(frame)) return frame;
            const from = sources.of(frame, radio ?? claim);
            if (from === undefined) return undefined;
            const rssiDbm = Math.min(frame.rssiDbm, boundDbm(from, claim));
            return withSignal(frame, forger.signalOf(rssiDbm));
          },
          transmit: (request, inner) => {
            if (isBeaconRequest(request)) sources.own(request.payload, member);
            return inner.transmit(request);
          },
        });
        return { ...parts, concentrator };
      },
    };
  },
};
