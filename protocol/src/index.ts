export * from "./message.ts";
export * from "./params.ts";
export * from "./transaction.ts";
export * from "./units.ts";
