/** What strategies of trade are tested in: a gang of two among eight, and a ledger that a test plays. */
import {
  keyOf,
  LoopbackBroker,
  TestConcentrator,
  TestLedger,
} from "@katydid/hotspot-agent/testing";
import {
  type Address,
  type Bytes32,
  dc,
  height,
  paramsByName,
  regionPlan,
} from "@katydid/protocol";
import { Air } from "../../air/air.ts";
import { BOULDER } from "../../scenario.ts";
import { World } from "../../world/world.ts";
import type { AgentParts, Gang, Member, RouterParts, Strategy } from "../strategy.ts";

export const chainId = "katydid-arena-test";
export const bytes32 = (fill: number) => new Uint8Array(32).fill(fill) as Bytes32;
export const rival = keyOf("rival");
export const common = { nonce: 1, feeDc: dc(0n), expiryHeight: height(9) } as const;

/** A gang of two among eight, its parts, and what they do. */
export class Scene {
  readonly world = new World({ seed: "trade" });
  readonly ledger = new TestLedger(this.world.clock);
  readonly broker = new LoopbackBroker();
  readonly radios = [new TestConcentrator(), new TestConcentrator()];
  readonly members: readonly Member[] = [0, 1].map((index) => {
    const point = { x: index * 1000, y: 0 };
    const placement = { radio: undefined, claim: { point, gainDbi: 2 } };
    return { index, key: keyOf(`member ${index}`), owner: keyOf(`owner ${index}`), placement };
  });
  readonly gang: Gang;

  constructor() {
    const { world, members } = this;
    const { clock } = world;
    const random = world.random("air");
    this.gang = {
      ...{ world, chainId, members, params: paramsByName("arena") },
      air: new Air({ clock, random, plan: regionPlan("US915"), origin: BOULDER }),
      neighbours: Array.from({ length: 8 }, (_, x) => ({ x, y: 9 })),
      router: keyOf("router"),
      random: (name) => world.random(name),
      send: () => Promise.reject(new Error("not in this test")),
    };
  }

  get first(): Address {
    return this.members[0]?.key.address as Address;
  }

  agents(strategy: Strategy): readonly AgentParts[] {
    const scheme = strategy.scheme?.(this.gang);
    return this.members.map((member, index) => {
      const parts = this.#agentParts(member, index);
      return scheme?.wrapAgent?.(parts, member) ?? parts;
    });
  }

  agent(strategy: Strategy): AgentParts {
    return this.agents(strategy)[0] as AgentParts;
  }

  #agentParts({ key }: Member, index: number): AgentParts {
    const { world, ledger, broker } = this;
    const concentrator = this.radios[index] as TestConcentrator;
    const random = world.random(`member ${index}`);
    const store = world.store(`member ${index}`);
    return {
      ...{ key, ledger, concentrator, random, store, clock: world.clock },
      busTo: () => broker.bus(),
    };
  }

  routerParts(): RouterParts {
    const { world, ledger, broker } = this;
    const { clock } = world;
    const random = world.random("router");
    const store = world.store("router");
    return { key: keyOf("router"), ledger, clock, random, store, bus: broker.bus() };
  }
}
