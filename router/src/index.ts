export * from "./codec/cayenne-lpp.ts";
export { batteryPercentOf, type DecodedPayload, decodePayload } from "./codec/decode-payload.ts";
export type { Router, RouterOptions, RouterStats } from "./contract.ts";
export { type CodecName, codecNames, type Device, type DeviceEntry } from "./device.ts";
export { DEVICES_PER_ADDRESS_AIM } from "./downlink/address-pool.ts";
export type { QueueItem } from "./downlink/downlink-queue.ts";
export { chirpstackEvent, gatewayIdOf, type OwnerNames } from "./events/chirpstack-json.ts";
export type * from "./events/events.ts";
export { topicOf } from "./events/mqtt-integration.ts";
export type { Fetch } from "./events/webhook.ts";
export { ROUTER_PREFIX, routerRoutes } from "./http/routes.ts";
export type { DeviceKeys, DeviceRefusal, NewDevice } from "./owners/device-service.ts";
export type { DeviceStatus, Fix } from "./owners/device-status.ts";
export type { MqttAuthorizer } from "./owners/mqtt-authorizer.ts";
export type { Application, Owner } from "./owners/owner-registry.ts";
export type { TrailPoint } from "./owners/trail.ts";
export { type ChannelPolicy, defaultChannelPolicy } from "./payment/channel-policy.ts";
export type { ChannelSpend, HotspotSpend } from "./payment/spend.ts";
export { createRouter } from "./router.ts";
export {
  openOwnerToken,
  type RouterDaemon,
  type RunRouterOptions,
  runRouter,
} from "./run-router.ts";
export type { HotspotFacts } from "./sessions/hotspot-link.ts";
export { type OutcomeName, outcomeNames } from "./uplink/front-desk.ts";
