/** Where events go beyond this process: MQTT and webhooks. JSON is made only if someone wants it. */
import type { Bus, Clock, Log, Metrics, Random, Subscription } from "@katydid/platform";
import type { DeviceEntry } from "../device.ts";
import type { QueueItem } from "../downlink/downlink-queue.ts";
import type { Application } from "../owners/owner-registry.ts";
import { chirpstackEvent, type OwnerNames } from "./chirpstack-json.ts";
import type { RouterEvent, RouterEventHandler } from "./events.ts";
import { MqttIntegration } from "./mqtt-integration.ts";
import { type Fetch, Webhooks } from "./webhook.ts";

export interface IntegrationsOptions {
  readonly events?: "mqtt" | "none";
  readonly bus: Bus;
  readonly eventBus?: Bus;
  readonly fetch?: Fetch;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly router: {
    readonly devices: { get(devEui: string): DeviceEntry | undefined };
    readonly owners: { application(id: string): Application | undefined };
    onEvent(handler: RouterEventHandler): Subscription;
    namesOf(event: RouterEvent): OwnerNames;
    enqueue(entry: DeviceEntry, item: QueueItem): Promise<"queued" | "queue-full">;
  };
}

export class Integrations {
  readonly #options: IntegrationsOptions;
  readonly #mqtt: MqttIntegration | undefined;
  readonly #webhooks: Webhooks | undefined;
  #subscription: Subscription | undefined;

  constructor(options: IntegrationsOptions) {
    this.#options = options;
    const { router, fetch } = options;
    if (options.events !== "none") {
      this.#mqtt = new MqttIntegration({
        ...options,
        bus: options.eventBus ?? options.bus,
        namesOf: (event) => router.namesOf(event),
        device: (devEui) => router.devices.get(devEui),
        enqueue: (entry, item) => router.enqueue(entry, item),
      });
    }
    if (fetch !== undefined) this.#webhooks = new Webhooks({ ...options, fetch });
  }

  async start(): Promise<void> {
    this.#subscription = this.#options.router.onEvent((event) => this.#onEvent(event));
    await this.#mqtt?.start();
  }

  stop(): void {
    this.#subscription?.cancel();
    this.#mqtt?.stop();
    this.#webhooks?.stop();
  }

  #onEvent(event: RouterEvent): void {
    this.#mqtt?.publish(event);
    const { router } = this.#options;
    const urls = router.owners.application(event.device.applicationId)?.webhooks ?? [];
    if (this.#webhooks === undefined || urls.length === 0) return;
    const body = JSON.stringify(chirpstackEvent(event, router.namesOf(event)));
    for (const url of urls) this.#webhooks.post({ url, event: event.kind, body });
  }
}
