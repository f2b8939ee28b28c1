export * from "./address.ts";
export * from "./agreement.ts";
export * from "./airtime.ts";
export * from "./block.ts";
export * from "./bounded-map.ts";
export * from "./bytes.ts";
export * from "./cells.ts";
export * from "./challenge.ts";
export * from "./claim.ts";
export * as codec from "./codec.ts";
export { Reader, Writer } from "./codec-buffer.ts";
export * from "./dc.ts";
export * from "./decode-error.ts";
export * from "./density.ts";
export * from "./distance.ts";
export * from "./domain.ts";
export * from "./eui-filter.ts";
export * as fields from "./fields.ts";
export { isDataRate } from "./fields.ts";
export * from "./hash.ts";
export * from "./header.ts";
export * from "./keys.ts";
export * from "./login-token.ts";
export * from "./lorawan/index.ts";
export * from "./merkle.ts";
export * from "./message.ts";
export * from "./message-codec.ts";
export {
  BOUGHT_MAX,
  declineReasons,
  PHY_PAYLOAD_BYTES_MAX,
  REFUSAL_BYTES_MAX,
  REGION_BYTES_MAX,
} from "./message-fields.ts";
export * from "./names.ts";
export * from "./network-file.ts";
export * from "./params.ts";
export * from "./path-loss.ts";
export * from "./payout.ts";
export * from "./price.ts";
export * from "./regions.ts";
export * from "./reward-units.ts";
export * from "./seal.ts";
export * from "./session.ts";
export * from "./settle.ts";
export * from "./signers.ts";
export * from "./topics.ts";
export * from "./transaction.ts";
export * from "./transaction-codec.ts";
export * from "./transaction-signing.ts";
export * from "./units.ts";
export * from "./verdict.ts";
export * from "./verify-commit.ts";
