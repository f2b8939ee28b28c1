export * from "./bus.ts";
export * from "./clock.ts";
export * from "./log.ts";
export * from "./metrics.ts";
export * from "./random.ts";
export * from "./store.ts";
export * from "./udp.ts";
