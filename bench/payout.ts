/**
 * What an epoch's coverage costs at 1,000, 10,000 and 100,000 hotspots: the draws of challengers and
 * targets, selection, scales and units of an hour's challenges; keeping the density scale; and
 * payoutEpoch. One line of JSON with what each costs a hotspot and a challenge, beside the smallest
 * network: 1 is growth with their number. `ratio` is an epoch's cost for each of its challenges.
 * payoutEpoch's cost for a hotspot rises as its maps outgrow the processor's caches; it is a small
 * part. `node bench/payout.ts`
 */
import {
  type Address,
  addressOf,
  beaconerUnits,
  type Cell,
  cellAt,
  challengesPerSlot,
  compareAddresses,
  DensityIndex,
  drawChallengers,
  drawTarget,
  emissionOfEpoch,
  LOCATION_RESOLUTION,
  mainParams,
  microUsd,
  motes,
  parentOf,
  payoutEpoch,
  scaleUnits,
  selectWitnesses,
  sha256,
  TargetZones,
  UNITS_ONE,
  witnessUnits,
  ZONE_RESOLUTION,
} from "@katydid/protocol";
import { SeededRandom } from "@katydid/simulator";

const SIZES = [1000, 10_000, 100_000];
const SLOTS = mainParams.epochSeconds / mainParams.slotSeconds;
/** Who reports a challenge. */
const REPORTS = 20;
/**
 * An epoch of the smallest network. A larger one's challenges are made as many and counted for all:
 * then what is known of pairs (bounded caches) helps all of them alike.
 */
const CHALLENGES_MAX = 180;
/** Hotspots paid in one measurement. */
const PAID = 100_000;
const ROUNDS = 3;

interface Hotspot {
  readonly address: Address;
  readonly cell: Cell;
  readonly zone: Cell;
}

/** Hotspots as dense as a city's: some ten in the reach of each. */
function makeHotspots(count: number): Hotspot[] {
  const random = new SeededRandom(`bench payout ${count}`);
  const side = 0.02 * Math.sqrt(count / 10);
  const made = Array.from({ length: count }, (_, nth) => {
    const place = {
      latDegrees: 38 + side * (random.unit() - 0.5),
      lngDegrees: -98 + side * (random.unit() - 0.5),
    };
    const cell = cellAt(place, LOCATION_RESOLUTION);
    const address = addressOf(sha256(u32(nth)));
    return { address, cell, zone: parentOf(cell, ZONE_RESOLUTION) };
  });
  return made.sort((a, b) => compareAddresses(a.address, b.address));
}

interface Cost {
  readonly hotspots: number;
  readonly challenges: number;
  /** All hotspots into the index, milliseconds. */
  readonly densityMs: number;
  /** Draws, selection, scales and units of an epoch's challenges. */
  readonly challengesMs: number;
  readonly payoutMs: number;
}

function measure(hotspots: readonly Hotspot[]): Cost {
  const count = hotspots.length;
  const density = new DensityIndex(mainParams.density);
  const densityMs = timed(() => {
    for (const { cell } of hotspots) density.add(cell);
  });
  const perSlot = challengesPerSlot({ params: mainParams, active: count });
  const slots = Math.max(1, Math.min(SLOTS, Math.floor(CHALLENGES_MAX / perSlot)));
  const units = { beaconers: new Map<Address, bigint>(), witnesses: new Map<Address, bigint>() };
  const zones = new TargetZones(hotspots);
  // Cells that follow each other are near each other.
  const near = hotspots.toSorted((a, b) => (a.cell < b.cell ? -1 : 1));
  const places = new Map(near.map(({ address }, place) => [address, place]));
  const drawMs = timed(() => {
    for (let slot = 0; slot < slots; slot += 1) {
      challengeAll({ hotspots, near, places, zones, density, slot, perSlot, units });
    }
  });
  const everyone = new Map(hotspots.map(({ address }) => [address, UNITS_ONE]));
  const common = { dustIn: motes(0n), priceMicroUsd: microUsd(100_000) };
  const data = { dcByHotspot: new Map(), burnedByHotspot: new Map() };
  // As many hotspots are paid at every size: a thousand alone are over before the clock ticks.
  const times = Math.max(1, Math.round(PAID / count));
  const payoutMs = timed(() => {
    for (let nth = 0; nth < times; nth += 1) {
      payoutEpoch<Address>({
        ...{ ...common, ...data },
        emission: emissionOfEpoch({ params: mainParams, epoch: 1 }),
        challengerUnits: everyone,
        beaconerUnits: everyone,
        witnessUnits: everyone,
      });
    }
  });
  const challenges = SLOTS * perSlot;
  return {
    hotspots: count,
    challenges,
    densityMs,
    payoutMs: payoutMs / times,
    challengesMs: (drawMs * SLOTS) / slots,
  };
}

