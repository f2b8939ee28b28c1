/** A router with everything around it, in memory. */
import { createMetrics, silentLog } from "@katydid/platform";
import {
  type Address,
  buildDataFrame,
  fromHex,
  keyPairFromSeed,
  mainParams,
} from "@katydid/protocol";
import type { Router, RouterOptions } from "../contract.ts";
import type { NewDevice } from "../owners/device-service.ts";
import type { Application, Owner } from "../owners/owner-registry.ts";
import { createRouter } from "../router.ts";
import { MemoryBus } from "./memory-bus.ts";
import { MemoryStore } from "./memory-store.ts";
import { CHAIN_ID, channelView, ScriptLedger } from "./script-ledger.ts";
import { SeededRandom } from "./seeded-random.ts";
import { TestHotspot } from "./test-hotspot.ts";
import { VirtualClock } from "./virtual-clock.ts";

export const START_MS = Date.UTC(2026, 10, 22, 16);
export const DAY_MS = 24 * 3_600_000;
export const routerKey = keyPairFromSeed(new Uint8Array(32).fill(99));
export const ownerKey = keyPairFromSeed(new Uint8Array(32).fill(98));

export const collarKeys = {
  devAddr: "48000011",
  nwkSKey: "2b7e151628aed2a6abf7158809cf4f3c",
  appSKey: "3c8f262739bfe3b7bc0826991ad0504d",
};
export const collar: NewDevice = {
  name: "rex",
  devEui: "70b3d57ed0000011",
  codec: "cayenne-lpp",
  kind: "collar",
  activation: { kind: "abp", ...collarKeys },
};

/** As much of an event's JSON as tests look at. */
export interface EventJson {
  readonly fCnt?: number;
  readonly fPort?: number;
  readonly data?: string;
  readonly object?: Readonly<Record<string, unknown>>;
  readonly rxInfo?: readonly { readonly metadata: Readonly<Record<string, string>> }[];
  readonly acknowledged?: boolean;
  readonly queueItemId?: string;
  readonly devAddr?: string;
  readonly code?: string;
  readonly deviceInfo: { readonly devEui: string };
}

export interface BenchOptions extends Partial<RouterOptions> {
  readonly depositDc?: number;
  /** undefined: a channel is open. */
  readonly channels?: "none";
}

export class TestBench {
  readonly clock = new VirtualClock(START_MS);
  readonly bus = new MemoryBus();
  readonly ledger = new ScriptLedger({ clock: this.clock });
  readonly address: Address = routerKey.address;
  readonly #options: BenchOptions;
  store = new MemoryStore();
  router: Router;
  owner: Owner | undefined;
  application: Application | undefined;
  token = "";

  constructor(options: BenchOptions = {}) {
    this.#options = options;
    this.ledger.routerViews = [
      {
        address: this.address,
        owner: ownerKey.address,
        number: 1,
        endpoints: ["mqtt://127.0.0.1:1883"],
        slabs: [{ start: 0x48000010, count: 16 }],
        filter: new Uint8Array(0),
      },
    ];
    if (options.channels !== "none") {
      const { depositDc = 10_000 } = options;
      const expiresAt = START_MS + 30 * DAY_MS;
      this.ledger.channelViews = [channelView({ router: this.address, depositDc, expiresAt })];
    }
    this.router = this.#make();
  }

  async start(): Promise<this> {
    const added = await this.router.owners.addOwner("me");
    if (!("owner" in added)) throw new Error("owner");
    this.owner = added.owner;
    this.token = added.token;
    const application = await this.router.owners.addApplication(added.owner, "dogs");
    if (!("id" in application)) throw new Error("application");
    this.application = application;
    await this.router.start();
    return this;
  }

  /** As after a kill: a new process on what the disk has. */
  async restart(): Promise<void> {
    this.store = this.store.copy();
    await this.router[Symbol.asyncDispose]();
    this.router = this.#make();
    await this.router.start();
  }

  async addDevice(device: NewDevice = collar) {
    if (this.application === undefined) throw new Error("start first");
    const added = await this.router.deviceService.add(this.application, device);
    if ("refused" in added) throw new Error(added.refused);
    return added;
  }

  hotspot(seed: number): TestHotspot {
    const { bus, clock, address: router } = this;
    const hotspot = new TestHotspot({ seed, router, bus, clock });
    this.ledger.addHotspot(hotspot.key.address);
    return hotspot;
  }

  /** A hotspot with a session. */
  async connected(seed: number): Promise<TestHotspot> {
    const hotspot = this.hotspot(seed);
    hotspot.greet();
    await this.clock.advance(0);
    return hotspot;
  }

  /** Events on MQTT so far, parsed. */
  events(kind: string): EventJson[] {
    return this.bus.texts(`/event/${kind}`).map((text) => JSON.parse(text));
  }

  #make(): Router {
    return createRouter({
      key: routerKey,
      chainId: CHAIN_ID,
      params: mainParams,
      ledger: this.ledger.client(),
      bus: this.bus,
      store: this.store,
      clock: this.clock,
      random: new SeededRandom(7),
      log: silentLog,
      metrics: createMetrics(),
      region: "EU868",
      ...this.#options,
    });
  }
}

/** An uplink of the test collar. */
export function collarUplink(
  fCnt32: number,
  more: Partial<Parameters<typeof buildDataFrame>[0]> = {},
): Uint8Array {
  return buildDataFrame({
    direction: "up",
    devAddr: Number.parseInt(collarKeys.devAddr, 16),
    keys: { nwkSKey: fromHex(collarKeys.nwkSKey), appSKey: fromHex(collarKeys.appSKey) },
    fCnt32,
    fPort: 2,
    payload: fromHex("0188061b16efefdf02867c"),
    ...more,
  });
}
