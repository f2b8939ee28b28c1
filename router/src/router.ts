/**
 * A router: buys packets of hotspots for the owners of devices, speaks LoRaWAN 1.0.x with the
 * devices, and hands the owners their data. This file only puts the parts together.
 */
import {
  type LedgerClient,
  type LedgerEvent,
  TransactionSender,
  type Watch,
} from "@katydid/ledger/client";
import type {
  Bus,
  Clock,
  Log,
  Metrics,
  Random,
  Store,
  Subscription,
  Timer,
} from "@katydid/platform";
import {
  type Address,
  type Params,
  type RouterMessage,
  regionPlan,
  type Signer,
} from "@katydid/protocol";
import type { DeviceEntry } from "./device.ts";
import { AddressPool } from "./downlink/address-pool.ts";
import { DownlinkDesk } from "./downlink/downlink-desk.ts";
import { DownlinkQueue, type QueueItem } from "./downlink/downlink-queue.ts";
import { JoinAnswers } from "./downlink/join-answer.ts";
import { PendingDownlinks } from "./downlink/pending-downlinks.ts";
import type { OwnerNames } from "./events/chirpstack-json.ts";
import { EventHub } from "./events/event-hub.ts";
import type { RouterEvent, RouterEventHandler } from "./events/events.ts";
import { Integrations } from "./events/integrations.ts";
import type { Fetch } from "./events/webhook.ts";
import { TRAIL_POINTS_DEFAULT } from "./limits.ts";
import { DeviceRegistry } from "./owners/device-registry.ts";
import { DeviceService } from "./owners/device-service.ts";
import { DeviceStatuses } from "./owners/device-status.ts";
import { LedgerRegistration } from "./owners/ledger-registration.ts";
import { type MqttAuthorizer, mqttAuthorizer } from "./owners/mqtt-authorizer.ts";
import { OwnerRegistry } from "./owners/owner-registry.ts";
import { Trail } from "./owners/trail.ts";
import { ChannelKeeper } from "./payment/channel-keeper.ts";
import { type ChannelPolicy, defaultChannelPolicy } from "./payment/channel-policy.ts";
import { Purse } from "./payment/purse.ts";
import { type ChannelSpend, spendOf } from "./payment/spend.ts";
import { VoucherPress } from "./payment/voucher-press.ts";
import { HotspotDirectory } from "./sessions/hotspot-directory.ts";
import type { HotspotLink } from "./sessions/hotspot-link.ts";
import { HotspotSessions } from "./sessions/hotspot-sessions.ts";
import { WriteBatch } from "./store/write-batch.ts";
import { DataDesk } from "./uplink/data-desk.ts";
import { Delivery } from "./uplink/delivery.ts";
import { FrontDesk, type OutcomeName } from "./uplink/front-desk.ts";
import { JoinDesk } from "./uplink/join-desk.ts";
import { OfferDesk } from "./uplink/offer-desk.ts";

export interface RouterOptions {
  /** Signs handshakes, vouchers and the closing of channels. */
  readonly key: Signer;
  /** Opens channels, updates filter and slabs. Absent: someone else does. */
  readonly ownerSigner?: Signer;
  readonly chainId: string;
  readonly params: Params;
  readonly ledger: LedgerClient;
  /** On the broker where hotspots find this router. */
  readonly bus: Bus;
  /** The router's own; nothing else is in it. */
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Where hotspots are that do not say: `EU868`. */
  readonly region: string;
  /** Default: the network's lower bounds, see defaultChannelPolicy. */
  readonly channelPolicy?: ChannelPolicy;
  /** `none`: only handlers in this process hear events. Default `mqtt`. */
  readonly events?: "mqtt" | "none";
  /** Where owners read events; default: `bus`. */
  readonly eventBus?: Bus;
  /** For webhooks; absent: there are none. */
  readonly fetch?: Fetch;
  /** Least time between vouchers to one hotspot that owe less than a step, ms. Default 1000. */
  readonly voucherIntervalMs?: number;
  /** Positions kept per device; 0: none. Default 5,000. */
  readonly trailPointsMax?: number;
}

export interface RouterStats {
  readonly sessions: number;
  readonly devices: number;
  /** What packets were told, by outcome. */
  readonly packets: Readonly<Record<OutcomeName, number>>;
  readonly boughtDc: number;
  /** Frames handed to owners. */
  readonly delivered: number;
  readonly vouchers: number;
  readonly downlinks: number;
}

export interface Router extends AsyncDisposable {
  readonly address: Address;
  readonly clock: Clock;
  readonly random: Random;
  readonly owners: OwnerRegistry;
  readonly devices: DeviceRegistry;
  readonly deviceService: DeviceService;
  readonly downlinks: DownlinkQueue;
  readonly statuses: DeviceStatuses;
  readonly trail: Trail;
  readonly events: EventHub;
  readonly mqtt: MqttAuthorizer;
  /** Reads the ledger and begins to listen. Throws the ledger's Fault. Called once. */
  start(): Promise<void>;
  stats(): RouterStats;
  /** Channels that are not settled, with what is owed to whom. */
  spend(): readonly ChannelSpend[];
  /** Events in this process, from now on. */
  onEvent(handler: RouterEventHandler): Subscription;
  namesOf(event: RouterEvent): OwnerNames;
  enqueue(entry: DeviceEntry, item: QueueItem): Promise<"queued" | "queue-full">;
}

