/**
 * A whole network in virtual time: the shipped ledger node, router and agents on a virtual bus and
 * store, radios and devices on simulated air. Every MIC and signature is really checked.
 */
import type { HotspotAgent } from "@katydid/hotspot-agent";
import type { LedgerNode } from "@katydid/ledger";
import type { LedgerEvent } from "@katydid/ledger/client";
import type { Bus } from "@katydid/platform";
import { type Params, paramsByName, type RegionPlan, regionPlan, tokens } from "@katydid/protocol";
import type { Router } from "@katydid/router";
import { Air } from "../air/air.ts";
import { SimulatedConcentrator } from "../air/simulated-concentrator.ts";
import type { SimulatedDevice } from "../device/simulated-device.ts";
import {
  BOULDER,
  type City,
  HOTSPOT_CLUTTER_DB,
  HOTSPOT_GAIN_DBI,
  placeCity,
} from "../scenario.ts";
import type { VirtualMetrics } from "../world/virtual-metrics.ts";
import { World } from "../world/world.ts";
import { FleetCounts, type FleetFigures, sorted } from "./fleet-counts.ts";
import { fleetDevices } from "./fleet-devices.ts";
import { cellOf, Network, REGION } from "./network.ts";
import { type FleetOptions, fleetOptionsFlaw, IN_RANGE_DEFAULT } from "./options.ts";
import { fleetGenesis, fleetPeople, type People } from "./people.ts";

const ROUTER_URL = "mqtt://router.fleet.example:1883";
/** Agents begin over this long: a thousand that say hello at once are nobody's network. */
const START_SPREAD_MS = 60_000;
/** Devices that share one address of the router's slabs, at first. */
const DEVICES_PER_SLAB = 8;
/** Burned for the data credits of the router's channels: 20,000 USD. */
const CHANNEL_MOTES = tokens(10_000);
const HOUR_MS = 3_600_000;
/** Virtual time from one sign of life to the next. */
const PROGRESS_STEP_MS = 60_000;

export interface FleetHour {
  readonly hour: number;
  readonly figures: FleetFigures;
}

export class Fleet {
  readonly world: World;
  readonly air: Air;
  readonly city: City;
  readonly options: FleetOptions;
  readonly params: Params;
  readonly metrics: VirtualMetrics;
  readonly counts = new FleetCounts();
  readonly #plan: RegionPlan = regionPlan(REGION);
  readonly #people: People;
  readonly #network: Network;
  #router: Router | undefined;
  #agents: readonly HotspotAgent[] = [];
  #devices: readonly SimulatedDevice[] = [];

  /** Asserts the options (fleetOptionsFlaw tells people). */
  constructor(options: FleetOptions) {
    const flaw = fleetOptionsFlaw(options);
    if (flaw !== undefined) throw new RangeError(flaw);
    const { seed, hotspots, devices, inRange = IN_RANGE_DEFAULT, interference } = options;
    this.options = options;
    this.params = paramsByName(options.preset ?? "main");
    this.world = new World({ seed });
    const chainId = `katydid-fleet-${seed}`;
    this.#network = new Network({ world: this.world, params: this.params, chainId });
    this.metrics = this.#network.metrics;
    const { clock } = this.world;
    const random = this.world.random("air");
    const plan = this.#plan;
    const model = interference === undefined ? {} : { interference };
    this.air = new Air({ clock, random, plan, origin: BOULDER, ...model });
    this.city = placeCity({
      ...{ air: this.air, hotspots, devices, inRange },
      random: this.world.random("city"),
      dataRate: plan.beacon.dataRate,
    });
    this.#people = fleetPeople(this.world.random("people"), hotspots);
  }

