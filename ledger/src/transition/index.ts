/**
 * The ledger's pure core: what a block of transactions does to the state. No clock, no randomness,
 * no I/O: everything comes in as an argument.
 */
export { ActiveIndex } from "./active-index.ts";
export { applyBlock, nextContext, protocolTimeAt } from "./apply-block.ts";
export { openChallengeView as challengeView } from "./challenge-view.ts";
export { channelView } from "./channels.ts";
export type * from "./classifier-rows.ts";
export * from "./classifier-tables.ts";
export { hearingView, standingClassifications, trafficView } from "./classifier-views.ts";
export { auditSupply, checkConservation, supplyView } from "./conservation.ts";
export { accountOf, chainOf, hotspotOf, supplyOf, workDueAt } from "./draft.ts";
export { genesisDraft, genesisRows } from "./genesis.ts";
export { identityOf } from "./identity.ts";
export * from "./keys.ts";
export { plan } from "./plan.ts";
export { chainStep, checkLink, producerIdOf } from "./producer.ts";
export { routerView } from "./routers.ts";
export type * from "./rows.ts";
export * from "./tables.ts";
export type * from "./types.ts";
export {
  emptyView,
  fullKeyOf,
  keyName,
  Overlay,
  type RowWrite,
  type Table,
  type View,
  type ViewRange,
} from "./view.ts";
export {
  accountView,
  channelViews,
  hotspotAddresses,
  hotspotView,
  relayViews,
  routerViews,
} from "./views.ts";