/** One slot's challenges as the ledger goes through them. */
function challengeAll(on: {
  hotspots: readonly Hotspot[];
  near: readonly Hotspot[];
  places: ReadonlyMap<Address, number>;
  zones: TargetZones;
  density: DensityIndex;
  slot: number;
  perSlot: number;
  units: { beaconers: Map<Address, bigint>; witnesses: Map<Address, bigint> };
}): void {
  const { hotspots, near, places, zones, density, slot, perSlot, units } = on;
  const entropy = sha256(u32(slot));
  // The ledger makes this list for each slot too.
  const addresses = hotspots.map(({ address }) => address);
  const cells = new Map<Address, Cell>();
  const drawn = drawChallengers({ entropy, slot, count: perSlot, candidates: addresses });
  for (const [index, challenger] of drawn.entries()) {
    const challenge = { slot, index };
    const target = drawTarget({ entropy, challenge, candidates: zones, exclude: challenger });
    const at = places.get(target ?? challenger) ?? 0;
    const reports = Array.from({ length: REPORTS }, (_, nth) => {
      const heard = near[(at + 1 + nth) % near.length] as Hotspot;
      cells.set(heard.address, heard.cell);
      return { witness: heard.address };
    });
    const selected = selectWitnesses({
      ...{ secret: entropy, targetEntropy: entropy, reports, max: mainParams.selectedMax },
      spacing: { cellOf: (witness) => cells.get(witness) as Cell, limits: mainParams },
    });
    const scale = density.scaleOf((near[at] as Hotspot).cell);
    const beaconer = scaleUnits({ units: beaconerUnits(selected.length), scale });
    const each = scaleUnits({ units: witnessUnits(selected.length), scale });
    if (target !== undefined) add(units.beaconers, target, beaconer);
    for (const { witness } of selected) add(units.witnesses, witness, each);
  }
}

function add(units: Map<Address, bigint>, address: Address, more: bigint): void {
  units.set(address, (units.get(address) ?? 0n) + more);
}

/** Milliseconds of this process, so that neighbours on the machine do not count. */
function timed(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

// The first round warms the code up.
measure(makeHotspots(1000));
const costs = SIZES.map((size) => {
  const made = makeHotspots(size);
  const rounds = Array.from({ length: ROUNDS }, () => measure(made));
  const median = (of: (cost: Cost) => number) =>
    rounds.map(of).toSorted((a, b) => a - b)[ROUNDS >> 1] ?? 0;
  const [{ hotspots, challenges }] = rounds as [Cost];
  const us = (milliseconds: number, things: number) =>
    Number(((1000 * milliseconds) / things).toFixed(2));
  return {
    hotspots,
    challenges,
    densityUsPerHotspot: us(
      median(({ densityMs }) => densityMs),
      hotspots,
    ),
    challengeUs: us(
      median(({ challengesMs }) => challengesMs),
      challenges,
    ),
    payoutUsPerHotspot: us(
      median(({ payoutMs }) => payoutMs),
      hotspots,
    ),
    epochMs: Math.round(median((cost) => cost.challengesMs + cost.payoutMs)),
  };
});
const [small] = costs as [(typeof costs)[number]];
const ratios = (of: (cost: (typeof costs)[number]) => number) =>
  costs.map((cost) => Number((of(cost) / of(small)).toFixed(2)));
const payoutPerHotspot = ratios((cost) => cost.payoutUsPerHotspot);
const perChallenge = ratios((cost) => cost.challengeUs);
console.log(
  JSON.stringify({
    bench: "payout",
    what: "an hour's challenges (draws, selection, scales, units) and payoutEpoch; density kept",
    costs,
    perHotspot: { density: ratios((cost) => cost.densityUsPerHotspot), payout: payoutPerHotspot },
    perChallenge,
    ratio: Math.max(...ratios(({ epochMs, challenges }) => epochMs / challenges)),
  }),
);
