export * from "./concentrator.ts";
export * from "./frame-queue.ts";
export * from "./gwmp/datagram.ts";
export * from "./gwmp/gateway-stat.ts";
export * from "./gwmp/gwmp-concentrator.ts";
export * from "./gwmp/pending-transmissions.ts";
export * from "./gwmp/rxpk.ts";
