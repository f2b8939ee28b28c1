/**
 * A world of the arena: a city of honest hotspots with a router, and a gang that joins them, cheats
 * or is honest. The same seed founds the same city, and the same gang joins it at the same moment.
 */
import type { Concentrator } from "@katydid/firmware";
import { type Params, paramsByName, regionPlan, tokens } from "@katydid/protocol";
import type { Router } from "@katydid/router";
import { Air } from "../air/air.ts";
import type { Point } from "../air/geometry.ts";
import { SimulatedConcentrator } from "../air/simulated-concentrator.ts";
import type { SimulatedDevice } from "../device/simulated-device.ts";
import { cellOf, Network, REGION } from "../fleet/network.ts";
import { BOULDER, HOTSPOT_CLUTTER_DB, HOTSPOT_GAIN_DBI, placeCity } from "../scenario.ts";
import { World } from "../world/world.ts";
import { arenaDevices, PACKET_DC } from "./arena-devices.ts";
import { type ArenaPeople, arenaGenesis, arenaPeople, type RouterKeys } from "./arena-people.ts";
import { Ledgerbook } from "./ledgerbook.ts";
import { NoRadio } from "./no-radio.ts";
import type { AgentParts, Gang, Member, Placement, Scheme } from "./strategy.ts";
import { type ArenaWorldOptions, INTERVAL_MS, planWorld, type WorldPlan } from "./world-options.ts";

/** More than a world makes. */
const BLOCKS_MAX = 20_000;
/**
 * The gang's devices fall silent so long before the end that all that its router owes is settled by
 * then: 50 minutes of a channel, two hours of grace.
 */
const SETTLING_INTERVALS = 6;
/** Agents begin over this long. */
const START_SPREAD_MS = 60_000;
/** Of a router of the arena. */
export const SLABS = 2;
/** Burned for the data credits of a router's channels: 1,000 USD. */
const CHANNEL_MOTES = tokens(10_000);
/** Hotspots that a packet of the gang's devices certainly has near. */
const NEAR_METERS = 300;
/** Hotspots that a packet has in range on average, by the fleet's measure. */
const IN_RANGE = 5;
/** Copies of a packet that the honest router's owner pays for, for the coverage's sake. */
const HONEST_COPIES = 5;

const HONEST_RADIO = { gainDbi: HOTSPOT_GAIN_DBI, clutterDb: HOTSPOT_CLUTTER_DB };

export class ArenaWorld {
  readonly plan: WorldPlan;
  readonly params: Params;
  readonly world: World;
  readonly network: Network;
  readonly air: Air;
  readonly people: ArenaPeople;
  readonly book: Ledgerbook;
  /** Where honest hotspots stand, and where the gang's would. */
  readonly neighbours: readonly Point[];
  readonly sites: readonly Point[];
  readonly placements: readonly Placement[];
  /** DC worth of packets that came to the owner of the gang's devices. */
  deliveredDc = 0;
  readonly #devicePoints: readonly Point[];
  #onboardedAtMs = 0;
  #gangDevices: readonly SimulatedDevice[] = [];

  constructor(options: ArenaWorldOptions) {
    const plan = planWorld(options);
    const { seed, size, members } = plan;
    this.plan = plan;
    this.params = paramsByName(plan.preset);
    const world = new World({ seed: `arena ${seed}` });
    this.world = world;
    const region = regionPlan(REGION);
    const random = world.random("air");
    this.air = new Air({ clock: world.clock, random, plan: region, origin: BOULDER });
    const city = placeCity({
      ...{ air: this.air, random: world.random("city"), inRange: IN_RANGE },
      ...{ hotspots: size.honest + members, devices: size.devices },
      dataRate: region.beacon.dataRate,
    });
    const shuffled = shuffle(city.hotspots, world.random("sites"));
    this.sites = shuffled.slice(0, members);
    this.neighbours = shuffled.slice(members);
    this.#devicePoints = city.devices;
    this.placements =
      plan.strategy?.place?.({
        ...{ sites: this.sites, neighbours: this.neighbours, honest: HONEST_RADIO },
        random: world.random("placements"),
      }) ?? this.sites.map(honestly);
    if (this.placements.length !== members) throw new Error("each member has one placement");
    this.people = arenaPeople(world.random("people"), { honest: size.honest, members });
    const chainId = `katydid-arena-${seed}`;
    this.network = new Network({ world, params: this.params, chainId, blocksMax: BLOCKS_MAX });
    this.book = new Ledgerbook(this.people);
  }

