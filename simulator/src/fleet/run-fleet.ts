/** Runs a fleet from start to end, and says what is seen on the way: what `katydid fleet` does. */

import { Fleet } from "./fleet.ts";
import type { FleetFigures } from "./fleet-counts.ts";
import type { FleetOptions } from "./options.ts";
import { fleetHead, fleetLine, fleetTable } from "./report.ts";

export interface FleetRun {
  readonly options: FleetOptions;
  readonly figures: FleetFigures;
  /** Of the world: how much was simulated. */
  readonly events: number;
  readonly receptions: number;
}

/**
 * Lines go to `say` as they come; the same options give the same lines and the same result. How far
 * it is goes to `onProgress`.
 */
export async function runFleet(
  options: FleetOptions,
  say: (line: string) => void,
  onProgress: (says: string) => void = () => undefined,
): Promise<FleetRun> {
  const fleet = new Fleet(options);
  for (const line of fleetHead(fleet)) say(line);
  onProgress("founding the network");
  await fleet.found();
  const figures = await fleet.run((hour) => say(fleetLine(hour)), {
    onProgress: (hours) => onProgress(`${hours.toFixed(2)} of ${options.hours} virtual hours`),
  });
  say("");
  for (const line of fleetTable(figures)) say(line);
  const { warnings, errors } = fleet.world.log;
  say(`participants logged ${warnings} warnings and ${errors} errors`);
  for (const { message } of fleet.world.log.lines.slice(0, 5)) say(`  ${message}`);
  const { events } = fleet.world.clock;
  return { options, figures, events, receptions: fleet.air.counts.receptions };
}
