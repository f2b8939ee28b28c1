export * from "./world/seeded-random.ts";
export * from "./world/virtual-broker.ts";
export * from "./world/virtual-clock.ts";
export * from "./world/virtual-log.ts";
export * from "./world/virtual-metrics.ts";
export * from "./world/virtual-store.ts";
export * from "./world/world.ts";