  get agents(): readonly HotspotAgent[] {
    return this.#agents;
  }
  get devices(): readonly SimulatedDevice[] {
    return this.#devices;
  }
  get router(): Router {
    return made(this.#router);
  }
  get node(): LedgerNode {
    return this.#network.node;
  }

  /** Founds the network: ledger, router, hotspots that are added and placed, devices. */
  async found(): Promise<void> {
    await this.world.settle(this.#startLedger());
    await this.world.settle(this.#register());
    const isPlaced = () => this.node.queries.status().activeHotspots > 0;
    await this.#network.untilSettled(isPlaced);
    await this.world.settle(this.#startRouter());
    await this.world.settle(this.#startAgents());
    this.air.observeEnd((transmission, receivers) => this.counts.onAir(transmission, receivers));
    const { world, air, city, router } = this;
    this.#devices = await world.settle(fleetDevices({ world, air, city, router }));
  }

  /**
   * Lets virtual hours pass, one after the other; calls `onHour` after each. Throws what went
   * wrong.
   */
  async run(
    onHour: (hour: FleetHour) => void = () => undefined,
    { onProgress }: { readonly onProgress?: (hours: number) => void } = {},
  ): Promise<FleetFigures> {
    const startMs = this.world.clock.now();
    const { hours } = this.options;
    for (let hour = 1; hour - 1 < hours; hour += 1) {
      const endMs = startMs + Math.min(hour, hours) * HOUR_MS;
      // The same steps whether someone watches or not.
      for (let untilMs = startMs + (hour - 1) * HOUR_MS; untilMs < endMs; ) {
        untilMs = Math.min(untilMs + PROGRESS_STEP_MS, endMs);
        await this.world.run({ untilMs });
        onProgress?.((untilMs - startMs) / HOUR_MS);
      }
      onHour({ hour: Math.min(hour, hours), figures: this.figures() });
    }
    return this.figures();
  }

  figures(): FleetFigures {
    const { counts, node, router } = this;
    const { bought, ...told } = router.stats().packets;
    const devices = this.#devices.map((device) => device.counts);
    const total = (of: (each: SimulatedDevice["counts"]) => number) =>
      devices.reduce((all, each) => all + of(each), 0);
    return {
      cellsCovered: node.coverage.totals.covered,
      cellsMapped: node.coverage.totals.mapped,
      packets: {
        sent: total(({ uplinks }) => uplinks),
        heard: counts.heard,
        bought,
        delivered: counts.delivered,
        told: { bought, ...told },
      },
      joins: {
        sent: total(({ joinRequests }) => joinRequests),
        answered: total(({ joins }) => joins),
      },
      dc: {
        vouched: router.stats().vouchedDc.toString(),
        redeemed: counts.redeemedDc.toString(),
        settled: counts.settledDc.toString(),
      },
      challenges: { ...counts.challenges },
      witnesses: sorted(counts.witnesses),
      rewards: {
        epochs: counts.epochs,
        paid: counts.paid.toString(),
        held: counts.held.toString(),
        released: counts.released.toString(),
      },
      blocks: counts.blocks,
      transactions: sorted(counts.transactions),
    };
  }

  async #startLedger(): Promise<void> {
    const { params } = this;
    const people = this.#people;
    const { chainId, world } = this.#network;
    const genesis = fleetGenesis({ people, chainId, time: world.clock.now(), params });
    const { producer, producerSeed } = people;
    const onEvent = (event: LedgerEvent) => this.counts.onLedger(event);
    await this.#network.openLedger({ genesis, producer, producerSeed, onEvent });
  }

  /** Everyone registers, in the order of the people's list. */
  async #register(): Promise<void> {
    const people = this.#people;
    const network = this.#network;
    const { devices } = this.options;
    const slabs = Math.min(4096, Math.max(1, Math.ceil(devices / DEVICES_PER_SLAB)));
    const router = people.router.address;
    const endpoints = [ROUTER_URL];
    const body = { kind: "register-router", router, endpoints, slabs } as const;
    await network.mustSend(people.operator, body, { cosigners: [people.router] });
    const beneficiary = people.operator.address;
    await network.mustSend(people.operator, { kind: "burn", motes: CHANNEL_MOTES, beneficiary });
    for (const [index, { key, owner }] of people.hotspots.entries()) {
      const cell = cellOf(this.air, this.city.hotspots[index] ?? { x: 0, y: 0 });
      const claim = `claim ${index}`;
      await network.addHotspot({ key, owner, claim, cell, gainDbi: HOTSPOT_GAIN_DBI });
    }
  }

  async #startRouter(): Promise<void> {
    const { world } = this;
    const broker = world.broker(ROUTER_URL);
    const { router: key, operator } = this.#people;
    const parts = {
      ...{ key, clock: world.clock, ledger: this.#network.client(), bus: broker.bus("router") },
      ...{ store: world.store("router"), random: world.random("router") },
    };
    this.#router = await this.#network.startRouter(parts, { owner: operator });
    const isUplink = /\/event\/up$/;
    await broker.bus("owner").subscribe("application/#", (topic) => {
      if (isUplink.test(topic)) this.counts.delivered += 1;
    });
  }

  async #startAgents(): Promise<void> {
    const { world, air, city } = this;
    const { clock } = world;
    const gapMs = START_SPREAD_MS / this.options.hotspots;
    const agents = this.#people.hotspots.map(({ key }, index) => {
      const random = world.random(`hotspot ${index}`);
      const point = city.hotspots[index] ?? { x: 0, y: 0 };
      const radio = { gainDbi: HOTSPOT_GAIN_DBI, clutterDb: HOTSPOT_CLUTTER_DB };
      return this.#network.agent({
        ...{ key, clock, random, ledger: this.#network.client() },
        busTo: (url): Bus => world.broker(url).bus(key.address),
        concentrator: new SimulatedConcentrator({ air, clock, random, point, ...radio }),
        store: world.store(`hotspot ${index}`),
      });
    });
    this.#agents = agents;
    for (const agent of agents) {
      await agent.start();
      await clock.sleep(gapMs);
    }
  }
}

function made<T>(part: T | undefined): T {
  if (part === undefined) throw new Error("the fleet is not founded yet");
  return part;
}
