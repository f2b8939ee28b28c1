/** Who takes part in a world of the arena: keys of the seed, each hotspot with an owner of its own. */
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
import { type Genesis, simulatedGenesis } from "../fleet/genesis.ts";

/** 0.10 USD: an honest hotspot earns some 55 tokens a scaled day, and its bond is 400. */
export const PRICE_MICRO_USD = microUsd(100_000);
/** Bond, fees, and what a cheat may spend. */
const OWNER_MOTES = tokens(2000);
/** Router, slabs, channels and their stakes. */
const OPERATOR_MOTES = tokens(100_000);
/** Brokers that carry challenges: reports go through three. */
const RELAYS = 3;

export interface HotspotKeys {
  readonly key: KeyPair;
  readonly owner: KeyPair;
}
export interface RouterKeys {
  readonly key: KeyPair;
  readonly owner: KeyPair;
  /** Where its broker is. */
  readonly url: string;
}

export interface ArenaPeople {
  readonly producer: KeyPair;
  readonly producerSeed: Uint8Array;
  readonly router: RouterKeys;
  readonly gangRouter: RouterKeys;
  readonly relays: readonly { readonly operator: KeyPair; readonly url: string }[];
  readonly honest: readonly HotspotKeys[];
  readonly gang: readonly HotspotKeys[];
}

export function arenaPeople(
  random: Random,
  count: { readonly honest: number; readonly members: number },
): ArenaPeople {
  const key = (name: string) => keyPairFromSeed(random.stream(name).bytes(32));
  const hotspots = (name: string, length: number) =>
    Array.from({ length }, (_, index) => ({
      key: key(`${name} ${index}`),
      owner: key(`owner of ${name} ${index}`),
    }));
  const router = (name: string) => ({
    ...{ key: key(`${name} router`), owner: key(`owner of ${name} router`) },
    url: `mqtt://${name}.arena.example:1883`,
  });
  return {
    producer: key("producer"),
    producerSeed: random.stream("producer chain").bytes(32),
    router: router("honest"),
    gangRouter: router("gang"),
    relays: Array.from({ length: RELAYS }, (_, index) => ({
      operator: key(`relay ${index}`),
      url: `mqtt://relay-${index + 1}.arena.example:1883`,
    })),
    honest: hotspots("honest", count.honest),
    gang: hotspots("member", count.members),
  };
}

export function arenaGenesis(from: {
  readonly people: ArenaPeople;
  readonly chainId: string;
  readonly time: Milliseconds;
  readonly params: Params;
}): Genesis {
  const { people } = from;
  const grant = (address: Address, motes: Motes) => ({ address, motes });
  const grants = [
    grant(people.producer.address, OWNER_MOTES),
    ...[people.router, people.gangRouter].map(({ owner }) => grant(owner.address, OPERATOR_MOTES)),
    ...[...people.honest, ...people.gang].map(({ owner }) => grant(owner.address, OWNER_MOTES)),
  ];
  return simulatedGenesis({ ...from, grants, priceMicroUsd: PRICE_MICRO_USD });
}
