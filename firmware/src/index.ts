export * from "./concentrator.ts";
