/**
 * A strategy of the arena: how a gang cheats, as wrappers around the real agent, router or
 * challenger. It changes what radio, clock, bus or ledger client tell them, or what they say; never a
 * rule of the ledger. Its twin in the paired world is the same gang, honest.
 */
import type { AgentOptions } from "@katydid/hotspot-agent";
import type { BodyWithoutCommon, SendOptions, SubmitOutcome } from "@katydid/ledger/client";
import type { Random } from "@katydid/platform";
import type { KeyPair, Params } from "@katydid/protocol";
import type { RouterOptions } from "@katydid/router";
import type { Air } from "../air/air.ts";
import type { Point } from "../air/geometry.ts";
import type { World } from "../world/world.ts";

/**
 * What it is for: `false-coverage` claims coverage that is not there (its own profit must be below 0);
 * `free-riding` takes without giving; `griefing` harms rivals; `payment` is about packets.
 */
export type AttackKind = "false-coverage" | "free-riding" | "griefing" | "payment";

/** What a hotspot's agent is made of and a cheat may wrap. */
export type AgentParts = Pick<
  AgentOptions,
  "key" | "ledger" | "busTo" | "concentrator" | "clock" | "random" | "store"
>;
/** The same of the gang's router, and how it funds its channels: deposits are the operator's choice. */
export type RouterParts = Pick<
  RouterOptions,
  "key" | "ledger" | "bus" | "clock" | "random" | "store" | "channelPolicy" | "ownerSigner"
>;

/** A radio as it stands in truth. */
export interface Radio {
  readonly point: Point;
  readonly gainDbi: number;
  readonly clutterDb: number;
}

/** Where a member's radio is, and what its owner says of it. */
export interface Placement {
  /** undefined: there is no radio at all, the identity is software. */
  readonly radio: Radio | undefined;
  readonly claim: { readonly point: Point; readonly gainDbi: number };
}

export interface Member {
  readonly index: number;
  readonly key: KeyPair;
  readonly owner: KeyPair;
  readonly placement: Placement;
}

/** What a gang knows and may use. Its members trust each other. */
export interface Gang {
  readonly world: World;
  readonly air: Air;
  readonly params: Params;
  readonly chainId: string;
  readonly members: readonly Member[];
  /** Where the honest hotspots stand: anybody can read it on the ledger. */
  readonly neighbours: readonly Point[];
  /** The gang's own router, where the strategy is about packets. */
  readonly router: KeyPair | undefined;
  /** Streams of the world's seed, the gang's own. */
  random(name: string): Random;
  /** Signs and submits for an owner or a member, keeping its nonce. */
  send(signer: KeyPair, body: BodyWithoutCommon, options?: SendOptions): Promise<SubmitOutcome>;
}

/** A gang at work. One scheme per world. */
export interface Scheme {
  wrapAgent?(parts: AgentParts, member: Member): AgentParts;
  wrapRouter?(parts: RouterParts): RouterParts;
  /** Called when all agents run; may go on in the background by the world's clock. */
  start?(): void;
}

export interface Strategy {
  /** Kebab-case; names it in tables, files and `--strategy`. */
  readonly name: string;
  /** One line for the table. */
  readonly title: string;
  readonly attack: AttackKind;
  /**
   * What the gang is in both worlds: hotspots alone, hotspots and a router with devices of its own,
   * or a router alone. Worlds of honest gangs are shared by all strategies of one kind.
   */
  readonly gang: "hotspots" | "hotspots-and-router" | "router";
  /** Hotspots of the gang: 20 % of the fleet unless it says otherwise. */
  readonly members?: number;
  /**
   * Where the members' radios stand and what they claim; `sites` is where they would stand as honest
   * ones. Left out: as honest ones.
   */
  place?(input: {
    readonly sites: readonly Point[];
    readonly neighbours: readonly Point[];
    readonly honest: Omit<Radio, "point">;
    readonly random: Random;
  }): readonly Placement[];
  /** Radios that the gang buys; left out: one for each member that has one. */
  readonly radios?: number;
  /** Left out: members run honest agents where `place` puts them. */
  scheme?(gang: Gang): Scheme;
}
