/**
 * A router: buys packets of hotspots for the owners of devices, speaks LoRaWAN 1.0.x with the
 * devices, and hands the owners their data. This file only puts the parts together.
 */
import { type LedgerEvent, TransactionSender, type Watch } from "@katydid/ledger/client";
import type { Clock, Random, Subscription, Timer } from "@katydid/platform";
import { type Address, type RouterMessage, regionPlan } from "@katydid/protocol";
import type { Router, RouterOptions, RouterStats } from "./contract.ts";
import type { DeviceEntry } from "./device.ts";
import type { DownlinkQueue, QueueItem } from "./downlink/downlink-queue.ts";
import type { PendingDownlinks } from "./downlink/pending-downlinks.ts";
import type { OwnerNames } from "./events/chirpstack-json.ts";
import { EventHub } from "./events/event-hub.ts";
import type { RouterEvent, RouterEventHandler } from "./events/events.ts";
import { Integrations } from "./events/integrations.ts";
import type { DeviceRegistry } from "./owners/device-registry.ts";
import { DeviceService } from "./owners/device-service.ts";
import type { DeviceStatuses } from "./owners/device-status.ts";
import { LedgerRegistration } from "./owners/ledger-registration.ts";
import type { MqttAuthorizer } from "./owners/mqtt-authorizer.ts";
import type { OwnerRegistry } from "./owners/owner-registry.ts";
import type { Trail } from "./owners/trail.ts";
import { deskParts, ownerParts, paymentParts } from "./parts.ts";
import { ChannelKeeper } from "./payment/channel-keeper.ts";
import { defaultChannelPolicy } from "./payment/channel-policy.ts";
import { type ChannelSpend, spendOf } from "./payment/spend.ts";
import type { VoucherPress } from "./payment/voucher-press.ts";
import { HotspotDirectory } from "./sessions/hotspot-directory.ts";
import type { HotspotLink } from "./sessions/hotspot-link.ts";
import { HotspotSessions } from "./sessions/hotspot-sessions.ts";
import { WriteBatch } from "./store/write-batch.ts";
import type { Answers } from "./uplink/answers.ts";
import type { Delivery } from "./uplink/delivery.ts";
import type { FrontDesk } from "./uplink/front-desk.ts";

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
  readonly #answers: Answers;
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
    const batch = new WriteBatch({ store });
    this.#batch = batch;
    this.events = new EventHub({ log });
    const owned = ownerParts(options, batch);
    const { devices, addresses } = owned;
    this.owners = owned.owners;
    this.mqtt = owned.mqtt;
    this.devices = devices;
    this.downlinks = owned.downlinks;
    this.statuses = owned.statuses;
    this.trail = owned.trail;

    const { press, purse } = paymentParts(options, {
      batch,
      send: (hotspot, voucher) => {
        const link = this.#sessions.link(hotspot);
        if (link !== undefined) this.#sessions.send(link, voucher);
      },
    });
    this.#press = press;
    const desks = deskParts(options, {
      ...{ batch, purse, owned, publish: this.events.publish },
      send: (link, message) => this.#send(link, message),
      answer: (link, decision) => {
        if (this.#sessions.link(link.address) === link) this.#sessions.send(link, decision);
      },
    });
    this.#pending = desks.pending;
    this.#delivery = desks.deliveries;
    this.#desk = desks.desk;
    this.#answers = desks.answers;
    const directory = new HotspotDirectory({ ledger });
    this.#directory = directory;
    this.#sessions = new HotspotSessions({
      ...{ signer: key, chainId, bus, clock, random, log, metrics, directory },
      region: regionPlan(options.region),
      currentBook: () => purse.current,
      onMessage: (link, message) => desks.desk.onMessage(link, message),
      onOpen: (link) => this.#repeatVouchers(link),
    });
    const router = key.address;
    const senders = sendersOf(options);
    this.#keeper = new ChannelKeeper({
      ...{ router, ledger, purse, press, store, clock, log, ...senders },
      policy: options.channelPolicy ?? defaultChannelPolicy(params),
      blockMs: params.blockSecondsBusy * 1000,
      onCurrent: (book) => this.#sessions.renew(book),
    });
    const { ownerSender } = senders;
    this.#registration = new LedgerRegistration({
      ...{ router, params, ledger, devices, addresses, clock, log, ownerSender },
    });
    this.deviceService = new DeviceService({
      ...{ ...owned, queue: owned.downlinks, params, clock, random, log },
      onChanged: () => this.#registration.devicesChanged(),
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
    const { ledger, clock, log } = this.#options;
    this.events.on(({ event }) => {
      if (event.kind !== "up") return;
      this.statuses.onUplink(event);
      this.trail.onUplink(event);
    });
    await this.#integrations.start();
    this.#watch = ledger.watch({ kinds: WATCHED }, (event) => this.#onLedger(event));
    const { protocolTime } = await ledger.status();
    await this.#registration.start();
    await this.#keeper.start({ protocolTime });
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
      vouchedDc: this.#press.vouchedDc,
      downlinks: this.#pending.transmitted,
    };
  }

  spend(): readonly ChannelSpend[] {
    return this.#keeper.books().map(spendOf);
  }

  problems(): readonly string[] {
    const { problem } = this.#keeper;
    return problem === undefined ? [] : [problem];
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
    await this.#answers.drain();
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

  /** A hotspot that was away, or was killed before it wrote it down, may lack its last voucher. */
  #repeatVouchers(link: HotspotLink): void {
    for (const book of this.#keeper.books()) {
      const account = book.accounts.get(link.address);
      if (account === undefined) continue;
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
