/** Honest fleets, with the odd ones that real towns have, and gangs of every known kind. */
import {
  cityPropagation,
  distance,
  type Liar,
  type Propagation,
  RadioTown,
  type Spot,
} from "./radio-town.ts";

export interface TownPlan {
  readonly seed: number;
  readonly honest: number;
  readonly radiusMeters: number;
  readonly propagation?: Propagation;
  readonly gang?: GangKind;
  readonly members?: number;
  /** The first honest hotspot's links are so much louder; left out: as dice have it. */
  readonly victimDb?: number;
}

export const gangKinds = [
  "closet",
  "closet-forged",
  "cage",
  "cage-faint",
  "cage-clump",
  "tunnel",
  "far-tunnel",
  "made-up",
  "virtual",
  "listening",
  "one-radio",
  "forged-signal",
  "extreme-distance",
] as const;
export type GangKind = (typeof gangKinds)[number];

/** Odd but honest: share of the fleet, and what its place does to it. */
const odd: readonly { share: number; sendDb: number; receiveDb: number }[] = [
  { share: 0.1, sendDb: -22, receiveDb: -22 }, // basement
  { share: 0.05, sendDb: 15, receiveDb: 15 }, // hilltop
  { share: 0.03, sendDb: 0, receiveDb: -40 }, // deaf
  { share: 0.03, sendDb: -40, receiveDb: 0 }, // mute
  { share: 0.1, sendDb: 5, receiveDb: 5 }, // high gain
];

/** Its beacons go round by cable. */
const SILENT_DB = -200;
/** Of a ring in the middle of the town, just outside each other's exclusion. */
const CLUMP_METERS = 500;
/** Nobody claims a place nearer to another than this where he can choose. */
const APART_METERS = 450;

export function buildTown(plan: TownPlan): RadioTown {
  const town = new RadioTown(plan.seed, plan.propagation ?? cityPropagation);
  const taken: Spot[] = [];
  for (let i = 0; i < plan.honest; i++) {
    const claim = spotIn(town, plan.radiusMeters, taken, 200);
    taken.push(claim);
    let dice = town.random();
    const kind = odd.find(({ share }) => {
      dice -= share;
      return dice < 0;
    });
    const forced = i === 0 ? plan.victimDb : undefined;
    const sendDb = forced ?? kind?.sendDb ?? 0;
    town.add({ claim, sendDb, receiveDb: forced ?? kind?.receiveDb ?? 0 });
  }
  if (plan.gang !== undefined) {
    addGang(town, { ...plan, kind: plan.gang, taken, members: plan.members ?? plan.honest / 4 });
  }
  return town;
}

function addGang(
  town: RadioTown,
  plan: { kind: GangKind; members: number; radiusMeters: number; taken: Spot[] },
): void {
  const { kind, radiusMeters, taken } = plan;
  const room = spotIn(town, radiusMeters * 0.7, [], 0);
  const site = 100_000;
  for (let i = 0; i < plan.members; i++) {
    let claim = spotIn(town, radiusMeters, taken, APART_METERS);
    if (kind === "far-tunnel" && i % 2 === 1) {
      claim = { x: claim.x + 6 * radiusMeters, y: claim.y + 10_000 };
    }
    if (kind === "extreme-distance") claim = onRing(town, 40_000, 90_000);
    if (kind === "cage-clump") {
      const angle = (2 * Math.PI * i) / plan.members;
      claim = { x: CLUMP_METERS * Math.cos(angle), y: CLUMP_METERS * Math.sin(angle) };
    }
    taken.push(claim);
    const lie = lies[kind];
    const base = { claim, gang: true, lie };
    if (kind === "virtual" || kind.startsWith("cage")) {
      town.add({ ...base, place: undefined });
    } else if (kind === "listening") {
      town.add({ ...base, place: room, site, sendDb: SILENT_DB });
    } else if (kind === "closet" || kind === "closet-forged" || kind === "one-radio") {
      town.add({ ...base, place: room, site });
    } else if (kind === "extreme-distance") {
      town.add({ ...base, place: spotIn(town, radiusMeters, [], 0) });
    } else town.add(base);
  }
}

const plausible: Liar = ({ town, beaconer, witness }) =>
  town.plausibleDbm(distance(beaconer.claim, witness.claim));
/** Within the gang, what the claims make plausible (attenuators, or a changed forwarder). */
const innerPlausible: Liar = (event) => (event.beaconer.gang ? plausible(event) : event.trueDbm);
const innerOnly =
  (report: Liar): Liar =>
  (event) =>
    event.beaconer.gang ? report(event) : undefined;
const allForged: Liar = (event) =>
  event.trueDbm === undefined && !event.beaconer.gang ? undefined : plausible(event);
const tunnelled: Liar = (event) =>
  event.trueDbm ?? (event.beaconer.gang || event.heardByGang() ? plausible(event) : undefined);
const madeUp: Liar = (event) =>
  event.trueDbm ?? (event.beaconer.gang || event.challenger.gang ? plausible(event) : undefined);

const lies: Readonly<Record<GangKind, Liar>> = {
  closet: innerPlausible,
  "closet-forged": allForged,
  cage: innerOnly(plausible),
  "cage-clump": innerOnly(plausible),
  "cage-faint": innerOnly(({ town }) => -128 - Math.floor(town.random() * 4)),
  tunnel: tunnelled,
  "far-tunnel": tunnelled,
  "made-up": madeUp,
  virtual: madeUp,
  listening: allForged,
  "one-radio": innerPlausible,
  "forged-signal": ({ town, trueDbm }) =>
    trueDbm === undefined ? undefined : -118 + 3 * town.normal(),
  "extreme-distance": innerPlausible,
};

function spotIn(town: RadioTown, radius: number, taken: readonly Spot[], apart: number): Spot {
  for (let tries = 0; ; tries++) {
    const away = radius * Math.sqrt(town.random());
    const angle = 2 * Math.PI * town.random();
    const spot = { x: away * Math.cos(angle), y: away * Math.sin(angle) };
    if (tries > 30 || taken.every((other) => distance(other, spot) >= apart)) return spot;
  }
}

function onRing(town: RadioTown, from: number, to: number): Spot {
  const away = from + (to - from) * town.random();
  const angle = 2 * Math.PI * town.random();
  return { x: away * Math.cos(angle), y: away * Math.sin(angle) };
}
