export * from "./aes.ts";
export * from "./cf-list.ts";
export * from "./data-frame.ts";
export * from "./device.ts";
export * from "./frame.ts";
export * from "./frame-counter.ts";
export * from "./identifiers.ts";
export * from "./join.ts";
