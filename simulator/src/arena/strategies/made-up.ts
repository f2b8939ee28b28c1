/**
 * Software only: no member has a radio. A colluding challenger knows the payload that it orders, and a
 * colluding target the one that it is ordered; either tells the others, who report it with the signal
 * of their claimed places. Nothing is wrong with any signature. Only lots limit it: who challenges
 * whom is drawn. Against closed-cluster (made-up-target) and unbacked-hearing (made-up-challenger: they
 * hear strangers that nobody beside them hears so, and nobody hears them).
 */
import { beaconFrame } from "@katydid/protocol";
import type { AgentParts, Gang, Scheme, Strategy } from "../strategy.ts";
import { BackRoom } from "../wrappers/back-room.ts";
import { isBeaconRequest } from "../wrappers/beacon-frames.ts";
import { Forger } from "../wrappers/forger.ts";
import { type Foreseen, SecretBook } from "../wrappers/secret-book.ts";
import { claimOf } from "../wrappers/sources.ts";
import { pretended, WrappedConcentrator } from "../wrappers/wrapped-concentrator.ts";
import { ghosts } from "./places.ts";

/** From the draw until the target transmits, ms: order, beacon; nobody reports before that. */
const ORDERED_MS = 1000;

const software = {
  attack: "false-coverage",
  gang: "hotspots",
  radios: 0,
  place: (input) => ghosts(input, input.sites),
} as const satisfies Partial<Strategy>;

export const madeUpChallenger: Strategy = {
  ...software,
  name: "made-up-challenger",
  title: "software that reports what a colluding challenger ordered",
  scheme: (gang) => {
    const { room, wrap } = backRoomOf(gang);
    const book = new SecretBook();
    let followed = false;
    const tell = async ({ ledger }: AgentParts, { payload, challenger, target }: Foreseen) => {
      const by = gang.members.find(({ key }) => key.address === challenger);
      const from = claimOf(gang.air.plane, await ledger.hotspot(target));
      if (by === undefined || from === undefined) return;
      room.tell({ frame: beaconFrame(payload), from }, by);
    };
    return {
      wrapAgent(parts, member) {
        if (!followed) {
          book.follow(parts.ledger, (foreseen) => {
            gang.world.clock.after(ORDERED_MS, () => void tell(parts, foreseen));
          });
        }
        followed = true;
        return { ...wrap(parts, member, () => undefined), random: book.over(parts.random) };
      },
    };
  },
};

export const madeUpTarget: Strategy = {
  ...software,
  name: "made-up-target",
  title: "software that reports what a colluding target was ordered",
  scheme: (gang): Scheme => {
    const { room, wrap } = backRoomOf(gang);
    return {
      wrapAgent: (parts, member) =>
        wrap(parts, member, (frame) => {
          room.tell({ frame, from: member.placement.claim }, member);
        }),
    };
  },
};

/** Members without radios that hear what they are told, and what becomes of their own beacons. */
function backRoomOf(gang: Gang) {
  const forger = new Forger({ random: gang.random("forger"), plan: gang.air.plan });
  const room = new BackRoom(gang, forger);
  const wrap = (
    parts: AgentParts,
    member: Gang["members"][number],
    onBeacon: (frame: Uint8Array) => void,
  ): AgentParts => {
    const concentrator = new WrappedConcentrator(parts.concentrator, {
      transmit: (request) => {
        if (isBeaconRequest(request)) onBeacon(request.payload);
        return pretended(request);
      },
    });
    room.enter(member, concentrator);
    return { ...parts, concentrator };
  };
  return { room, wrap };
}