  /** World time at which the gang was onboarded. */
  get onboardedAtMs(): number {
    return this.#onboardedAtMs;
  }

  /** From the founding to the end. */
  async run({ onProgress = () => undefined }: RunOptions = {}): Promise<void> {
    const { world, plan } = this;
    onProgress("founding");
    await this.#found();
    await world.run({ untilMs: world.clock.now() + plan.size.before * INTERVAL_MS });
    await this.#onboard();
    const { intervals } = plan.size;
    const silentMs = Math.max(intervals / 2, intervals - SETTLING_INTERVALS) * INTERVAL_MS;
    world.clock.after(silentMs - (world.clock.now() - this.#onboardedAtMs), () => {
      for (const device of this.#gangDevices) device.stop();
    });
    for (let at = 0; at < intervals; ) {
      at = Math.min(intervals, at + 1);
      await world.run({ untilMs: this.#onboardedAtMs + at * INTERVAL_MS });
      onProgress(`interval ${at} of ${intervals}`);
    }
  }

  async #found(): Promise<void> {
    const { world, network, params, people } = this;
    const { chainId } = network;
    const genesis = arenaGenesis({ people, chainId, time: world.clock.now(), params });
    const { producer, producerSeed } = people;
    const onEvent = this.book.onEvent;
    const opened = network.openLedger({ genesis, producer, producerSeed, onEvent });
    await world.settle(opened);
    await world.settle(this.#registerRouter(people.router));
    for (const [index, { key, owner }] of people.honest.entries()) {
      const cell = cellOf(this.air, this.neighbours[index] ?? { x: 0, y: 0 });
      const claim = `claim of honest ${index}`;
      const { gainDbi } = HONEST_RADIO;
      await world.settle(network.addHotspot({ key, owner, claim, cell, gainDbi }));
    }
    await network.untilSettled(() => network.node.queries.status().activeHotspots > 0);
    const parts = { ...this.#routerParts(people.router, "honest router") };
    const { owner } = people.router;
    const router = await world.settle(network.startRouter(parts, { owner, events: "none" }));
    const agents = people.honest.map(({ key }, index) => {
      const point = this.neighbours[index] ?? { x: 0, y: 0 };
      return this.#agentParts(`honest ${index}`, key, { point, ...HONEST_RADIO });
    });
    await world.settle(this.#startAgents(agents));
    const points = this.#devicePoints;
    const name = "honest";
    await world.settle(this.#startDevices({ router, points, name, maxCopies: HONEST_COPIES }));
  }

  /** The gang adds its hotspots and registers its router, and begins. */
  async #onboard(): Promise<void> {
    const { world, network, people, plan } = this;
    this.book.open(network.node, this.#gangSigners());
    this.#onboardedAtMs = world.clock.now();
    const hasRouter = plan.gang !== "hotspots";
    if (hasRouter) await world.settle(this.#registerRouter(people.gangRouter));
    for (const [index, { key, owner }] of people.gang.entries()) {
      const { point, gainDbi } = this.#placement(index).claim;
      const cell = cellOf(this.air, point);
      const claim = `claim of member ${index}`;
      await world.settle(network.addHotspot({ key, owner, claim, cell, gainDbi }));
    }
    await network.untilSettled();
    const scheme = plan.strategy?.scheme?.(this.#gang()) ?? {};
    if (hasRouter) await world.settle(this.#startGangRouter(scheme));
    const agents = this.#members().map((member) => {
      const { key, index, placement } = member;
      const parts = this.#agentParts(`member ${index}`, key, placement.radio);
      return scheme.wrapAgent?.(parts, member) ?? parts;
    });
    await world.settle(this.#startAgents(agents));
    scheme.start?.();
  }

  async #startGangRouter(scheme: Scheme): Promise<void> {
    const { world, network, people, plan } = this;
    const { key, owner } = people.gangRouter;
    const honest = this.#routerParts(people.gangRouter, "gang router");
    const parts = scheme.wrapRouter?.(honest) ?? honest;
    const router = await network.startRouter(parts, { owner, events: "none" });
    if (router.address !== key.address) throw new Error("a cheat keeps its router's key");
    router.onEvent(({ kind }) => {
      if (kind === "up") this.deliveredDc += PACKET_DC;
    });
    const random = world.random("gang devices");
    const points = Array.from({ length: plan.size.gangDevices }, () => {
      const beside = this.neighbours[random.below(this.neighbours.length)] ?? { x: 0, y: 0 };
      const angle = 2 * Math.PI * random.unit();
      const distance = NEAR_METERS * random.unit();
      return {
        x: beside.x + distance * Math.cos(angle),
        y: beside.y + distance * Math.sin(angle),
      };
    });
    const gang = { router, points, name: "gang", maxCopies: 1 };
    this.#gangDevices = await this.#startDevices(gang);
  }

  async #startDevices(from: {
    readonly router: Router;
    readonly points: readonly Point[];
    readonly name: string;
    readonly maxCopies: number;
  }): Promise<readonly SimulatedDevice[]> {
    const { world, air } = this;
    const devices = await arenaDevices({ world, air, ...from });
    for (const device of devices) await device.start();
    return devices;
  }

  #gang(): Gang {
    const { world, air, params, network, neighbours, people, plan } = this;
    return {
      ...{ world, air, params, neighbours, chainId: network.chainId, members: this.#members() },
      router: plan.gang === "hotspots" ? undefined : people.gangRouter.key,
      random: (name) => world.random(`gang ${name}`),
      send: (signer, body, options) => network.send(signer, body, options),
    };
  }

  #members(): readonly Member[] {
    return this.people.gang.map(({ key, owner }, index) => {
      const placement = this.#placement(index);
      return { index, key, owner, placement };
    });
  }

  #placement(index: number): Placement {
    const placement = this.placements[index];
    if (placement === undefined) throw new Error(`member ${index} has no placement`);
    return placement;
  }

  #gangSigners() {
    const { gang, gangRouter } = this.people;
    return [...gang, gangRouter].flatMap(({ key, owner }) => [key.address, owner.address]);
  }

  #routerParts({ key, url }: RouterKeys, name: string) {
    const { world, network } = this;
    return {
      ...{
        key,
        clock: world.clock,
        ledger: network.client(),
        bus: world.broker(url).bus("router"),
      },
      ...{ store: world.store(name), random: world.random(name) },
    };
  }

  #agentParts(name: string, key: AgentParts["key"], radio: Placement["radio"]): AgentParts {
    const { world, air, network } = this;
    const { clock } = world;
    const random = world.random(name);
    const concentrator: Concentrator =
      radio === undefined
        ? new NoRadio()
        : new SimulatedConcentrator({ air, clock, random, ...radio });
    return {
      ...{ key, clock, random, concentrator, ledger: network.client(), store: world.store(name) },
      busTo: (url) => world.broker(url).bus(key.address),
    };
  }

  async #startAgents(agents: readonly AgentParts[]): Promise<void> {
    const { clock } = this.world;
    for (const parts of agents) {
      await this.network.agent(parts).start();
      await clock.sleep(START_SPREAD_MS / agents.length);
    }
  }

  async #registerRouter({ key, owner, url }: RouterKeys): Promise<void> {
    const { network } = this;
    const router = { router: key.address, endpoints: [url], slabs: SLABS };
    await network.mustSend(owner, { kind: "register-router", ...router }, { cosigners: [key] });
    const beneficiary = owner.address;
    await network.mustSend(owner, { kind: "burn", motes: CHANNEL_MOTES, beneficiary });
  }
}

export interface RunOptions {
  readonly onProgress?: (says: string) => void;
}

function honestly(point: Point): Placement {
  const { gainDbi } = HONEST_RADIO;
  return { radio: { point, ...HONEST_RADIO }, claim: { point, gainDbi } };
}

/** Fisher and Yates. */
function shuffle<T>(items: readonly T[], random: { below(bound: number): number }): readonly T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    const one = shuffled[last] as T;
    shuffled[last] = shuffled[other] as T;
    shuffled[other] = one;
  }
  return shuffled;
}
