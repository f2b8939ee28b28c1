/** What a simulated network starts from: one producer, no oracles, relays, and what people are granted. */
import { genesisProducer, type LedgerNodeOptions } from "@katydid/ledger";
import type { Address, KeyPair, MicroUsd, Milliseconds, Motes, Params } from "@katydid/protocol";

export type Genesis = LedgerNodeOptions["genesis"];

export function simulatedGenesis(from: {
  readonly chainId: string;
  readonly time: Milliseconds;
  readonly params: Params;
  readonly priceMicroUsd: MicroUsd;
  readonly people: {
    readonly producer: KeyPair;
    readonly producerSeed: Uint8Array;
    readonly relays: readonly { readonly operator: KeyPair; readonly url: string }[];
  };
  readonly grants: readonly { readonly address: Address; readonly motes: Motes }[];
}): Genesis {
  const { chainId, time, params, priceMicroUsd, people, grants } = from;
  const { producer: key, producerSeed: seed, relays } = people;
  return {
    ...{ chainId, time, priceMicroUsd },
    params: params.name,
    producer: genesisProducer({ key, seed, stakeMotes: params.validatorStake }),
    oracles: [],
    accounts: grants,
    relays: relays.map(({ operator, url }) => ({ operator: operator.address, url })),
  };
}
