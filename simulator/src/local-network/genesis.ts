/** What the test network on one machine grants at its first block. */
import { genesisProducer } from "@katydid/ledger";
import type { Genesis } from "@katydid/ledger/transition";
import { type Address, type Milliseconds, microUsd, tokens } from "@katydid/protocol";
import type { Beginning, LocalKeys } from "./folder.ts";

/** Chosen so that a bond of 40 USD is 20 tokens. */
const PRICE_MICRO_USD = microUsd(2_000_000);
const FAUCET = tokens(1_000_000);
/** Registers router and slabs (some 160 USD) and fills channels for years. */
const OPERATOR = tokens(100_000);
const OWNER = tokens(10_000);
const PATRON = tokens(10_000);

export function localGenesis(beginning: Beginning, keys: LocalKeys): Genesis {
  const { producer: key, chainSeed: seed } = keys;
  const account = (address: Address, motes: typeof OWNER) => ({ address, motes });
  return {
    chainId: beginning.chainId,
    time: beginning.startedAt as Milliseconds,
    params: "minimal",
    producer: genesisProducer({ key, seed, stakeMotes: tokens(10_000) }),
    oracles: [],
    priceMicroUsd: PRICE_MICRO_USD,
    accounts: [
      account(keys.faucet.address, FAUCET),
      account(keys.operator.address, OPERATOR),
      account(keys.owner.address, OWNER),
      account(keys.producer.address, tokens(100)),
      ...keys.patrons.map(({ address }) => account(address, PATRON)),
    ],
  };
}