const VOUCHER_INTERVAL_MS = 1_000;
/** Rows that wait for a commit of their own accord are written at least this often, ms. */
const FLUSH_PERIOD_MS = 10_000;

/** A router on these dependencies. Nothing runs before `start`. */
export function createRouter(options: RouterOptions): Router {
  return new KatydidRouter(options);
}

class KatydidRouter implements Router {
  readonly #options: RouterOptions;
  readonly #batch: WriteBatch;
  readonly #sessions: HotspotSessions;
  readonly #directory: HotspotDirectory;
  readonly #press: VoucherPress;
  readonly #keeper: ChannelKeeper;
  readonly #registration: LedgerRegistration;
  readonly #delivery: Delivery;
  readonly #pending: PendingDownlinks;
  readonly #desk: FrontDesk;
  readonly #integrations: Integrations;
  readonly owners: OwnerRegistry;
  readonly devices: DeviceRegistry;
  readonly deviceService: DeviceService;
  readonly downlinks: DownlinkQueue;
  readonly statuses: DeviceStatuses;
  readonly trail: Trail;
  readonly events: EventHub;
  readonly mqtt: MqttAuthorizer;
  #watch: Watch | undefined;
  #flush: Timer | undefined;

  constructor(options: RouterOptions) {
    this.#options = options;
    const { key, chainId, params, ledger, bus, store, clock, random, log, metrics } = options;
    const base = { params, clock, random, log };
    const senders = sendersOf(options);
    const batch = new WriteBatch({ store });
    this.#batch = batch;
    this.events = new EventHub({ log });
    const { publish } = this.events;
    this.owners = new OwnerRegistry({ store, random: random.stream("owners") });
    this.mqtt = mqttAuthorizer({ owners: this.owners });
    this.devices = new DeviceRegistry({ store, batch });
    this.downlinks = new DownlinkQueue({ store });
    this.statuses = new DeviceStatuses({ store, batch });
    const pointsMax = options.trailPointsMax ?? TRAIL_POINTS_DEFAULT;
    this.trail = new Trail({ store, batch, pointsMax });
    const devices = this.devices;
    const addresses = new AddressPool({ usersOf: (address) => devices.byDevAddr(address).length });

    this.#press = new VoucherPress({
      signer: key,
      chainId,
      params,
      clock,
      log,
      batch,
      intervalMs: Math.max(VOUCHER_INTERVAL_MS, options.voucherIntervalMs ?? 0),
      send: (hotspot, voucher) => {
        const link = this.#sessions.link(hotspot);
        if (link !== undefined) this.#sessions.send(link, voucher);
      },
    });
    const purse = new Purse({
      onOwed: (account) => {
        batch.account(account);
        this.#press.owe(account);
      },
    });
    this.#directory = new HotspotDirectory({ ledger });
    this.#sessions = new HotspotSessions({
      ...{ signer: key, chainId, bus, clock, random, log, metrics },
      directory: this.#directory,
      region: regionPlan(options.region),
      currentBook: () => purse.current,
      onMessage: (link, message) => this.#desk.onMessage(link, message),
      onOpen: (link) => this.#repeatVouchers(link),
    });
    this.#keeper = new ChannelKeeper({
      ...{ router: key.address, ledger, purse, store, clock, log },
      press: this.#press,
      policy: options.channelPolicy ?? defaultChannelPolicy(params),
      ...senders,
      onCurrent: (book) => this.#sessions.renew(book),
    });
    this.#registration = new LedgerRegistration({
      ...{ router: key.address, params, ledger, devices, addresses, clock, log },
      ownerSender: senders.ownerSender,
    });
    this.deviceService = new DeviceService({
      ...{ ...base, devices, addresses, queue: this.downlinks },
      ...{ statuses: this.statuses, trail: this.trail },
      onChanged: () => this.#registration.devicesChanged(),
    });
    const send = (link: HotspotLink, message: RouterMessage) => this.#send(link, message);
    const queue = this.downlinks;
    this.#pending = new PendingDownlinks({ ...base, queue, publish });
    const joins = new JoinAnswers({ ...base, addresses, devices });
    const pending = this.#pending;
    const downlinks = new DownlinkDesk({ ...base, queue, joins, pending, publish, send });
    this.#delivery = new Delivery({ ...base, batch, downlinks, publish });
    const offers = new OfferDesk({ params, devices, purse });
    const deliveries = this.#delivery;
    this.#desk = new FrontDesk({
      ...{ clock, metrics, offers, send },
      data: new DataDesk({ params, devices, purse, deliveries, offers }),
      joins: new JoinDesk({ params, devices, onJoin: (join) => deliveries.join(join) }),
      settle: (link, outcome) => pending.settle(link, outcome),
    });
    this.#integrations = new Integrations({ ...options, router: this });
  }

  get address(): Address {
    return this.#options.key.address;
  }
  get clock(): Clock {
    return this.#options.clock;
  }
  get random(): Random {
    return this.#options.random;
  }

  async start(): Promise<void> {
    const { ledger, params, clock, log } = this.#options;
    this.events.on(({ event }) => {
      if (event.kind !== "up") return;
      this.statuses.onUplink(event);
      this.trail.onUplink(event);
    });
    await this.#integrations.start();
    this.#watch = ledger.watch({ kinds: WATCHED }, (event) => this.#onLedger(event));
    const { protocolTime } = await ledger.status();
    await this.#registration.start();
    await this.#keeper.start({ protocolTime, periodMs: params.blockSecondsBusy * 1000 });
    await this.#sessions.start();
    this.#flush = clock.every(FLUSH_PERIOD_MS, () => {
      if (!this.#batch.empty) void this.#commit();
    });
    log.info({ router: this.address, devices: this.devices.size }, "router listens");
  }

  stats(): RouterStats {
    return {
      sessions: this.#sessions.count,
      devices: this.devices.size,
      packets: { ...this.#desk.counts },
      boughtDc: this.#desk.boughtDc,
      delivered: this.#delivery.delivered,
      vouchers: this.#press.vouchers,
      downlinks: this.#pending.transmitted,
    };
  }

  spend(): readonly ChannelSpend[] {
    return this.#keeper.books().map(spendOf);
  }

  onEvent(handler: RouterEventHandler): Subscription {
    return this.events.on(({ event }) => handler(event));
  }

  namesOf({ device }: RouterEvent): OwnerNames {
    const application = this.owners.application(device.applicationId);
    const owner = this.owners.owner(application?.ownerId ?? "");
    return {
      tenantId: owner?.id ?? "",
      tenantName: owner?.name ?? "",
      applicationName: application?.name ?? "",
    };
  }

  enqueue(entry: DeviceEntry, item: QueueItem): Promise<"queued" | "queue-full"> {
    return this.downlinks.push(entry.device.devEui, item);
  }

  /** Delivers and vouches for what was bought; everything that waits is on disk afterwards. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch?.cancel();
    this.#flush?.cancel();
    this.#keeper.stop();
    this.#registration.stop();
    await this.#delivery.drain();
    await this.#press.flush();
    this.#press.stop();
    await this.#commit();
    this.#sessions.stop();
    this.#integrations.stop();
  }

  #send(link: HotspotLink, message: RouterMessage): boolean {
    // The session may have been renewed since: its newest one is what the hotspot listens with.
    const current = this.#sessions.link(link.address);
    return current !== undefined && this.#sessions.send(current, message);
  }

  /**
   * A hotspot that was away may have missed its last voucher. Those of channels before the session's
   * are sent once only: a hotspot that has lost its disk would answer each with another hello.
   */
  #repeatVouchers(link: HotspotLink): void {
    for (const book of this.#keeper.books()) {
      const account = book.accounts.get(link.address);
      if (account === undefined || (book !== link.book && account.repeated)) continue;
      if (book !== link.book) account.repeated = true;
      const voucher = this.#press.last(account);
      if (voucher !== undefined) this.#sessions.send(link, voucher);
    }
  }

  #onLedger(event: LedgerEvent): void {
    switch (event.kind) {
      case "block":
        this.#keeper.onTime(event.protocolTime);
        return;
      case "channel-changed":
        if (event.channel.router === this.address) this.#keeper.onChannel(event.channel);
        return;
      case "router-changed":
        this.#registration.onRouter(event.router);
        return;
      case "hotspot-changed": {
        const facts = this.#directory.learn(event.hotspot);
        if (facts !== undefined) this.#sessions.learn(facts);
        return;
      }
      default:
        return;
    }
  }

  async #commit(): Promise<void> {
    try {
      await this.#batch.commit();
    } catch (cause) {
      this.#options.log.error({ cause: String(cause) }, "the disk refuses, check its space");
    }
  }
}

const WATCHED = ["block", "channel-changed", "router-changed", "hotspot-changed"] as const;

function sendersOf({ key, ownerSigner, ledger, chainId, params, clock }: RouterOptions) {
  const common = { client: ledger, chainId, params, clock };
  const routerSender = new TransactionSender({ ...common, signer: key });
  if (ownerSigner === undefined) return { routerSender, ownerSender: undefined };
  // One sender where both are one: nonces follow each other.
  if (ownerSigner.address === key.address) return { routerSender, ownerSender: routerSender };
  return { routerSender, ownerSender: new TransactionSender({ ...common, signer: ownerSigner }) };
}
