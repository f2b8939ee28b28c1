/** Events on MQTT under ChirpStack's topics, and its command to send a downlink. */
import type { Bus, Counter, Log, Metrics, Random, Subscription } from "@katydid/platform";
import { fromUtf8, utf8 } from "@katydid/protocol";
import type { DeviceEntry } from "../device.ts";
import type { QueueItem } from "../downlink/downlink-queue.ts";
import { chirpstackEvent, type OwnerNames } from "./chirpstack-json.ts";
import { parseDownCommand } from "./down-command.ts";
import type { RouterEvent } from "./events.ts";

export interface MqttIntegrationOptions {
  readonly bus: Bus;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly random: Random;
  readonly namesOf: (event: RouterEvent) => OwnerNames;
  readonly device: (devEui: string) => DeviceEntry | undefined;
  readonly enqueue: (entry: DeviceEntry, item: QueueItem) => Promise<"queued" | "queue-full">;
}

const COMMANDS = "application/+/device/+/command/down";
const COMMAND_TOPIC = /^application\/([^/]+)\/device\/([0-9a-f]{16})\/command\/down$/;

export class MqttIntegration {
  readonly #options: MqttIntegrationOptions;
  readonly #commands: Counter;
  readonly #refused: Counter;
  #subscription: Subscription | undefined;

  constructor(options: MqttIntegrationOptions) {
    this.#options = options;
    this.#commands = options.metrics.counter({
      name: "katydid_router_commands_total",
      help: "Downlink commands on MQTT, by what became of them.",
      labels: ["outcome"],
    });
    this.#refused = options.metrics.counter({
      name: "katydid_router_events_refused_total",
      help: "Events that the broker's queue did not take.",
    });
  }

  async start(): Promise<void> {
    this.#subscription = await this.#options.bus.subscribe(COMMANDS, (topic, payload) =>
      this.#onCommand(topic, payload),
    );
  }

  stop(): void {
    this.#subscription?.cancel();
  }

  publish(event: RouterEvent): void {
    const { bus, namesOf } = this.#options;
    const body = utf8(JSON.stringify(chirpstackEvent(event, namesOf(event))));
    if (bus.publish(topicOf(event), body).outcome === "refused") this.#refused.add();
  }

  #onCommand(topic: string, payload: Uint8Array): void {
    const [, applicationId, devEui = ""] = COMMAND_TOPIC.exec(topic) ?? [];
    const entry = this.#options.device(devEui);
    if (entry === undefined || entry.device.applicationId !== applicationId) {
      this.#refuse(devEui, "device-unknown");
      return;
    }
    const parsed = parseDownCommand(textOf(payload), { devEui, random: this.#options.random });
    if ("refused" in parsed) {
      this.#refuse(devEui, parsed.refused);
      return;
    }
    this.#options.enqueue(entry, parsed.item).then(
      (outcome) => {
        if (outcome === "queue-full") this.#refuse(devEui, outcome);
        else this.#commands.add(1, { outcome });
      },
      (cause: unknown) => this.#options.log.error({ cause: String(cause) }, "command not stored"),
    );
  }

  #refuse(devEui: string, outcome: string): void {
    this.#commands.add(1, { outcome });
    this.#options.log.warn({ devEui, outcome }, "downlink command refused");
  }
}

export function topicOf({ device, kind }: RouterEvent): string {
  return `application/${device.applicationId}/device/${device.devEui}/event/${kind}`;
}

function textOf(payload: Uint8Array): string {
  try {
    return fromUtf8(payload);
  } catch {
    // No JSON either way.
    return "";
  }
}
