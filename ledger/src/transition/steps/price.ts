/** The oracle price: the median of what was submitted before this block, if enough oracles did. */
import { type MicroUsd, medianPrice } from "@katydid/protocol";
import type { Draft } from "../draft.ts";
import { oracleTable } from "../tables.ts";

export function updatePrice(draft: Draft): void {
  const windowMs = draft.context.params.priceWindowSeconds * 1000;
  const submissionsMicroUsd: MicroUsd[] = [];
  let oracles = 0;
  for (const [, { priceMicroUsd, at }] of draft.range(oracleTable)) {
    oracles += 1;
    if (priceMicroUsd !== undefined && at >= draft.now - windowMs) {
      submissionsMicroUsd.push(priceMicroUsd);
    }
  }
  const previousMicroUsd = draft.chain.priceMicroUsd;
  const priceMicroUsd = medianPrice({ oracles, previousMicroUsd, submissionsMicroUsd });
  if (priceMicroUsd === previousMicroUsd) return;
  draft.updateChain({ priceMicroUsd });
  draft.tell({ kind: "price-changed", subjects: [], priceMicroUsd });
}
