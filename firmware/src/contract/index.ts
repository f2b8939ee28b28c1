export * from "./concentrator-contract.ts";
export * from "./scripted-forwarder.ts";
