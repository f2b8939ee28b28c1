/** What a router needs, and what it offers. */
import type { LedgerClient } from "@katydid/ledger/client";
import type { Bus, Clock, Log, Metrics, Random, Store, Subscription } from "@katydid/platform";
import type { Address, Params, Signer } from "@katydid/protocol";
import type { DeviceEntry } from "./device.ts";
import type { DownlinkQueue, QueueItem } from "./downlink/downlink-queue.ts";
import type { OwnerNames } from "./events/chirpstack-json.ts";
import type { EventHub } from "./events/event-hub.ts";
import type { RouterEvent, RouterEventHandler } from "./events/events.ts";
import type { Fetch } from "./events/webhook.ts";
import type { DeviceRegistry } from "./owners/device-registry.ts";
import type { DeviceService } from "./owners/device-service.ts";
import type { DeviceStatuses } from "./owners/device-status.ts";
import type { MqttAuthorizer } from "./owners/mqtt-authorizer.ts";
import type { OwnerRegistry } from "./owners/owner-registry.ts";
import type { Trail } from "./owners/trail.ts";
import type { ChannelPolicy } from "./payment/channel-policy.ts";
import type { ChannelSpend } from "./payment/spend.ts";
import type { OutcomeName } from "./uplink/front-desk.ts";

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
  /** What those vouchers promise beyond what was promised at the start, DC. */
  readonly vouchedDc: number;
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
  /** What the owner must know or do, in plain words. Empty: all is well. */
  problems(): readonly string[];
  /** Events in this process, from now on. */
  onEvent(handler: RouterEventHandler): Subscription;
  namesOf(event: RouterEvent): OwnerNames;
  enqueue(entry: DeviceEntry, item: QueueItem): Promise<"queued" | "queue-full">;
}
