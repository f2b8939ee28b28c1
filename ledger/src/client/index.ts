/** What agents, routers, wallets and pages ask of a ledger node, in whatever process it runs. */
export * from "./client.ts";
export { DirectLedgerClient } from "./direct-client.ts";
export { concerns, type EventPosition, parseSequence, sequenceOf } from "./events.ts";
export { HttpLedgerClient, type HttpLedgerClientOptions } from "./http-client.ts";
export * from "./schemas.ts";
export {
  type BodyWithoutCommon,
  SENDER_QUEUE_MAX,
  type SendOptions,
  TransactionSender,
  type TransactionSenderOptions,
} from "./transaction-sender.ts";
export { fromWire, type JsonSchema, type JsonValue, toWire } from "./wire.ts";
