export * from "./client/index.ts";
export * from "./coverage/index.ts";
export * from "./node/index.ts";
