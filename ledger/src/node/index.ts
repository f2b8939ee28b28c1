/** The ledger node: chain, mempool, index, producer. */
export { BLOCKS_MAX, type Finalized, type FinalizeOutcome } from "./chain.ts";
export {
  EmbeddedProducer,
  type EmbeddedProducerOptions,
  genesisProducer,
} from "./embedded-producer.ts";
export { CHAIN_LENGTH, EntropyChains } from "./entropy-chain.ts";
export { type LedgerRoutesOptions, ledgerRoutes } from "./http/routes.ts";
export { type EndedChallenge, type IndexLimits, indexLimits } from "./index-store.ts";
export { LedgerNode, type LedgerNodeOptions } from "./ledger-node.ts";
export { type MempoolLimits, mempoolLimits } from "./mempool.ts";
export type { LedgerQueries } from "./queries.ts";
export type { SealedBlock } from "./sealed-block.ts";
export { BUCKET_BITS, checkStateProof, type StateProof, StateTree } from "./state-tree.ts";
