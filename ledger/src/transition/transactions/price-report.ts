/** price-report: an oracle's submission. It counts from the next block on (steps/price.ts). */
import { addressBytes, type PriceReport } from "@katydid/protocol";
import { oracleTable } from "../tables.ts";
import { accept, type Rule, refuse } from "./ruling.ts";

export const priceReport: Rule<PriceReport> = (draft, body) => {
  const key = addressBytes(body.actor);
  if (draft.get(oracleTable, key) === undefined) {
    return refuse({ reason: "not-oracle", actor: body.actor });
  }
  if (body.priceMicroUsd === 0) return refuse({ reason: "out-of-range", field: "priceMicroUsd" });
  return accept(() => {
    draft.put(oracleTable, key, { priceMicroUsd: body.priceMicroUsd, at: draft.now });
  });
};
