/**
 * Identities that come and go: each member's leaves the ledger after a while, and comes back under a
 * new key, of the same owner, in the same place. Bonds of those that left wait for their unbonding,
 * so an owner can do it only as often as its tokens last.
 */
import { createAgent } from "@katydid/hotspot-agent";
import { type Cell, cellAt, db, type KeyPair, keyPairFromSeed } from "@katydid/protocol";
import type { AgentParts, Gang, Member } from "../strategy.ts";

const LOCATION_RESOLUTION = 12;
const ELEVATION_METERS = 10;
const SEED_BYTES = 32;
/** Of one member; a world has far fewer. */
const GENERATIONS_MAX = 100;

export interface RotationOptions {
  readonly gang: Gang;
  /** How long an identity stays, ms. */
  readonly stayMs: number;
  /** What an identity's agent is made of; `parts` has its own key, store and randomness. */
  readonly wrap: (parts: AgentParts, member: Member) => AgentParts;
}

interface Seat {
  readonly member: Member;
  readonly parts: AgentParts;
  key: KeyPair;
  generation: number;
}

export class Rotation {
  readonly #options: RotationOptions;
  readonly #seats: Seat[] = [];

  constructor(options: RotationOptions) {
    this.#options = options;
  }

  /** Of each member's first identity: what its agent would have been made of. */
  enter(parts: AgentParts, member: Member): void {
    this.#seats.push({ member, parts, key: member.key, generation: 0 });
  }

  start(): void {
    const { gang, stayMs } = this.#options;
    gang.world.clock.every(stayMs, () => {
      for (const seat of this.#seats) void this.#renew(seat);
    });
  }

  async #renew(seat: Seat): Promise<void> {
    const { gang, wrap } = this.#options;
    const { member, parts } = seat;
    const { owner, index, placement } = member;
    if (seat.generation >= GENERATIONS_MAX) return;
    seat.generation += 1;
    const name = `newcomer ${index} ${seat.generation}`;
    const random = gang.random(name);
    const key = keyPairFromSeed(random.stream("key").bytes(SEED_BYTES));
    await gang.send(owner, { kind: "remove-hotspot", hotspot: seat.key.address });
    seat.key = key;
    const hotspot = key.address;
    const nonceHash = random.stream("claim").bytes(SEED_BYTES);
    const add = { kind: "add-hotspot", hotspot, owner: owner.address, nonceHash } as const;
    const added = await gang.send(owner, add, { cosigners: [key] });
    // Its tokens are all in bonds that unbond: this member sits out a turn.
    if (added.outcome === "refused") return;
    await gang.send(owner, {
      kind: "assert-location",
      ...{ hotspot, cell: this.#cellOf(member), gainDbi: db(placement.claim.gainDbi) },
      elevationMeters: ELEVATION_METERS,
    });
    const { world, chainId } = gang;
    const agent = createAgent({
      ...wrap({ ...parts, key, random, store: world.store(`gang ${name}`) }, member),
      ...{ network: { chainId }, metrics: world.metrics(), log: world.log },
      region: gang.air.plan.name,
    });
    await agent.start();
  }

  #cellOf({ placement }: Member): Cell {
    const { plane } = this.#options.gang.air;
    return cellAt(plane.placeOf(placement.claim.point), LOCATION_RESOLUTION);
  }
}
