export * from "./air/air.ts";
export * from "./air/constants.ts";
export * from "./air/geometry.ts";
export * from "./air/interference.ts";
export type { Window } from "./air/listening.ts";
export * from "./air/propagation.ts";
export * from "./air/radio.ts";
export * from "./air/simulated-concentrator.ts";
export { allStrategies } from "./arena/all-strategies.ts";
export { scalingLines } from "./arena/check-scaling.ts";
export { arenaPage, runLine } from "./arena/page.ts";
export { tableMarkdown, tableText, withTable } from "./arena/report-text.ts";
export {
  type ArenaOptions,
  type ArenaRun,
  runArena,
  seedsUpTo,
  strategiesNamed,
} from "./arena/run-arena.ts";
export { runArenaWorld, type WorldResult } from "./arena/run-world.ts";
export type { Strategy } from "./arena/strategy.ts";
export { type ArenaSize, arenaSizes, type Defence } from "./arena/world-options.ts";
export * from "./device/collar.ts";
export * from "./device/device-memory.ts";
export * from "./device/dog-walk.ts";
export * from "./device/program.ts";
export * from "./device/sensor.ts";
export * from "./device/simulated-device.ts";
export * from "./fleet/conservation.ts";
export * from "./fleet/fleet.ts";
export type { FleetFigures } from "./fleet/fleet-counts.ts";
export * from "./fleet/options.ts";
export * from "./fleet/report.ts";
export * from "./fleet/run-fleet.ts";
export * from "./local-network/local-network.ts";
export * from "./market/index.ts";
export * from "./scenario.ts";
export * from "./world/seeded-random.ts";
export * from "./world/virtual-broker.ts";
export * from "./world/virtual-clock.ts";
export * from "./world/virtual-log.ts";
export * from "./world/virtual-metrics.ts";
export * from "./world/virtual-store.ts";
export * from "./world/world.ts";
