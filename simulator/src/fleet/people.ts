/**
 * Who takes part in a fleet, and what the ledger grants them: keys of the seed, so worth nothing.
 */
import type { Random } from "@katydid/platform";
import {
  type Address,
  type KeyPair,
  keyPairFromSeed,
  type Milliseconds,
  type Motes,
  microUsd,
  type Params,
  tokens,
} from "@katydid/protocol";
import { type Genesis, simulatedGenesis } from "./genesis.ts";

/** Hotspots of one patron: enthusiasts place several. */
const HOTSPOTS_PER_PATRON = 6;
/** At this price a bond of 40 USD is 20 tokens. */
const PRICE_MICRO_USD = microUsd(2_000_000);
const PATRON_MOTES = tokens(1000);
/** Router, slabs and channels. */
const OPERATOR_MOTES = tokens(1_000_000);
/** Brokers that carry challenges: reports go through three. */
const RELAYS = 3;

export interface People {
  readonly producer: KeyPair;
  /** Secret of the producer's hash chains. */
  readonly producerSeed: Uint8Array;
  /** Owns the router. */
  readonly operator: KeyPair;
  readonly router: KeyPair;
  readonly relays: readonly { readonly operator: KeyPair; readonly url: string }[];
  readonly hotspots: readonly { readonly key: KeyPair; readonly owner: KeyPair }[];
  readonly patrons: readonly KeyPair[];
}

export function fleetPeople(random: Random, hotspots: number): People {
  const key = (name: string) => keyPairFromSeed(random.stream(name).bytes(32));
  const patrons = Array.from({ length: Math.ceil(hotspots / HOTSPOTS_PER_PATRON) }, (_, index) =>
    key(`patron ${index}`),
  );
  return {
    producer: key("producer"),
    producerSeed: random.stream("producer chain").bytes(32),
    operator: key("operator"),
    router: key("router"),
    relays: Array.from({ length: RELAYS }, (_, index) => ({
      operator: key(`relay ${index}`),
      url: `mqtt://relay-${index + 1}.fleet.example:1883`,
    })),
    patrons,
    hotspots: Array.from({ length: hotspots }, (_, index) => ({
      key: key(`hotspot ${index}`),
      owner: patrons[Math.floor(index / HOTSPOTS_PER_PATRON)] ?? key("patron 0"),
    })),
  };
}

export function fleetGenesis(from: {
  readonly people: People;
  readonly chainId: string;
  readonly time: Milliseconds;
  readonly params: Params;
}): Genesis {
  const { people } = from;
  const grant = (address: Address, motes: Motes) => ({ address, motes });
  const grants = [
    grant(people.operator.address, OPERATOR_MOTES),
    grant(people.producer.address, PATRON_MOTES),
    ...people.patrons.map(({ address }) => grant(address, PATRON_MOTES)),
  ];
  return simulatedGenesis({ ...from, grants, priceMicroUsd: PRICE_MICRO_USD });
}
