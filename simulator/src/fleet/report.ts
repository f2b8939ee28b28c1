/**
 * A fleet run as text: a line for each hour, a closing table. No figure of the machine is in it.
 */
import { MOTES_PER_TOKEN } from "@katydid/protocol";
import type { Fleet, FleetHour } from "./fleet.ts";
import type { FleetFigures } from "./fleet-counts.ts";

const COLUMNS = [
  ["hour", 6],
  ["blocks", 8],
  ["sent", 9],
  ["heard", 9],
  ["bought", 9],
  ["delivered", 10],
  ["dc", 9],
  ["challenges", 11],
  ["valid", 8],
  ["cells", 7],
] as const;

/** What is run, and the head of the lines that follow. */
export function fleetHead(fleet: Fleet): readonly string[] {
  const { options, params, air, city } = fleet;
  const { hotspots, devices, hours, seed } = options;
  const { propagation } = air;
  return [
    `${hotspots} hotspots, ${devices} devices, ${hours} virtual hours, seed ${seed}, preset ${params.name}`,
    `${air.plan.name}, radius ${(city.radiusMeters / 1000).toFixed(1)} km, ` +
      `${city.inRange.toFixed(1)} hotspots in range of a packet`,
    `path loss ${propagation.parameters.name}, interference ${air.interference}`,
    COLUMNS.map(([name, width]) => name.padStart(width)).join(""),
  ];
}

/** The totals so far, under the columns of the head. */
export function fleetLine({ hour, figures }: FleetHour): string {
  const { packets, dc, challenges, witnesses, blocks, cellsCovered } = figures;
  const values = [
    ...[hour, blocks, packets.sent, packets.heard, packets.bought, packets.delivered],
    ...[dc.vouched, challenges.settled, witnesses.valid ?? 0, cellsCovered],
  ];
  return values.map((value, at) => String(value).padStart(COLUMNS[at]?.[1] ?? 8)).join("");
}

/** The closing table. */
export function fleetTable(figures: FleetFigures): readonly string[] {
  const { packets, joins, dc, challenges, witnesses, rewards } = figures;
  const { bought, ...told } = packets.told;
  const rows: readonly (readonly [string, string | number])[] = [
    ["cells covered", figures.cellsCovered],
    ["cells mapped", figures.cellsMapped],
    ["packets sent", packets.sent],
    ["packets heard", packets.heard],
    ["packets bought", packets.bought],
    ["packets delivered", packets.delivered],
    ...nonZero(told).map(([name, count]) => [`  copies told ${name}`, count] as const),
    ["joins sent", joins.sent],
    ["joins answered", joins.answered],
    ["DC vouched", dc.vouched],
    ["DC redeemed", dc.redeemed],
    ["DC settled", dc.settled],
    ...nonZero(challenges).map(([name, count]) => [`challenges ${words(name)}`, count] as const),
    ...nonZero(witnesses).map(([verdict, count]) => [`witnesses ${verdict}`, count] as const),
    ["epochs", rewards.epochs],
    ["rewards paid", tokens(rewards.paid)],
    ["rewards booked and held", tokens(rewards.held)],
    ["rewards released", tokens(rewards.released)],
    ["blocks, conserved in each", figures.blocks],
  ];
  const width = Math.max(...rows.map(([, value]) => String(value).length));
  const nameWidth = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.map(([name, value]) => name.padEnd(nameWidth) + String(value).padStart(width));
}

function nonZero(counts: Readonly<Record<string, number>>): readonly [string, number][] {
  return Object.entries(counts).filter(([, count]) => count > 0);
}

/** `withoutReceipt` as people write it. */
const words = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** Motes as tokens with all eight decimals. */
function tokens(motes: string): string {
  const amount = BigInt(motes);
  const rest = (amount % MOTES_PER_TOKEN).toString().padStart(8, "0");
  return `${amount / MOTES_PER_TOKEN}.${rest}`;
}
