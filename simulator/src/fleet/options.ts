/** What a fleet run is made of. Everything else follows from the seed. */
import type { Params } from "@katydid/protocol";
import type { InterferenceModel } from "../air/interference.ts";

export interface FleetOptions {
  readonly hotspots: number;
  readonly devices: number;
  /** Virtual hours of traffic. */
  readonly hours: number;
  readonly seed: string;
  /** Parameters of the ledger. Default main. */
  readonly preset?: Params["name"];
  /** Hotspots that a packet has in range on average. Default 5. */
  readonly inRange?: number;
  /** Table of interference between spreading factors. Default goursaud. */
  readonly interference?: InterferenceModel;
}

/** Bounds of one process: past them nothing here was ever run. */
export const FLEET_HOTSPOTS_MAX = 10_000;
export const FLEET_DEVICES_MAX = 100_000;
export const FLEET_HOURS_MAX = 24 * 31;

/** Of a hundred devices these are collars, the rest sensors, as in `katydid up` (12 and 8). */
export const COLLARS_PER_HUNDRED = 60;
export const IN_RANGE_DEFAULT = 5;

/** Why options cannot be run; undefined if they can. */
export function fleetOptionsFlaw(options: FleetOptions): string | undefined {
  const { hotspots, devices, hours, inRange = IN_RANGE_DEFAULT } = options;
  if (!isWithin(hotspots, 1, FLEET_HOTSPOTS_MAX)) return `hotspots: 1 to ${FLEET_HOTSPOTS_MAX}`;
  if (!isWithin(devices, 0, FLEET_DEVICES_MAX)) return `devices: 0 to ${FLEET_DEVICES_MAX}`;
  if (!(hours > 0 && hours <= FLEET_HOURS_MAX)) return `hours: above 0, to ${FLEET_HOURS_MAX}`;
  if (!(inRange > 0 && inRange < hotspots)) return "in range: above 0, below the hotspots";
  return undefined;
}

const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;
