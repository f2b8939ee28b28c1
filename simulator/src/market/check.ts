/**
 * The model beside a full fleet: the same hotspots in the same places under the same sky. The fleet
 * draws, transmits, hears, judges and settles; the model says what its challenges should pay, given
 * which hotspots were drawn as targets. What is left is luck in hearing, and what the model leaves out.
 */
import { type Address, cellAt, LOCATION_RESOLUTION, UNITS_ONE } from "@katydid/protocol";
import { Fleet } from "../fleet/fleet.ts";
import type { FleetOptions } from "../fleet/options.ts";
import { Hearing } from "./hearing.ts";
import { type MappedSite, RewardModel } from "./reward-model.ts";

/** Of the number of challenges, and of the network's sum of units: the model may be off by this. */
export const TOTAL_TOLERANCE = 0.03;
/** Of the mean hotspot's units: the mean of what hotspots are off by. */
export const HOTSPOT_TOLERANCE = 0.06;

const SECONDS_PER_HOUR = 3600;

export const checkOptions: FleetOptions = {
  hotspots: 30,
  devices: 10,
  hours: 12,
  seed: "market-check",
  preset: "arena",
};

export interface CheckedHotspot {
  readonly name: string;
  /** Challenges of which it was the target, that had a receipt. */
  readonly beacons: number;
  /** Beaconer and witness units. */
  readonly fleetUnits: number;
  readonly modelUnits: number;
}
export interface Check {
  readonly options: FleetOptions;
  readonly challenges: number;
  readonly modelChallenges: number;
  readonly hotspots: readonly CheckedHotspot[];
  /** Model over fleet, less 1. */
  readonly totalError: number;
  /** Mean of |model - fleet| over the mean of fleet. */
  readonly hotspotError: number;
  readonly holds: boolean;
}

interface Seen {
  beacons: number;
  units: number;
}

export async function checkAgainstFleet(options: FleetOptions = checkOptions): Promise<Check> {
  const fleet = new Fleet(options);
  await fleet.found();
  const seen = watchUnits(fleet);
  await fleet.run();
  const sites = sitesOf(fleet);
  const model = new RewardModel<MappedSite>({
    params: fleet.params,
    density: fleet.params.density,
    hearing: new Hearing({ ...fleet, ...fleet.air, plan: fleet.air.plan }),
    random: fleet.world.random("market check"),
  });
  for (const site of sites.values()) model.add(site);
  const expected = expectedUnits(model, { sites, seen });
  const hotspots = [...sites].map(([address, site], index) => ({
    name: `hotspot ${index}`,
    beacons: seen.get(address)?.beacons ?? 0,
    fleetUnits: seen.get(address)?.units ?? 0,
    modelUnits: expected.get(site) ?? 0,
  }));
  const sum = (of: (each: CheckedHotspot) => number) =>
    hotspots.reduce((total, each) => total + of(each), 0);
  const total = sum(({ fleetUnits }) => fleetUnits);
  const totalError = sum(({ modelUnits }) => modelUnits) / total - 1;
  const off = sum(({ modelUnits, fleetUnits }) => Math.abs(modelUnits - fleetUnits));
  const hotspotError = off / total;
  const challenges = sum(({ beacons }) => beacons);
  const modelChallenges = model.challengesIn(options.hours * SECONDS_PER_HOUR);
  const countError = modelChallenges / challenges - 1;
  const totalHolds = [countError, totalError].every((off) => Math.abs(off) <= TOTAL_TOLERANCE);
  const holds = totalHolds && hotspotError <= HOTSPOT_TOLERANCE;
  return { options, challenges, modelChallenges, hotspots, totalError, hotspotError, holds };
}

export function checkTable(check: Check): readonly string[] {
  const { options, challenges, totalError, hotspotError, holds } = check;
  const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
  return [
    `${options.hotspots} hotspots, ${options.hours} virtual hours, preset ${options.preset}, seed ${options.seed}`,
    `${challenges} challenges with a receipt, ${check.modelChallenges} expected`,
    "hotspot        beacons   fleet   model",
    ...check.hotspots.map(
      ({ name, beacons, fleetUnits, modelUnits }) =>
        name.padEnd(12) +
        String(beacons).padStart(10) +
        fleetUnits.toFixed(2).padStart(8) +
        modelUnits.toFixed(2).padStart(8),
    ),
    `all units: model ${percent(totalError)} off (tolerance ${percent(TOTAL_TOLERANCE)})`,
    `a hotspot's: ${percent(hotspotError)} off on average (tolerance ${percent(HOTSPOT_TOLERANCE)})`,
    holds ? "the model agrees with the fleet" : "the model DOES NOT agree with the fleet",
  ];
}

/** Units of what the ledger settles from now on. */
function watchUnits(fleet: Fleet): ReadonlyMap<Address, Seen> {
  const seen = new Map<Address, Seen>();
  const of = (address: Address): Seen => {
    const known = seen.get(address);
    if (known !== undefined) return known;
    const made = { beacons: 0, units: 0 };
    seen.set(address, made);
    return made;
  };
  fleet.node.watch({ kinds: ["challenge-settled"] }, (event) => {
    if (event.kind !== "challenge-settled") return;
    const { target, receipt, witnesses, beaconerUnits } = event.view;
    if (target === undefined || receipt === undefined) return;
    of(target).beacons += 1;
    of(target).units += Number(beaconerUnits ?? 0);
    for (const { witness, units } of witnesses) of(witness).units += Number(units);
  });
  return seen;
}

function sitesOf(fleet: Fleet): ReadonlyMap<Address, MappedSite> {
  const { plane, propagation } = fleet.air;
  return new Map(
    fleet.agents.map(({ address }, index) => {
      const point = fleet.city.hotspots[index] ?? { x: 0, y: 0 };
      const cell = cellAt(plane.placeOf(point), LOCATION_RESOLUTION);
      return [address, { ...point, cell, field: propagation.fieldAt(point), metro: 0 }];
    }),
  );
}

function expectedUnits(
  model: RewardModel<MappedSite>,
  from: { sites: ReadonlyMap<Address, MappedSite>; seen: ReadonlyMap<Address, Seen> },
): ReadonlyMap<MappedSite, number> {
  const units = new Map<MappedSite, number>();
  const one = Number(UNITS_ONE);
  const add = (site: MappedSite, more: number) => units.set(site, (units.get(site) ?? 0) + more);
  for (const [address, site] of from.sites) {
    const beacons = from.seen.get(address)?.beacons ?? 0;
    const beacon = model.beaconOf(site);
    const scale = Number(model.scaleOf(site)) / one;
    const each = (beacons * scale) / beacon.draws / one;
    add(site, each * beacon.beaconer);
    for (const [witness, sum] of beacon.witnesses) add(witness, each * sum);
  }
  return units;
}
